from app.rendering.growing import GrowingMarkdown
from app.rendering.long_list import ListRest, cut_list, is_list
from app.rendering.markdown import parse


def test_a_list_is_cut_before_its_last_items() -> None:
    (block,) = parse('4. a\n5. b\n6. c\n', {})
    parts = cut_list(block, keep=1)
    assert parts is not None
    beginning, rest, how = parts
    assert beginning.html() == '<ol start="4"><li>a</li><li>b</li></ol>'
    assert rest.html() == '<ol start="6" class="continued"><li>c</li></ol>'
    assert (beginning.start, beginning.end, rest.start, rest.end) == (0, 2, 2, 3)
    assert how == ListRest(start=6, loose=False)


def test_too_short_a_list_stays_whole() -> None:
    (block,) = parse('- a\n- b\n', {})
    assert cut_list(block, keep=2) is None


def test_the_rest_is_as_loose_and_counts_on() -> None:
    (block,) = parse('1. c\n', {})
    assert ListRest(start=9, loose=True).applied_to(block).html() == (
        '<ol class="continued" start="9"><li><p>c</p></li></ol>'
    )


def test_a_rest_cut_again_is_marked_once() -> None:
    (block,) = parse('- [ ] a\n- b\n', {})
    parts = cut_list(ListRest(start=1, loose=False).applied_to(block), keep=1)
    assert parts is not None
    assert parts[0].html().startswith('<ul class="task-list continued">')
    assert parts[1].html() == '<ul class="task-list continued"><li>b</li></ul>'


def test_only_lists_are_lists() -> None:
    assert [is_list(block) for block in parse('- a\n\n1. b\n\nc\n', {})] == [True, True, False]


def test_numbers_go_on_through_a_long_list() -> None:
    text = ''.join(f'{number}. Some item of the list\n\n' for number in range(3, 90))
    growing = GrowingMarkdown()
    for start in range(0, len(text), 5):
        growing.append(text[start : start + 5])
        growing.changes()
    first, *others = growing.blocks()
    assert first.startswith('<ol start="3"><li><p>')
    assert others
    counted = 3 + first.count('<li>')
    for block in others:
        assert block.startswith(f'<ol start="{counted}" class="continued"><li><p>')
        counted += block.count('<li>')
    assert counted == 90
