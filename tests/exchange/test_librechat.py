"""LibreChat's export: what each field and each part of a message becomes, in the shapes that the program writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message, Role, Source, Status
from app.exchange.reading.fields import Fate
from app.exchange.reading.librechat.fields import CONVERSATION, LOOKED_UP, MESSAGE
from app.exchange.reading.librechat.parts import KINDS
from tests.exchange.reading_files import drawn, read_json, remarks

HERON = 'The heron waits'
IMAGE = '[An image was here; it is not part of the import.]'
NOBODY = '00000000-0000-0000-0000-000000000000'
QUESTION = {'messageId': 'q', 'parentMessageId': NOBODY, 'sender': 'User', 'isCreatedByUser': True, 'text': 'go'}


def exported(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make an export as the program writes it."""
    head = {'conversationId': 'c1', 'endpoint': 'agents', 'title': 'A chat', 'exportAt': '10:00:00 GMT+0000'}
    return {**head, 'branches': True, 'recursive': False, **fields, 'messages': list(messages)}


def answered(**fields: Any) -> dict[str, Any]:
    """Make an answer to `QUESTION`."""
    given = {'messageId': 'a', 'parentMessageId': 'q', 'sender': 'Bird', 'isCreatedByUser': False, 'text': ''}
    return {**given, 'createdAt': '2026-01-01T00:00:01.000Z', 'model': 'gpt-5', **fields}


def answer(folder: Path, **fields: Any) -> Message:
    """Read an export with one answer, and give that."""
    [made] = read_json(folder, [exported(QUESTION, answered(**fields))])
    return made.messages[1]


def folded(message: Message) -> list[tuple[str, str]]:
    return [(step.title, step.text) for step in message.steps]


SAMPLES: dict[str, Any] = {
    'text': HERON,
    'content': [{'type': 'text', 'text': HERON}],
    'quotes': [HERON],
    'files': [{'file_id': '1', 'filename': HERON, 'type': 'application/pdf'}],
    'attachments': [
        {'type': 'web_search', 'web_search': {'turn': 0, 'organic': [{'title': HERON, 'link': 'https://e.org'}]}}
    ],
    'plugin': {'latest': 'Search', 'inputs': [{'input': HERON}], 'outputs': 'x'},
    'plugins': [{'latest': 'Search', 'inputs': [], 'outputs': HERON}],
    'feedback': {'rating': 'thumbsDown', 'tag': {'key': 'not_matched'}, 'text': HERON},
}
"""A sample of each field that is shown."""

SHOWN = {Fate.TEXT, Fate.FOLDED, Fate.SOURCE}


@pytest.mark.parametrize('field', [name for name, fate in MESSAGE.items() if fate in SHOWN])
def test_each_field_comes_where_the_table_says(field: str, tmp_path: Path) -> None:
    made = answer(tmp_path, **{'text': 'Here', field: SAMPLES[field]})
    places = {
        Fate.TEXT: made.content,
        Fate.FOLDED: '\n'.join(text for _, text in folded(made)),
        Fate.SOURCE: '\n'.join(source.title for source in made.sources),
    }
    assert {fate for fate, text in places.items() if HERON in text} == {MESSAGE[field]}


def test_the_table_says_when_it_was_looked_up_and_names_each_field() -> None:
    assert LOOKED_UP == '2026-11-30'
    assert {*SAMPLES} == {name for name, fate in MESSAGE.items() if fate in SHOWN}
    assert 'options.promptPrefix' in CONVERSATION


