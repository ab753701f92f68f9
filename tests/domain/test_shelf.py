import pytest

from app.domain.shelf import Place, Shelf


@pytest.mark.parametrize('shelf', [Shelf(Place.PINNED), Shelf(Place.TRASH), Shelf(Place.FOLDER, 'an:id')], ids=str)
def test_a_shelf_is_read_as_it_was_written(shelf: Shelf) -> None:
    assert Shelf.parse(str(shelf)) == shelf


@pytest.mark.parametrize('text', ['', 'attic', 'folder', 'folder:', 'pinned:id'])
def test_what_is_no_shelf_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'shelf|Place'):
        Shelf.parse(text)
