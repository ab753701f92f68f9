"""A fence of Markdown holds the fences that are written in it."""

import re

import pytest

from app.domain.code import FenceEnd
from app.rendering.growing import GrowingMarkdown
from app.rendering.markdown import parse, render_blocks
from app.rendering.outline import Code, open_fence, outline, with_fences_apart

README = """```markdown
# Title

```python
x = 1
```

Words.

~~~
tildes
~~~

```sh
ls
```
```

After it."""


def codes(text: str) -> list[str]:
    return [part.code for part in outline(text) if isinstance(part, Code)]


def test_the_inner_fences_stand_in_the_outer_one() -> None:
    first, last = render_blocks(README)
    assert last == '<p>After it.</p>'
    assert codes(README) == [README.removeprefix('```markdown\n').removesuffix('\n```\n\nAfter it.')]
    assert first.count('class="code"') == 1


@pytest.mark.parametrize('info', ['markdown', 'md', 'Markdown', ' md title="x"', '{.markdown}'])
def test_only_a_fence_of_markdown_holds_others(info: str) -> None:
    text = '```{}\n```js\na\n```\nb\n```\n\nc'
    assert codes(text.format(info)) == ['```js\na\n```\nb']
    assert codes(text.format('text'))[0] == '```js\na'


@pytest.mark.parametrize(
    ('inside', 'rest'),
    [
        ('a\n```', 'b'),  # a bare line ends it where none is open within
        ('```js\na\n```\n```', 'b'),
        ('```md\n```js\na\n```\n```\n```', 'b'),  # Markdown in Markdown
        ('```js\n```py\n```\n```', 'b'),  # in other code nothing begins
        ('    ```js\n```', 'b'),  # deeply indented: no fence to anybody
        ('``js\n```', 'b'),
        ('```js`\n```', 'b'),
        ('````js\n```\n````\n```', 'b'),
        ('```js\na\n`````  \n```', 'b'),
    ],
)
def test_where_the_outer_fence_ends(inside: str, rest: str) -> None:
    for marker in '`~':
        if marker == '~' and '`\n' in inside.replace('``', ''):
            continue
        text = f'```markdown\n{inside}\n{rest}'.replace('`', marker)
        *_, last = render_blocks(text)
        assert last == f'<p>{rest}</p>', text
        assert codes(text) == [inside.rpartition('\n')[0].replace('`', marker)]


def test_longer_markers_outside_need_no_rule() -> None:
    assert codes('````md\n```\na\n```\n```js\n````\n\nb') == ['```\na\n```\n```js']


@pytest.mark.parametrize('before', ['- ', '> ', '1. - '])
def test_within_lists_and_quotes(before: str) -> None:
    deep = before if before == '> ' else ' ' * len(before)
    text = before + f'\n{deep}'.join(['```md', '```js', 'a', '```', 'b', '```', 'c'])
    html = ''.join(render_blocks(text))
    assert html.count('class="code"') == 1
    assert 'c' in re.sub(r'<pre>.*</pre>', '', html)


def test_a_growing_text_never_takes_an_inner_end_for_the_outer() -> None:
    growing = GrowingMarkdown()
    for at, char in enumerate(README):
        growing.append(char)
        growing.changes()
        assert len(growing.blocks()) == (at > 2) + (at >= README.index('After'))
    assert growing.blocks() == render_blocks(README)


def test_inner_fences_are_told_without_a_parse() -> None:
    growing = GrowingMarkdown('```md\nwords\n')
    parsed = growing.parsed_characters
    for piece in ('``', '`', 'js\n', 'x\n', '```', '\n', '\nmore\n', '```py x\n', '```\n', 'end'):
        growing.append(piece)
        growing.changes()
    assert growing.parsed_characters == parsed
    growing.append('\n```\n\nAfter')
    growing.changes()
    assert growing.blocks() == render_blocks(growing.text)


def test_a_fence_whose_inner_one_has_just_ended_is_open() -> None:
    text = '```md\n```js\na\n```\n'
    [block] = parse(text, {})
    assert GrowingMarkdown(text + 'b').blocks() == [html.replace('</code>', '\nb</code>') for html in [block.html()]]


def test_what_is_exported_is_told_apart_by_every_reader() -> None:
    apart = with_fences_apart(README)
    assert apart == README.replace('```markdown', '````markdown').replace('```\n```\n', '```\n````\n')
    assert codes(apart) == codes(README)
    assert with_fences_apart('> ```md\n> ```js\n> ```\n> ```') == '> ````md\n> ```js\n> ```\n> ````'
    assert with_fences_apart('```md\na\n```') == '```md\na\n```'


def test_what_was_stopped_within_is_closed_for_every_reader() -> None:
    apart = with_fences_apart('```md\n```js\na')
    assert (apart, open_fence(apart)) == ('````md\n```js\na', '````')


def test_each_line_is_decided_by_what_stands_before_it() -> None:
    end = FenceEnd('```', 'md')
    lines = ['a', '```js', '```', '', '```py', '~~~', '```', '```']
    assert [end.closes(line) for line in lines] == [False] * 7 + [True]
    assert end.longest == 3


def test_much_may_come_behind_the_end_at_once() -> None:
    growing = GrowingMarkdown('```md\n')
    growing.append('a\n```\n```\n```\n\nb')
    growing.changes()
    assert growing.blocks() == render_blocks(growing.text)