PARTS: dict[str, tuple[dict[str, Any], Fate | None]] = {
    'text': ({'text': {'value': HERON, 'annotations': []}}, Fate.TEXT),
    'text_delta': ({'text': HERON}, Fate.TEXT),
    'think': ({'think': HERON}, Fate.THOUGHTS),
    'error': ({'error': HERON}, Fate.TEXT),
    'tool_call': (
        {'tool_call': {'type': 'tool_call', 'name': 'birds', 'args': {'q': HERON}, 'output': 'x'}},
        Fate.FOLDED,
    ),
    'image_file': ({'image_file': {'filename': 'a.png', 'height': 1, 'width': 1}}, Fate.TEXT),
    'image_url': ({'image_url': {'url': 'data:image/png;base64,AAAA'}}, Fate.TEXT),
    'image': ({'image': 'AAAA'}, Fate.TEXT),
    'input_audio': ({'input_audio': {'data': 'AAAA', 'format': 'wav'}}, Fate.TEXT),
    'video_url': ({'video_url': {'url': 'https://example.org/v'}}, Fate.TEXT),
    'summary': ({'content': [{'type': 'text', 'text': HERON}], 'tokenCount': 3}, Fate.FOLDED),
    'steer': ({'steer': HERON}, Fate.TEXT),
    'activity_label': ({'activity_label': HERON, 'status': 'ok'}, Fate.FOLDED),
    'agent_update': ({'agent_update': {'index': 0, 'runId': HERON, 'agentId': 'agent_1'}}, None),
    'question_form': ({'questions': [HERON]}, Fate.FOLDED),
}
"""A sample of each kind of part, the last of a kind nobody knows, and where it goes."""


@pytest.mark.parametrize('kind', PARTS)
def test_each_part_comes_where_it_belongs(kind: str, tmp_path: Path) -> None:
    assert {*PARTS} - {'question_form'} == {*KINDS}
    fields, fate = PARTS[kind]
    made = answer(tmp_path, content=[{'type': kind, **fields}, {'type': 'text', 'text': 'So.'}])
    shown = {
        Fate.TEXT: made.content.removesuffix('So.').strip(),
        Fate.THOUGHTS: made.thinking,
        Fate.FOLDED: '\n'.join(map(str, folded(made))),
    }
    assert {name for name, text in shown.items() if text} == ({fate} if fate else set())
    assert HERON in str(shown) or 'is not part of the import' in str(shown) or fate is None


def test_the_parts_of_an_answer_in_their_order(tmp_path: Path) -> None:
    content = [
        {'type': 'agent_update', 'agent_update': {'index': 0, 'runId': 'r', 'agentId': 'agent_1'}},
        {'type': 'think', 'think': {'value': 'Look it up.'}},
        {'type': 'text', 'text': 'I look.', 'tool_call_ids': ['t']},
        {'type': 'tool_call', 'tool_call': {'type': 'function', 'id': 't', 'function': {
            'name': 'birds', 'arguments': '{"q": 1}', 'output': 'two'}}},
        None,
        {'type': 'text', 'text': {'value': 'Two.', 'annotations': [
            {'type': 'url_citation', 'url': 'https://e.org/a', 'title': 'A'}]}},
        {'type': 'error', 'text': {'value': 'and then it broke'}},
    ]  # fmt: skip
    made = answer(tmp_path, text='not this', content=content, unfinished=True)
    assert (made.content, made.thinking) == ('I look.\n\nTwo.\n\nand then it broke', 'Look it up.')
    assert folded(made) == [('Tool: birds', '```json\n{\n "q": 1\n}\n```\n\n**Result**\n\n```\ntwo\n```')]
    assert (made.sources, made.status) == ((Source('A', 'https://e.org/a'),), Status.STOPPED)


@pytest.mark.parametrize(
    ('call', 'content', 'steps'),
    [
        ({'type': 'code_interpreter', 'code_interpreter': {'input': 'print(2)', 'outputs': [
            {'type': 'logs', 'logs': '2'}, {'type': 'image', 'image': {'file_id': 'f'}}]}},
         f'```python\nprint(2)\n```\n\n{IMAGE}', [('Output', '```\n2\n```')]),
        ({'name': 'execute_code', 'args': '{"lang": "js", "code": "log(1)"}', 'output': 'stdout:\n1'},
         '```js\nlog(1)\n```', [('Output', '```\nstdout:\n1\n```')]),
        ({'type': 'retrieval', 'retrieval': {'query': 'herons'}}, '',
         [('Tool: retrieval', '```json\n{\n "query": "herons"\n}\n```')]),
        ({'name': 'dalle', 'args': {'prompt': 'a heron'}, 'output': ''}, IMAGE,
         [('Tool: dalle', '```json\n{\n "prompt": "a heron"\n}\n```')]),
        ({}, '', []),
    ],
)  # fmt: skip
def test_tools_and_code_that_was_run(call: Any, content: str, steps: Any, tmp_path: Path) -> None:
    made = answer(tmp_path, content=[{'type': 'tool_call', 'tool_call': call}, {'type': 'text', 'text': 'So.'}])
    assert made.content == '\n\n'.join(filter(None, [content, 'So.']))
    assert folded(made) == steps


