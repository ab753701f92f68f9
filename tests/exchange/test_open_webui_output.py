"""Answers of Open WebUI 0.10 and later, whose text stands in the items of `output`."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message, Source
from app.exchange.reading.open_webui.output import KINDS
from tests.exchange.open_webui_samples import QUESTION, answer, answered, chat, details
from tests.exchange.reading_files import remarks

IMAGE = '[An image was here; it is not part of the import.]'


def text(said: str, **fields: Any) -> dict[str, Any]:
    """Make the item of a text."""
    parts = [{'type': 'output_text', 'text': said, **fields}]
    return {'type': 'message', 'id': 'm', 'status': 'completed', 'role': 'assistant', 'content': parts}


def folded(message: Message) -> list[tuple[str, str]]:
    return [(step.title, step.text) for step in message.steps]


CALL = {'type': 'function_call', 'id': 'f', 'call_id': 'c', 'name': 'weather', 'arguments': '{"city": "Recife"}'}


def result(output: Any, **fields: Any) -> dict[str, Any]:
    """Make the item of what a tool gave."""
    return {'type': 'function_call_output', 'id': 'r', 'call_id': 'c', 'output': output, **fields}


def test_texts_thoughts_and_tools_in_the_order_they_came(tmp_path: Path) -> None:
    output = [
        {'type': 'reasoning', 'id': 'r', 'status': 'completed', 'duration': 3, 'summary': [],
         'content': [{'type': 'output_text', 'text': 'Look it up.'}]},
        text('I look.'),
        CALL,
        result([{'type': 'input_text', 'text': '{"sky": "clear"}'}]),
        None,
        text('It is clear.'),
    ]  # fmt: skip
    made = answer(tmp_path, output=output)
    assert (made.content, made.thinking) == ('I look.\n\nIt is clear.', 'Look it up.')
    assert folded(made) == [
        (
            'Tool: weather',
            '```json\n{\n "city": "Recife"\n}\n```\n\n**Result**\n\n```json\n{\n "sky": "clear"\n}\n```',
        )
    ]


@pytest.mark.parametrize(
    ('output', 'said'),
    [
        ([text('a'), text('b')], 'a\n\nb'),
        ([{'type': 'message', 'content': [{'type': 'output_text', 'text': 'a'}, {'text': 'b'}]}], 'ab'),
        ([{'type': 'message', 'content': 'as a text'}], 'as a text'),
        ([{'type': 'message', 'content': [{'type': 'refusal', 'refusal': 'I will not.'}]}], 'I will not.'),
        (
            [{'type': 'message', 'content': [{'type': 'output_text', 'text': 'a'}, {'type': 'output_image'}]}],
            f'a\n\n{IMAGE}',
        ),
        ([{'type': 'open_webui:new', 'content': [{'type': 'output_text', 'text': 'of a new kind'}]}], 'of a new kind'),
        ('as it is', 'as it is'),
    ],
)
def test_the_text_of_items(output: Any, said: str, tmp_path: Path) -> None:
    assert answer(tmp_path, output=output).content == said


@pytest.mark.parametrize(
    ('fields', 'thought'),
    [
        ({'summary': [{'type': 'summary_text', 'text': 'in short'}], 'content': []}, 'in short'),
        ({'summary': [], 'content': [{'type': 'output_text', 'text': 'at length'}]}, 'at length'),
        ({'content': [{'type': 'reasoning_text', 'text': 'at length'}]}, 'at length'),
        ({'summary': [{'text': 'in short'}], 'content': [{'text': 'at length'}]}, 'in short\n\nat length'),
        ({'summary': [{'text': 'the same'}], 'content': [{'text': 'the same'}]}, 'the same'),
        ({'content': 'as a text'}, 'as a text'),
    ],
)
def test_thoughts_in_short_and_at_length(fields: dict[str, Any], thought: str, tmp_path: Path) -> None:
    assert answer(tmp_path, output=[{'type': 'reasoning', **fields}, text('So.')]).thinking == thought


def test_what_is_in_content_too_is_not_said_twice(tmp_path: Path) -> None:
    content = details('reasoning', '&gt; Hm.') + 'It is\n' + details('tool_calls', name='weather') + 'clear.'
    made = answer(tmp_path, content=content, output=[{'type': 'reasoning', 'content': [{'text': 'Hm.'}]}, text('It is'),
                                                     CALL, text('clear.')])  # fmt: skip
    assert (made.content, made.thinking, len(made.steps)) == ('It is\n\nclear.', 'Hm.', 1)


def test_blocks_that_functions_write_into_a_text(tmp_path: Path) -> None:
    code = '```html\n<details type="reasoning">\nin code\n</details>\n```'
    made = answer(tmp_path, output=[text(f'{details("reasoning", "&gt; Hm.")}So:\n\n{code}')])
    assert (made.content, made.thinking) == (f'So:\n\n{code}', 'Hm.')


def test_output_is_shown_and_another_wording_is_folded(tmp_path: Path) -> None:
    made = answer(tmp_path, content='Changed later.', output=[text('As it was shown.')])
    assert made.content == 'As it was shown.'
    assert folded(made) == [('Another wording, kept beside the answer', 'Changed later.')]


def test_a_text_comes_from_content_where_output_has_none(tmp_path: Path) -> None:
    made = answer(tmp_path, content='Here.', output=[{'type': 'reasoning', 'content': [{'text': 'Hm.'}]}])
    assert (made.content, made.thinking) == ('Here.', 'Hm.')
    assert answer(tmp_path, content='Here.', output=[]).content == 'Here.'


def test_code_that_was_run_stands_in_the_text(tmp_path: Path) -> None:
    output = [
        text('I count.'),
        {
            'type': 'open_webui:code_interpreter',
            'code': 'print("```")',
            'lang': 'python',
            'output': {'stdout': '```\n'},
        },
        {'type': 'open_webui:code_interpreter', 'code': '2 + 2', 'output': {'result': 4}},
        {'type': 'open_webui:code_interpreter', 'code': 'print([1])', 'output': {'stdout': '[1]\n', 'stderr': ''}},
        {'type': 'code_interpreter_call', 'code': '1/0', 'outputs': [{'type': 'logs', 'logs': 'ZeroDivisionError'}]},
        {'type': 'function_call', 'call_id': 'c', 'name': 'execute_code', 'arguments': '{"code": "x = 1"}'},
        result([{'type': 'input_text', 'text': '[1, {}]'}]),
    ]
    made = answer(tmp_path, output=output)
    assert made.content.split('\n\n') == [
        'I count.',
        '````python\nprint("```")\n````',
        '```python\n2 + 2\n```',
        '```python\nprint([1])\n```',
        '```python\n1/0\n```',
        '```python\nx = 1\n```',
    ]
    assert [text for _, text in folded(made)] == [
        '````\n```\n````',
        '```\n4\n```',
        '```\n[1]\n```',
        '```\nZeroDivisionError\n```',
        '```\n[1, {}]\n```',
    ]


def test_what_tools_made_is_noted(tmp_path: Path) -> None:
    made = answer(tmp_path, output=[
        CALL,
        result([{'type': 'input_image', 'image_url': 'data:image/png;base64,AAAA'}],
               files=['data:image/png;base64,AAAA', {'type': 'file', 'name': 'a.csv'}],
               embeds=['https://example.org/map', '<b>chart</b>']),
        {'type': 'image_generation_call', 'result': 'AAAA'},
    ])  # fmt: skip
    assert made.content.split('\n\n') == [IMAGE, '[A file was here: a.csv. It is not part of the import.]', IMAGE]
    assert made.sources == (Source('https://example.org/map', 'https://example.org/map'),)
    assert folded(made)[1] == ('Page in the answer', '```html\n<b>chart</b>\n```')


def test_pages_a_text_names_and_pages_a_search_found(tmp_path: Path) -> None:
    flat = {'type': 'url_citation', 'url': 'https://example.org/a', 'title': 'A'}
    nested = {'type': 'url_citation', 'url_citation': {'url': 'https://example.org/b', 'title': ''}}
    found = {'type': 'search', 'query': 'herons', 'sources': [{'url': 'https://example.org/c'}]}
    search = {'type': 'web_search_call', 'status': 'completed', 'action': found}
    made = answer(tmp_path, output=[search, text('So.', annotations=[flat, nested, {'type': 'file_citation'}])])
    assert [source.url for source in made.sources] == [f'https://example.org/{name}' for name in 'cab']
    assert folded(made) == [('Web search', '- herons')]


def test_what_a_tool_gave_without_its_call(tmp_path: Path) -> None:
    assert folded(answer(tmp_path, output=[result('12 °C'), text('Cold.')])) == [
        ('Tool', '**Result**\n\n```\n12 °C\n```')
    ]


def test_an_item_of_a_new_kind_is_kept_as_it_is(tmp_path: Path) -> None:
    made = answer(tmp_path, output=[text('So.'), {'type': 'open_webui:plan', 'todo': ['fish']}])
    [(title, kept)] = folded(made)
    assert title == 'As it is in the file: open_webui:plan'
    assert '"fish"' in kept


def test_an_answer_of_nothing_but_new_kinds_is_told(tmp_path: Path) -> None:
    given = chat(QUESTION, answered(output=[{'type': 'open_webui:plan', 'todo': ['fish']}]))
    [made], [remark] = remarks(tmp_path, json.dumps([given]))
    assert remark.reason == 'came_out_empty'
    assert 'fish' in made.messages[1].steps[0].text


@pytest.mark.parametrize('kind', sorted(KINDS))
@pytest.mark.parametrize(
    'inner', ['x', 7, None, [], {}, [None, 'x', 7, {}], {'text': 7}, [{'type': 'text', 'text': {}}]]
)
def test_items_of_any_shape_are_read(kind: str, inner: Any, tmp_path: Path) -> None:
    fields = ('content', 'summary', 'output', 'outputs', 'arguments', 'input', 'action', 'actions', 'code', 'lang',
              'queries', 'sources', 'results', 'files', 'embeds', 'call_id', 'name')  # fmt: skip
    made = answer(tmp_path, output=[{'type': kind, **dict.fromkeys(fields, inner)}, text('So.')])
    assert 'So.' in made.content
