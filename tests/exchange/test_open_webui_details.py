"""What Open WebUI until 0.9 wrote into the text of an answer, and what only looks like it."""

import json
from html import escape
from pathlib import Path

import pytest

from app.domain.message import Source
from tests.exchange.open_webui_samples import answer, details

THOUGHT = details('reasoning', '&gt; One and one,\n&gt; that is 1 &lt; 2.', duration='4')


def test_thoughts_are_taken_out(tmp_path: Path) -> None:
    made = answer(tmp_path, content=f'{THOUGHT}It is **2**.\n{THOUGHT}')
    assert (made.content, made.thinking) == ('It is **2**.', 'One and one,\nthat is 1 < 2.')


@pytest.mark.parametrize(
    'content',
    [
        f'See:\n\n```html\n{THOUGHT}```\nDone',
        f'See:\n\n~~~\n{THOUGHT}~~~\nDone',
        f'````markdown\n```html\n{THOUGHT}```\n{THOUGHT}````',
        f'- so:\n  ```\n{THOUGHT}  ```',
        f'1. ```html\n{THOUGHT}   ```',
        f'```html\n{THOUGHT}',
        'It writes `<details type="reasoning">` and `</details>` around it.',
        f'It writes `{THOUGHT.replace(chr(10), " ")}`.',
        '> <details type="reasoning">\n> quoted\n> </details>',
        '    <details type="reasoning">\n    code\n    </details>',
        "<details>\n<summary>The model's own</summary>\nstays\n</details>",
        '<details type="spoiler">\n<summary>Of a kind nobody knows</summary>\nstays\n</details>',
        '<details type="reasoning" done="false">\n> never ends',
        '<details type="reasoning"',
        '</details>',
    ],
)
def test_what_only_looks_like_it_stays_as_it_is(content: str, tmp_path: Path) -> None:
    made = answer(tmp_path, content=content)
    assert (made.content, made.thinking, made.steps) == (content, '', ())


def test_code_around_a_thought_stays_and_the_thought_goes(tmp_path: Path) -> None:
    code = '```html\n<details type="reasoning">\nin code\n</details>\n```'
    made = answer(tmp_path, content=f'{THOUGHT}{code}\n\n{THOUGHT}So.')
    assert made.content == f'{code}\n\nSo.'
    assert made.thinking == 'One and one,\nthat is 1 < 2.'


def test_a_thought_that_quotes_the_end_of_a_block(tmp_path: Path) -> None:
    made = answer(tmp_path, content='<details type="reasoning" done="true">\n> a </details>\n> b\n</details>\nSo.')
    assert (made.content, made.thinking) == ('So.', 'a </details>\nb')


def test_a_block_in_one_line_and_one_that_goes_on_behind_it(tmp_path: Path) -> None:
    made = answer(tmp_path, content='<details type="reasoning"><summary>Hm</summary>one</details>two')
    assert (made.content, made.thinking) == ('two', 'one')


def test_attributes_in_any_order(tmp_path: Path) -> None:
    made = answer(tmp_path, content='<details done="true" type="reasoning" open="">\n> Hm.\n</details>\nSo.')
    assert (made.content, made.thinking) == ('So.', 'Hm.')


def test_what_a_tool_was_given_and_gave_is_folded(tmp_path: Path) -> None:
    given = escape(json.dumps(json.dumps({'city': 'São "Luís"'})))
    gave = escape(json.dumps(json.dumps({'sky': 'clear', 'wind': [1, 2]})))
    made = answer(
        tmp_path, content=f'Wait.\n{details("tool_calls", name="weather", arguments=given, result=gave)}Clear.'
    )
    assert made.content == 'Wait.\n\nClear.'
    [step] = made.steps
    assert step.title == 'Tool: weather'
    assert step.text.split('\n\n') == [
        '```json\n{\n "city": "São \\"Luís\\""\n}\n```',
        '**Result**',
        '```json\n{\n "sky": "clear",\n "wind": [\n  1,\n  2\n ]\n}\n```',
    ]


def test_a_tools_result_in_the_block_and_what_it_made(tmp_path: Path) -> None:
    files = escape(json.dumps([{'type': 'image', 'url': '/files/1'}, 'data:image/png;base64,AAAA']))
    embeds = escape(json.dumps(['https://example.org/map']))
    made = answer(tmp_path, content=details('tool_calls', 'a &lt; b', name='map', files=files, embeds=embeds))
    assert made.content == '[An image was here; it is not part of the import.]'
    assert made.steps[0].text == '**Result**\n\n```\na < b\n```'
    assert made.sources == (Source('https://example.org/map', 'https://example.org/map'),)


def test_code_that_was_run_stays_as_it_was(tmp_path: Path) -> None:
    code = 'html = "&lt;b&gt;"\nprint("""\n</details>\n```""")'
    output = escape(json.dumps({'stdout': 'hello\n', 'stderr': '', 'result': None}))
    block = details('code_interpreter', f'```python\n{code}\n```', output=output)
    made = answer(tmp_path, content=f'I count.\n{block}{THOUGHT}So.')
    assert made.content == f'I count.\n\n````python\n{code}\n````\n\nSo.'
    assert [(step.title, step.text) for step in made.steps] == [('Output', '```\nhello\n```')]


@pytest.mark.parametrize(
    'content',
    [
        '<details type="reasoning">\n',
        '<details type="reasoning" done="true" a="',
        '<details type="reasoning" a="1" ',
        '<details a="<details b=" c=" ',
        ' d=" e="<details b=" c="',
        '<details type="code_interpreter">\n```x\n',
        '<details type="code_interpreter">\n```x\n</details>\n',
        '<details type="reasoning">\n> </details>',
        '<details type="reasoning">\n> </details>\n',
        '</details>',
        '```x\n<details type="reasoning">\n',
        '> ',
        '`',
        '```\n\n',
        '- ' * 20,
        '<details type="x"> ' * 3,
    ],
)
def test_a_text_that_is_looked_through_from_many_places(content: str, tmp_path: Path) -> None:
    """Each would take hours if every opening looked through all the rest."""
    assert answer(tmp_path, content=f'So. {content * (4_000_000 // len(content))}').content.startswith('So.')