SEARCH = {
    'type': 'web_search',
    'messageId': 'a',
    'toolCallId': 't',
    'web_search': {
        'turn': 0,
        'organic': [
            {'position': 1, 'title': 'Lake', 'link': 'https://e.org/lake'},
            {'title': '', 'link': 'https://e.org/ice'},
        ],
        'topStories': [{'title': 'Thaw', 'link': 'https://e.org/thaw'}],
        'images': [{'title': 'Photo', 'imageUrl': 'https://e.org/i.png', 'link': 'https://e.org/photo'}],
        'references': [{'type': 'link', 'title': 'Log', 'link': 'https://e.org/log'}],
    },
}
"""What a search found, as it is attached to an answer."""


def marked(text: str, how: str) -> str:
    """Write a text with marks: `{2}` stands for U+E202, as the character or as one of the escapes models write."""
    signs = [chr(0xE200 + number) if how == 'plain' else how + f'ue20{number}' for number in range(7)]
    return text.format(*signs)


@pytest.mark.parametrize('how', ['plain', '\\', '\\\\'])
@pytest.mark.parametrize(
    ('text', 'clean', 'sources'),
    [
        ('It froze. {2}turn0search1', 'It froze.', ['https://e.org/ice']),
        ('It froze{2}turn0search0{2}turn0news0, then thawed.', 'It froze, then thawed.', ['https://e.org/lake', 'https://e.org/thaw']),
        ('So. {0}{2}turn0search0{2}turn0ref0{1}\nNext', 'So.\nNext', ['https://e.org/lake', 'https://e.org/log']),
        ('{3}It froze.{4}{2}turn0search0 More{6}', 'It froze. More', ['https://e.org/lake']),
        ('See {2}turn0image0.', 'See.', ['https://e.org/photo']),
        ('Gone {2}turn3search7 too.', 'Gone too.', []),
    ],
)  # fmt: skip
def test_marks_of_a_search_become_sources(text: str, clean: str, sources: list[str], how: str, tmp_path: Path) -> None:
    made = answer(tmp_path, content=[{'type': 'text', 'text': marked(text, how)}], attachments=[SEARCH])
    assert made.content == clean
    assert [source.url for source in made.sources][: len(sources)] == sources
    assert {'https://e.org/lake', 'https://e.org/ice', 'https://e.org/thaw'} <= {source.url for source in made.sources}


def test_marks_in_code_stay_and_bare_ones_go(tmp_path: Path) -> None:
    code = '```js\ntext.replace(/\\ue202turn0search0/, "")\n```'
    text = f'It froze. ue202turn0search0 Write `\\ue202`:\n\n{code}\n\nSo. \\ue202turn0search0'
    [made], _ = remarks(tmp_path, json.dumps([exported(QUESTION, answered(text=text, attachments=[SEARCH]))]))
    assert made.messages[1].content == f'It froze. Write `\\ue202`:\n\n{code}\n\nSo.'


def test_marks_leave_questions_and_what_a_search_gave_too(tmp_path: Path) -> None:
    found = {
        'type': 'tool_call',
        'tool_call': {'name': 'web_search', 'args': '', 'output': 'Anchor: \\ue202turn0search0 Lake'},
    }
    content = [found, {'type': 'summary', 'text': 'It froze. \ue202turn0search0'}, {'type': 'text', 'text': 'So.'}]
    asked = {**QUESTION, 'text': 'You said: It froze. \ue202turn0search0'}
    [made], said = remarks(tmp_path, json.dumps([exported(asked, answered(content=content))]))
    assert made.messages[0].content == 'You said: It froze.'
    assert 'ue202' not in str(made.messages[1].steps)
    assert not said


