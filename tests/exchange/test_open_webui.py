"""Open WebUI's export: what each field of it becomes, with samples in the shapes that the program writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message, Role, Source, Status
from app.exchange.reading.fields import Fate
from app.exchange.reading.open_webui.fields import CHAT, LOOKED_UP, MESSAGE
from tests.exchange.open_webui_samples import QUESTION, answer, answered, chat, question
from tests.exchange.reading_files import drawn, read_json, remarks

HERON = 'The heron waits'

SAMPLES: dict[str, Any] = {
    'content': HERON,
    'output': [{'type': 'message', 'content': [{'type': 'output_text', 'text': HERON}]}],
    'merged': {'status': True, 'content': HERON},
    'error': {'content': HERON},
    'files': [{'type': 'file', 'name': HERON}],
    'code_executions': [{'id': '1', 'name': 'Count', 'code': f'print("{HERON}")', 'language': 'python'}],
    'reasoning_content': HERON,
    'sources': [{'source': {'name': HERON}, 'document': ['x'], 'metadata': [{'source': 'x'}]}],
    'citations': [{'source': {'name': HERON}, 'document': ['x'], 'metadata': [{'source': 'x'}]}],
    'embeds': [f'<p>{HERON}</p>'],
    'statusHistory': [{'action': 'web_search', 'description': HERON, 'done': True}],
    'status': {'description': HERON, 'done': True},
    'followUps': [HERON],
    'annotation': {'rating': 1, 'reason': 'accurate', 'comment': HERON},
}
"""A sample of each field that is shown."""

SHOWN = {Fate.TEXT, Fate.THOUGHTS, Fate.FOLDED, Fate.SOURCE}


def place_of(message: Message, word: str) -> set[Fate]:
    """Tell where in a message a word stands."""
    places = {
        Fate.TEXT: message.content,
        Fate.THOUGHTS: message.thinking,
        Fate.FOLDED: '\n'.join(f'{step.title}\n{step.text}' for step in message.steps),
        Fate.SOURCE: '\n'.join(source.title for source in message.sources),
    }
    return {fate for fate, text in places.items() if word in text}


@pytest.mark.parametrize('field', [name for name, fate in MESSAGE.items() if fate in SHOWN])
def test_each_field_comes_where_the_table_says(field: str, tmp_path: Path) -> None:
    given = {'content': 'Here'} if field != 'content' else {}
    assert place_of(answer(tmp_path, **given, **{field: SAMPLES[field]}), HERON) == {MESSAGE[field]}


def test_the_table_says_when_it_was_looked_up_and_names_each_field_once() -> None:
    assert LOOKED_UP == '2026-11-30'
    assert {*SAMPLES} == {name for name, fate in MESSAGE.items() if fate in SHOWN}
    assert {'chat.params.system', 'meta.tags'} <= {*CHAT}


def test_a_field_nobody_knows_is_kept_as_it_is(tmp_path: Path) -> None:
    [step] = answer(tmp_path, content='Here', newField={'said': HERON}, flag=True, lastSentence='left out').steps
    assert step.title == 'As it is in the file: newField'
    assert HERON in step.text


def test_an_answer_that_stands_only_in_a_field_nobody_knows_is_told(tmp_path: Path) -> None:
    given = chat(QUESTION, answered(blocks=[{'said': HERON}]))
    [made], [remark] = remarks(tmp_path, json.dumps([given]))
    assert (remark.reason, remark.message) == ('came_out_empty', 2)
    assert HERON in made.messages[1].steps[0].text


def test_the_merged_answer_stands_with_those_it_was_made_of(tmp_path: Path) -> None:
    asked = {**QUESTION, 'childrenIds': ['a', 'b'], 'models': ['a', 'b']}
    merged = {'status': True, 'content': 'Both *agree*.', 'timestamp': 1767225603}
    first = answered(content='one', model='a', modelIdx=0, merged=merged)
    second = answered(id='b', content='two', model='b', modelIdx=1)
    given = chat(asked, first, second)
    given['chat']['history']['currentId'] = 'a'
    [made] = read_json(tmp_path, [given])
    assert drawn(made) == [
        "* user: 'go'",
        "  * assistant: 'one\\n\\n**Merged answer**\\n\\nBoth *agree*.'",
        "  - assistant: 'two'",
    ]


@pytest.mark.parametrize(
    ('error', 'said'),
    [
        ('the server was gone', 'the server was gone'),
        ({'content': {'error': {'message': 'no such model'}}}, 'no such model'),
        ({'detail': 'not found'}, 'not found'),
        (True, ''),
        (None, ''),
    ],
)
def test_a_fault_is_said_in_its_own_words(error: Any, said: str, tmp_path: Path) -> None:
    assert answer(tmp_path, content='Half', error=error).content == '\n\n'.join(filter(None, ['Half', said]))


def test_a_fault_without_words_is_kept_as_it_is(tmp_path: Path) -> None:
    [step] = answer(tmp_path, content='Half', error={'code': 429}).steps
    assert '"code": 429' in step.text


def test_the_text_of_a_persons_file_comes_along(tmp_path: Path) -> None:
    files = [
        {'type': 'file', 'id': 'f', 'name': 'notes.txt', 'file': {'filename': 'n', 'data': {'content': 'a ``` heron'}}},
        {'type': 'file', 'file': {'filename': 'table.csv', 'data': {}, 'meta': {'name': 'Table.csv'}}},
        {'type': 'file', 'file': {'filename': 'moon.png', 'meta': {'content_type': 'image/png'}, 'data': {}}},
        {'type': 'text', 'name': 'https://example.org/a', 'url': 'https://example.org/a',
         'file': {'data': {'content': 'A page'}, 'meta': {}}},
        {'type': 'note', 'title': 'Plan', 'data': {'content': {'md': '# Plan', 'html': '<h1>Plan</h1>'}}},
        {'type': 'collection', 'name': 'Birds'},
        {'type': 'image', 'url': 'data:image/png;base64,AAAA'},
    ]  # fmt: skip
    assert question(tmp_path, content='read', files=files).content.split('\n\n') == [
        'read',
        'notes.txt:',
        '````\na ``` heron\n````',
        '[A file was here: table.csv. It is not part of the import.]',
        '[An image was here; it is not part of the import.]',
        'https://example.org/a:',
        '```\nA page\n```',
        'Plan:',
        '```\n# Plan\n```',
        '[A file was here: Birds. It is not part of the import.]',
        '[An image was here; it is not part of the import.]',
    ]


def test_a_source_is_named_with_the_address_that_it_was_found_at(tmp_path: Path) -> None:
    sources = [
        {'source': {'type': 'file', 'id': 'f', 'name': 'notes.txt'}, 'document': ['x', 'y'],
         'metadata': [{'source': 'notes.txt', 'page': 1}, {'source': 'notes.txt', 'page': 2}]},
        {'source': {'type': 'web_search', 'name': 'herons', 'urls': ['https://example.org/a']}, 'document': ['x'] * 3,
         'metadata': [{'source': 'https://example.org/a', 'title': 'Grey heron'}, {'source': 'https://example.org/b'},
                      {'source': 'https://example.org/a', 'title': 'Grey heron'}]},
        {'source': {'name': 'A tool', 'url': 'https://example.org/tool'}, 'document': ['x']},
        {'source': {'type': 'collection', 'name': 'Birds'}, 'document': ['x'],
         'metadata': [{'name': 'heron.pdf', 'source': 'heron.pdf', 'source_url': 'https://example.org/heron.pdf'}]},
        {'source': {'name': 'Evil', 'url': 'javascript:alert(1)'}, 'document': ['x'], 'metadata': [{'source': 'file:///x'}]},
        {'source': {'type': 'web_search', 'name': 'q', 'urls': ['https://example.org/c']}, 'document': []},
        {},
    ]  # fmt: skip
    assert answer(tmp_path, content='So.', sources=sources).sources == (
        Source('notes.txt'),
        Source('Grey heron', 'https://example.org/a'),
        Source('https://example.org/b', 'https://example.org/b'),
        Source('A tool', 'https://example.org/tool'),
        Source('heron.pdf', 'https://example.org/heron.pdf'),
        Source('Evil'),
        Source('https://example.org/c', 'https://example.org/c'),
    )


def test_what_was_done_meanwhile_is_folded(tmp_path: Path) -> None:
    history = [
        {'action': 'web_search', 'description': 'Generating search query', 'done': False, 'hidden': True},
        {'action': 'queries_generated', 'queries': ['herons', 'lake'], 'done': True},
        {'action': 'web_search', 'description': 'Searched {{count}} sites', 'urls': ['https://example.org/a', 'x:y'],
         'items': [{'title': 'Herons', 'link': 'https://example.org/b'}], 'done': True},
        {'action': 'knowledge_search', 'description': 'Searching for "{{searchQuery}}"', 'query': 'nests'},
    ]  # fmt: skip
    [step] = answer(tmp_path, content='So.', statusHistory=history).steps
    assert step.title == 'What was done'
    assert step.text.splitlines() == [
        '- queries_generated',
        '  - herons',
        '  - lake',
        '- Searched 3 sites',
        '  - <https://example.org/a>',
        '  - Herons: <https://example.org/b>',
        '- Searching for "nests"',
    ]


def test_code_that_was_run_beside_an_answer(tmp_path: Path) -> None:
    result = {'output': '42', 'error': '', 'files': [{'name': 'plot.png', 'url': '/files/1'}]}
    run = {'uuid': '1', 'name': 'Sum', 'code': 'print(6 * 7)', 'language': 'python', 'result': result}
    made = answer(tmp_path, content='See:', code_executions=[run])
    assert made.content.split('\n\n') == [
        'See:',
        '**Sum**',
        '```python\nprint(6 * 7)\n```',
        '[A file was here: plot.png. It is not part of the import.]',
    ]
    assert [(step.title, step.text) for step in made.steps] == [('Output', '```\n42\n```')]


def test_code_that_the_answer_shows_already_is_there_once(tmp_path: Path) -> None:
    run = {'name': 'Sum', 'code': 'print(6 * 7)', 'language': 'python', 'result': {'output': '42'}}
    made = answer(tmp_path, content='```python\nprint(6 * 7)\n```', code_executions=[run, run])
    assert made.content == '```python\nprint(6 * 7)\n```'
    assert [(step.title, step.text) for step in made.steps] == [('Output', '```\n42\n```')]


def test_ratings_and_suggestions_are_folded(tmp_path: Path) -> None:
    made = answer(tmp_path, content='So.', annotation={'rating': -1, 'comment': 'too short'}, followUps=['And *why*?'])
    assert [(step.title, step.text) for step in made.steps] == [
        ('You found this answer bad', 'too short'),
        ('Suggested questions', '- And *why*?'),
    ]


def test_figures_of_an_answer(tmp_path: Path) -> None:
    usage = {'prompt_eval_count': 12, 'eval_count': 34, 'eval_duration': 2_500_000_000, 'total_duration': 'x'}
    assert answer(tmp_path, content='So.', usage=usage).stats == {'tokens': 34, 'prompt_tokens': 12, 'seconds': 2.5}
    assert answer(tmp_path, content='So.', info={'completion_tokens': -1}).stats == {}


@pytest.mark.parametrize(
    ('fields', 'model'),
    [
        ({'model': 'qwen3:4b', 'modelName': 'Qwen'}, 'qwen3:4b'),
        ({'model': '', 'modelName': 'Qwen'}, 'Qwen'),
        ({'model': 'arena-model', 'arena': True, 'selectedModelId': 'llama3.2:1b'}, 'llama3.2:1b'),
        ({'model': None}, 'gemma2:2b'),
    ],
)
def test_the_model_that_answered(fields: dict[str, Any], model: str, tmp_path: Path) -> None:
    made = answer(tmp_path, content='So.', **fields)
    assert made.model is not None
    assert made.model.name == model


def test_the_instruction_of_a_chat_stands_above_it(tmp_path: Path) -> None:
    [made] = read_json(tmp_path, [chat(QUESTION, answered(content='Oui'), params={'system': 'Answer in French.'})])
    assert drawn(made) == ["* system: 'Answer in French.'", "  * user: 'go'", "    * assistant: 'Oui'"]
    said = {'id': 's', 'parentId': None, 'role': 'system', 'content': 'Answer in French.'}
    given = chat(said, {**QUESTION, 'parentId': 's'}, params={'system': 'Answer in French.'})
    [made] = read_json(tmp_path, [given])
    assert [message.role for message in made.messages] == [Role.SYSTEM, Role.USER]


def test_messages_in_a_list(tmp_path: Path) -> None:
    given = chat(QUESTION, answered(content='Here'))
    given['chat']['history']['messages'] = [QUESTION, answered(content='Here'), {'role': 'user', 'content': 'alone'}]
    [made] = read_json(tmp_path, [given])
    assert drawn(made) == ["* user: 'go'", "  * assistant: 'Here'", "- user: 'alone'"]


def test_a_chat_without_what_stands_around_it(tmp_path: Path) -> None:
    inner = chat(QUESTION, answered(content='Here'))['chat'] | {'id': 'c9', 'tags': [{'name': 'old'}]}
    [listed] = read_json(tmp_path, [inner])
    [alone] = read_json(tmp_path, inner)
    assert drawn(listed) == drawn(alone) == ["* user: 'go'", "  * assistant: 'Here'"]
    assert (alone.conversation.title, alone.conversation.tags) == ('A chat', ('old',))


def test_which_answer_was_shown_may_stand_beside_the_chat(tmp_path: Path) -> None:
    given = chat(QUESTION, answered(content='one'), answered(id='b', content='two'), current_message_id='a')
    given['chat']['history']['currentId'] = None
    [made] = read_json(tmp_path, [given])
    assert made.conversation.head_id == made.messages[1].id


def test_a_question_may_say_what_the_program_writes(tmp_path: Path) -> None:
    said = '<details type="reasoning">\n> not a thought\n</details>'
    asked = question(tmp_path, content=said)
    assert (asked.content, asked.thinking) == (said, '')


def test_an_answer_that_broke_off(tmp_path: Path) -> None:
    assert answer(tmp_path, content='Half', done=False).status is Status.STOPPED
