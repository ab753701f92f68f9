"""Whatever the text and wherever it is cut, the viewers show what the server has, and in the end the whole render."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import render_blocks
from tests.rendering.documents import DOCUMENTS, NOTES_FIRST, PARAGRAPHS, SPEC_EXAMPLES, TAGS, WITH_NOTES, cuts
from tests.rendering.formula_documents import BLOCKS, FORMULA_DOCUMENTS
from tests.rendering.viewer import Viewer


def feed(pieces: list[str], late_from: int = 3, each: int = 1) -> GrowingMarkdown:
    """Let a text grow before two viewers, the second of which comes after `late_from` pieces; check all they see."""
    growing, viewers = GrowingMarkdown(), [Viewer()]
    for number, piece in enumerate(pieces):
        growing.append(piece)
        if number == late_from:
            viewers.append(Viewer(growing.blocks()))
        if number % each == 0:
            changes = growing.changes()
            for viewer in viewers:
                viewer.apply(changes)
                assert viewer.html == growing.blocks()
    text = ''.join(pieces)
    assert growing.text == text
    last = growing.changes()
    final = growing.finish(render_blocks(text))
    for viewer in viewers:
        viewer.apply([*last, *final])
        assert viewer.html == growing.blocks() == render_blocks(text)
    return growing


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_viewers_follow_any_document(data: st.DataObject) -> None:
    pieces = data.draw(cuts(data.draw(st.one_of(DOCUMENTS, FORMULA_DOCUMENTS))))
    feed(pieces, late_from=data.draw(st.integers(0, 20)), each=data.draw(st.integers(1, 4)))


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet='ab1 \n\t-*_`~#>|[]^()!\\=.:&<$\r🙂\xa0。中@/w', max_size=120), data=st.data())
def test_viewers_follow_any_characters(text: str, data: st.DataObject) -> None:
    feed(data.draw(cuts(text)))


def test_viewers_follow_every_example_of_the_specification() -> None:
    for number, example in enumerate(SPEC_EXAMPLES):
        chance = random.Random(number)
        for sizes in ((1,), (1, 2, 4, 9, 40)):
            pieces, position = [], 0
            while position < len(example):
                size = chance.choice(sizes)
                pieces.append(example[position : position + size])
                position += size
            feed(pieces, late_from=chance.randrange(8))


@pytest.mark.parametrize('ending', ['', '\n\nThe end'])
def test_what_is_shown_before_the_end_is_the_render_of_the_text(ending: str) -> None:
    differing = []
    for number, example in enumerate(SPEC_EXAMPLES):
        text = example + ending
        growing = GrowingMarkdown()
        for start in range(0, len(text), 3):
            growing.append(text[start : start + 3])
            growing.changes()
        shown = growing.blocks()
        if shown != render_blocks(text):
            differing.append(number + 1)
    assert differing == [number for number in differing if is_known_to_be_late(SPEC_EXAMPLES[number - 1])]


def is_known_to_be_late(example: str) -> bool:
    """Say whether an example has what only the end can settle: definitions, or code in C, whose colours come then."""
    return ']:' in example or '``` c\n' in example


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_text_given_at_once_and_one_that_came_in_pieces_show_the_same(data: st.DataObject) -> None:
    text = data.draw(st.one_of(DOCUMENTS, FORMULA_DOCUMENTS).filter(lambda text: len(text) < 500)) + '\n\nThe end'
    growing = GrowingMarkdown()
    for piece in data.draw(cuts(text)):
        growing.append(piece)
        growing.changes()
    shown = uncoloured(growing.blocks())
    assert shown == uncoloured(GrowingMarkdown(text).blocks()) == uncoloured(render_blocks(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_viewers_follow_any_document_with_footnotes(data: st.DataObject) -> None:
    feed(data.draw(cuts(data.draw(st.one_of(WITH_NOTES, TAGS)))), late_from=data.draw(st.integers(0, 20)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_footnotes_that_came_before_their_text_are_shown_as_the_whole_shows_them(data: st.DataObject) -> None:
    notes_first = st.one_of(NOTES_FIRST.filter(lambda text: len(text) < 500), TAGS.map('[^1]: note\n\n'.__add__))
    text = data.draw(notes_first) + '\n\nThe end'
    growing = GrowingMarkdown()
    for piece in data.draw(cuts(text)):
        growing.append(piece)
        growing.changes()
    ways_back = re.compile(' ?<a href="#noteref[^>]*>[^<]*</a>')
    whole = [ways_back.sub('', block) for block in uncoloured(render_blocks(text))]
    assert uncoloured(growing.blocks()) == whole


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_paragraph_is_at_every_cut_what_it_were_if_it_came_at_once(data: st.DataObject) -> None:
    text = data.draw(PARAGRAPHS)
    growing = GrowingMarkdown()
    for piece in data.draw(cuts(text)):
        growing.append(piece)
        growing.changes()
        assert growing.blocks() == GrowingMarkdown(growing.text).blocks()


@pytest.mark.parametrize('text', BLOCKS)
def test_what_is_shown_of_formulas_is_the_render_of_the_text_so_far(text: str) -> None:
    growing, came = GrowingMarkdown(), ''
    for char in f'Before.\n\n{text}\n\nAfter':
        came += char
        growing.append(char)
        growing.changes()
        if char.isalpha():
            assert growing.blocks() == render_blocks(came)


def uncoloured(blocks: list[str]) -> list[str]:
    """Take away the colours of code, which an open fence gets at the end."""
    return [re.sub(r'<span class="tok-\w+">|</span>(?!<button)', '', block) for block in blocks]