def test_what_was_found_in_files(tmp_path: Path) -> None:
    found = {
        'type': 'file_search',
        'file_search': {'sources': [{'fileId': '1', 'fileName': 'birds.pdf', 'relevance': 0.9}]},
    }
    made = answer(tmp_path, text='So. \\ue202turn0file0', attachments=[found])
    assert (made.content, made.sources) == ('So.', (Source('birds.pdf'),))


def test_what_tools_made(tmp_path: Path) -> None:
    attachments = [
        {'filename': 'heron.png', 'filepath': '/images/heron.png', 'width': 512, 'height': 512, 'toolCallId': 't'},
        {'filename': 'birds.csv', 'filepath': '/files/birds.csv', 'toolCallId': 't'},
        {'type': 'memory', 'memory': {'key': 'likes', 'value': 'herons', 'type': 'update'}},
    ]
    made = answer(tmp_path, text='So.', attachments=attachments)
    assert made.content == f'So.\n\n{IMAGE}\n\n[A file was here: birds.csv. It is not part of the import.]'
    [(title, kept)] = folded(made)
    assert title == 'As it is in the file: memory'
    assert '"herons"' in kept


def test_the_text_of_a_persons_file_comes_along(tmp_path: Path) -> None:
    files = [
        {'filename': 'notes.txt', 'type': 'text/plain', 'text': 'a heron'},
        {'filename': 'a.png', 'type': 'image/png'},
    ]
    [made] = read_json(tmp_path, exported({**QUESTION, 'files': files, 'quotes': ['a line\nof before']}))
    said = ['> a line\n> of before', 'go', 'notes.txt:', '```\na heron\n```', IMAGE]
    assert made.messages[0].content == '\n\n'.join(said)


@pytest.mark.parametrize(
    ('block', 'shown'),
    [
        (':::artifact{identifier="page" type="text/html" title="A page"}\n```html\n<b>hi</b>\n```\n:::',
         '**A page**\n\n```html\n<b>hi</b>\n```'),
        (':::artifact{title="Flow" identifier="f" type="application/vnd.mermaid"}\n```\ngraph TD\n```\n:::',
         '**Flow**\n\n```mermaid\ngraph TD\n```'),
        (':::artifact{identifier="app" type="application/vnd.react"}\nexport default 1\n:::',
         '**app**\n\n```tsx\nexport default 1\n```'),
        (':::artifact{identifier="d" type="text/markdown" title="Doc {1}"}\n```markdown\n# A\n\n```python\nx\n```\n\n'
         ':::\nbox\n:::\n```\n:::',
         '**Doc {1}**\n\n````markdown\n# A\n\n```python\nx\n```\n\n:::\nbox\n:::\n````'),
        (':::artifact{identifier="cut" type="text/html" title="Cut off"}\n```html\n<b>',
         '**Cut off**\n\n```html\n<b>\n```'),
        (':::artifact\n```\nbare\n```\n:::', '```\nbare\n```'),
    ],
)  # fmt: skip
def test_a_document_comes_as_code_under_its_name(block: str, shown: str, tmp_path: Path) -> None:
    assert answer(tmp_path, text=f'Here:\n\n{block}').content == f'Here:\n\n{shown}'


def test_text_around_documents_and_thoughts_between_colons(tmp_path: Path) -> None:
    block = ':::artifact{{identifier="{0}" title="{0}"}}\n```c\n{0}\n```\n:::'
    text = f':::thinking\nHm.\n:::\n\nOne:\n{block.format("a")}\nTwo:\n{block.format("b")}\nDone'
    made = answer(tmp_path, text=text)
    assert made.thinking == 'Hm.'
    assert made.content.split('\n\n') == ['One:', '**a**', '```c\na\n```', 'Two:', '**b**', '```c\nb\n```', 'Done']


@pytest.mark.parametrize(
    'text',
    [
        '````\n:::artifact{identifier="a"}\n```\nx\n```\n:::\n````',
        'Write `:::artifact{identifier="a"}` first.',
        ':::note\nof another kind\n:::',
        ':::artifacts',
    ],
)
def test_what_only_looks_like_a_document_stays(text: str, tmp_path: Path) -> None:
    assert answer(tmp_path, text=text).content == text


