"""The window opens where it was, and always where it can be seen."""

import stat
from pathlib import Path

import pytest

from app.native.place import SMALLEST, Place, Screen, read, write

LAPTOP, BESIDE = Screen(0, 0, 1440, 900), Screen(1440, 0, 1920, 1080)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / 'data' / 'window.json'
    place = Place(900, 700, 1500, 40, maximized=True, port=8123)
    write(file, place)
    assert read(file) == place
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [*file.parent.iterdir()] == [file]


def test_a_folder_that_cannot_be_written_to_costs_the_place_alone(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    write(tmp_path / 'file' / 'window.json', Place())
    assert (tmp_path / 'file').read_text('utf-8') == ''


@pytest.mark.parametrize(
    ('written', 'place'),
    [
        ('', Place()),
        ('{', Place()),
        ('[1]', Place()),
        ('{"width": "wide", "x": null, "port": 99999, "maximized": 1}', Place()),
        ('{"width": true, "height": 5, "x": 3, "y": 4, "colour": "red"}', Place(height=SMALLEST[1], x=3, y=4)),
        ('{"width": 1, "height": 900}', Place(width=SMALLEST[0], height=900)),
    ],
)
def test_what_makes_no_sense_is_as_on_the_first_day(tmp_path: Path, written: str, place: Place) -> None:
    file = tmp_path / 'window.json'
    file.write_text(written, 'utf-8')
    assert read(file) == place


@pytest.mark.parametrize(
    'place',
    [
        Place(800, 600, 0, 0),
        Place(800, 600, -700, 10),  # pushed out to the left, with enough left to take hold of
        Place(800, 600, 1500, 20),
        Place(800, 600, 1300, 860),
        Place(),  # the system chooses
    ],
)
def test_a_place_that_can_be_reached_is_kept(place: Place) -> None:
    assert place.within([LAPTOP, BESIDE]) == place


@pytest.mark.parametrize(
    'place', [Place(800, 600, 1500, 20), Place(800, 600, 10, -50), Place(800, 600, 10, 880), Place(800, 600, -790, 0)]
)
def test_without_that_screen_it_comes_to_the_middle_of_the_first(place: Place) -> None:
    assert place.within([LAPTOP]) == Place(800, 600, 320, 150)


def test_a_window_larger_than_the_screen_that_is_left_is_made_to_fit() -> None:
    place = Place(1900, 1000, 1450, 10, port=8000)
    assert place.within([LAPTOP]) == Place(1440, 900, 0, 0, port=8000)