def test_the_instruction_stands_above_the_messages(tmp_path: Path) -> None:
    given = exported(
        QUESTION, answered(text='Oui', model=None), options={'promptPrefix': 'In French.', 'model': 'gpt-5'}
    )
    [made] = read_json(tmp_path, given)
    assert drawn(made) == ["* system: 'In French.'", "  * user: 'go'", "    * assistant: 'Oui'"]
    assert made.messages[0].role is Role.SYSTEM
    assert made.messages[2].model is not None
    assert made.messages[2].model.name == 'gpt-5'


def test_an_agent_is_called_by_its_name(tmp_path: Path) -> None:
    made = answer(tmp_path, text='So.', model='agent_x1', sender='Bird watcher', tokenCount=12)
    assert made.model is not None
    assert (made.model.name, made.stats) == ('Bird watcher', {'tokens': 12})


def test_a_tree_without_the_message_around_it(tmp_path: Path) -> None:
    tree = {
        **exported(),
        'recursive': True,
        'messagesTree': [{**QUESTION, 'children': [answered(text='So.', children=[])]}],
    }
    del tree['messages']
    [made] = read_json(tmp_path, tree)
    assert drawn(made) == ["* user: 'go'", "  * assistant: 'So.'"]


@pytest.mark.parametrize(
    'fields',
    [{'content': 'Here.'}, {'text': {'value': 'Here.'}}, {'content': [{'text': 'Here.'}]}, {'content': ['Here.']}],
)
def test_a_text_in_other_shapes(fields: dict[str, Any], tmp_path: Path) -> None:
    assert answer(tmp_path, **fields).content == 'Here.'


def test_a_tree_without_a_list_around_it(tmp_path: Path) -> None:
    tree = {'conversationId': 'c', 'messages': {**QUESTION, 'children': [answered(text='So.')]}}
    [made] = read_json(tmp_path, tree)
    assert drawn(made) == ["* user: 'go'", "  * assistant: 'So.'"]


def test_an_answer_of_nothing_but_new_kinds_is_told(tmp_path: Path) -> None:
    given = exported(QUESTION, answered(content=[{'type': 'question_form', 'questions': [HERON]}]))
    [made], [remark] = remarks(tmp_path, json.dumps(given))
    assert remark.reason == 'came_out_empty'
    assert HERON in made.messages[1].steps[0].text


@pytest.mark.parametrize('kind', sorted(KINDS))
@pytest.mark.parametrize(
    'inner', ['x', 7, None, [], {}, [None, 'x', 7, {}], {'value': 7}, {'function': 7, 'outputs': [7]}]
)
def test_parts_of_any_shape_are_read(kind: str, inner: Any, tmp_path: Path) -> None:
    fields = ('text', 'think', 'error', 'tool_call', 'content', 'summary', 'steer', 'quotes', 'activity_label')
    content = [{'type': kind, **dict.fromkeys(fields, inner)}, {'type': 'text', 'text': 'So.'}]
    message = answered(
        content=content, **dict.fromkeys(('files', 'attachments', 'feedback', 'plugin', 'plugins'), inner)
    )
    [made], _ = remarks(tmp_path, json.dumps([exported(QUESTION, message)]))
    assert 'So.' in made.messages[1].content + str(made.messages[1].steps)


@pytest.mark.parametrize(
    'text',
    [
        ':::artifact{identifier="a"}\n```\n',
        ':::artifact{identifier="a"}\n```\n:::\n',
        ':::artifact{"',
        ':::thinking\n',
        '```x\n:::artifact\n',
        '\\ue200 ',
        '\\ue202turn0search0',
        ' ',
        '\ue203',
        '` `` ',
        '```\n\n',
        '`',
    ],
)
def test_a_text_that_is_looked_through_from_many_places(text: str, tmp_path: Path) -> None:
    """Each would take hours if every opening looked through all the rest."""
    assert answer(tmp_path, text=f'So. \\ue201\n{text * (2_000_000 // len(text))}').content.startswith('So.')
