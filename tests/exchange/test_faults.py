"""A file of which nothing can be read is refused, with the place of the fault and never with another exception."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.errors import ImportRefused
from app.exchange.reading.intake import CHUNK, Meter, Stopped
from app.exchange.reading.librechat import parts as librechat_parts
from app.exchange.reading.open_webui import output as open_webui_output
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file
from tests.exchange.reading_files import FILES, OWNER, drawn, read, read_json, read_text, refusal, remarks, say


def chats(*contents: Any) -> list[dict[str, Any]]:
    """Make a list of the predecessor's, a conversation for each content."""
    return [
        {'id': f'chat {number}', 'timestamp': 1_700_000_000, 'messages': [{'role': 'user', 'content': content}]}
        for number, content in enumerate(contents, 1)
    ]


@pytest.mark.parametrize('padding', [0, 10, CHUNK - 200, 3 * CHUNK + 77])
def test_a_fault_of_syntax_is_told_with_byte_line_and_column(padding: int, tmp_path: Path) -> None:
    before = json.dumps(chats('x' * padding))[:-1] + ',\n\n  {"id": "b", '
    text = before + '!"messages": []}]'
    byte = text.index('!')
    assert refusal(tmp_path, text) == {'reason': 'not_json', 'byte': byte, 'line': 3, 'column': 15}


def test_bytes_are_counted_as_they_lie_in_the_file(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf' + json.dumps(chats('é'), ensure_ascii=False).encode()[:-1] + b'; {}]'
    assert refusal(tmp_path, text)['byte'] == text.index(b';')


@pytest.mark.parametrize('padding', [1, 2 * CHUNK])
def test_a_file_that_was_cut_off(padding: int, tmp_path: Path) -> None:
    text = json.dumps(chats('x' * padding, 'y'))[:-20]  # within the second conversation
    whole, [remark] = remarks(tmp_path, text)
    assert len(whole) == 1
    assert (remark.reason, remark.byte, remark.details['line']) == ('cut_off', len(text), 1)


@pytest.mark.parametrize('padding', [1, CHUNK - 300, 2 * CHUNK])
def test_a_fault_of_shape_is_told_with_conversation_message_and_byte(padding: int, tmp_path: Path) -> None:
    given = chats('x' * padding, 'fine', 'wrong')
    given[2]['messages'] = 7
    text = json.dumps(given, indent=1)
    whole, [remark] = remarks(tmp_path, text)
    assert len(whole) == 2
    byte = text.index('{\n  "id": "chat 3"')
    assert remark == Remark(reason='wrong_shape', details={'field': 'messages'}, conversation=3, byte=byte)


@pytest.mark.parametrize(
    ('change', 'details'),
    [
        ({'messages': 5}, {'reason': 'wrong_shape', 'field': 'messages'}),
        ({'timestamp': 'yesterday'}, {'reason': 'wrong_time', 'value': 'yesterday'}),
        ({'timestamp': 1e300}, {'reason': 'wrong_time'}),
        ({'timestamp': -5}, {'reason': 'wrong_time'}),
        ({'timestamp': True}, {'reason': 'wrong_time'}),
        ({'messages': [{'role': 'narrator', 'content': 'x'}]}, {'reason': 'unknown_role', 'message': 1}),
        ({'messages': ['x']}, {'reason': 'wrong_shape', 'message': 1}),
        ({'id': []}, {'reason': 'wrong_shape', 'field': 'id'}),
    ],
)
def test_what_has_another_shape_costs_only_itself(
    change: dict[str, Any], details: dict[str, Any], tmp_path: Path
) -> None:
    whole, [remark] = remarks(tmp_path, json.dumps([*chats('x'), *({**chats('y')[0], **change},)]))
    assert details.items() <= remark.as_refusal().details.items()
    assert remark.conversation == 2
    assert len(whole) == (1 if 'messages' in change and not remark.message else 2)


def test_messages_in_a_circle(tmp_path: Path) -> None:
    [first, *_] = json.loads((FILES / 'open_webui.json').read_text())
    messages = first['chat']['history']['messages']
    messages['q']['parentId'] = 'b2'
    [whole], [remark] = remarks(tmp_path, json.dumps([first]))
    assert (remark.reason, remark.message) == ('circle', 1)
    assert len(whole.messages) == len(messages)
    assert whole.messages[0].content.startswith('1+1?')
    messages['q'] |= {'content': '', 'files': []}
    messages['q2']['parentId'] = 'q'
    messages['b2'] |= {'parentId': 'q2', 'content': '', 'error': None}
    messages['a'] = messages['q2'] | {'id': 'a', 'parentId': 'a', 'content': 'my own parent'}
    [whole], said = remarks(tmp_path, json.dumps([first]))
    assert [each.reason for each in said if each.reason == 'circle'] == ['circle'] * 2
    assert {'And 2+2?', 'my own parent'} <= {message.content for message in whole.messages}


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        (b'', 'unknown_format'),
        (b'hello', 'unknown_format'),
        (b'[]', 'unknown_format'),
        (b'{"a": 1}', 'unknown_format'),
        (b'[1, 2]', 'unknown_format'),
        ('[{"id": 1}]'.encode('utf-16'), 'encoding'),
        ('[{"mapping": {}, "title": "é"}]'.encode('latin-1'), 'not_json'),
        (b'\x89PNG\r\n', 'unknown_format'),
        (b'PK\x03\x04 and nothing more', 'bad_zip'),
        (b'SQLite format 3\x00 and nothing more', 'bad_database'),
    ],
)
def test_what_is_no_export_at_all(text: bytes, reason: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, text)['reason'] == reason


def test_a_database_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / 'given'
    with closing(sqlite3.connect(file)) as database:
        database.executescript('CREATE TABLE other (id); CREATE VIEW messages AS SELECT 1 AS conversation_id;')
    with pytest.raises(ImportRefused) as caught:
        read(file)
    assert caught.value.details['reason'] == 'unknown_format'


def zipped(folder: Path, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> Path:
    """Make an archive; two underscores in a name are a slash, one before the ending a point."""
    file = folder / 'export.zip'
    with zipfile.ZipFile(file, 'w', method) as archive:
        for name, data in members.items():
            archive.writestr(name.replace('__', '/').replace('_json', '.json'), data)
    return file


def test_archives_of_chatgpt_and_claude(tmp_path: Path) -> None:
    for name, count in (('chatgpt', 2), ('claude', 2)):
        data = (FILES / f'{name}.json').read_bytes()
        file = zipped(tmp_path, user_json=b'{"id": "me"}', chat_html=b'<html>', conversations_json=data)
        meter = Meter(0)
        assert len(read(file, meter=meter)) == count
        assert meter.done == meter.total == len(data)


def test_an_archive_in_parts_with_a_folder_around_it(tmp_path: Path) -> None:
    [first, second, _] = json.loads((FILES / 'chatgpt.json').read_text())
    file = zipped(
        tmp_path,
        export__conversations_000_json=json.dumps([first]).encode(),
        export__conversations_001_json=json.dumps([second]).encode(),
    )
    assert len(read(file)) == 2


def test_a_path_that_leaves_the_folder_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / 'inside' / 'export.zip'
    file.parent.mkdir()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('../conversations.json', (FILES / 'claude.json').read_bytes())
    assert len(read(file)) == 2
    assert [path.name for path in tmp_path.rglob('*')] == ['inside', 'export.zip']


def test_a_fault_in_an_archive_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        read(zipped(tmp_path, conversations_json=b'[{"mapping": {}}, {"mapping": 3}]'))
    assert caught.value.details == {
        'reason': 'wrong_shape',
        'field': 'mapping',
        'conversation': 2,
        'byte': 18,
        'file': 'conversations.json',
    }


def test_archives_that_are_broken_or_traps(tmp_path: Path) -> None:
    bomb = b'[{"mapping": "' + b'0' * 30_000_000 + b'"}]'
    data = (FILES / 'claude.json').read_bytes()
    for method, name, content, reason in (
        (zipfile.ZIP_DEFLATED, 'conversations_json', bomb, 'zip_bomb'),
        (zipfile.ZIP_LZMA, 'conversations_json', data, 'bad_zip'),
        (zipfile.ZIP_DEFLATED, 'photo_png', b'x', 'unknown_format'),
    ):
        with pytest.raises(ImportRefused) as caught:
            read(zipped(tmp_path, method, **{name: content}))
        assert caught.value.details['reason'] == reason
    file = zipped(tmp_path, zipfile.ZIP_STORED, conversations_json=data)
    file.write_bytes(file.read_bytes().replace(b'Sum it up', b'Sum it UP'))  # the checksum is wrong now
    with pytest.raises(ImportRefused) as caught:
        read(file)
    assert caught.value.details['reason'] == 'bad_zip'
    file.write_bytes(file.read_bytes().replace(b'PK\x05\x06', b'PK\x05\x07'))
    with pytest.raises(ImportRefused):
        read(file)


def test_reading_stops_when_it_is_told_to(tmp_path: Path) -> None:
    file = tmp_path / 'given'
    file.write_text(json.dumps(chats('x' * 200_000, 'y' * 200_000)))
    meter = Meter(0)
    found = read_file(file, OWNER, say, meter)
    next(found)
    meter.stopped = True
    with pytest.raises(Stopped):
        next(found)


class StopsSoon(Meter):
    """A meter that somebody stops after a few looks."""

    looks = 0

    def look(self) -> None:
        """Count, and stop."""
        self.looks += 1
        self.stopped = self.looks > 3
        super().look()


def test_looking_for_what_a_zip_holds_stops_when_it_is_told_to(tmp_path: Path) -> None:
    file = tmp_path / 'given.zip'
    with zipfile.ZipFile(file, 'w') as archive:
        for number in range(10):
            archive.writestr(f'{number}.json', '{"a": 1}')
    with pytest.raises(Stopped):
        read(file, meter=StopsSoon(0))


def test_nothing_is_read_before_the_first_step(tmp_path: Path) -> None:
    found = read_file(tmp_path / 'not there', OWNER, say, Meter(0))
    with pytest.raises(FileNotFoundError):
        next(found)


def test_a_tree_deeper_than_any_stack(tmp_path: Path) -> None:
    nested = '{"messageId": "m", "text": "x", "children": [' * 4_000 + ']}' * 4_000
    made = read_text(tmp_path, f'{{"conversationId": "c", "messages": [{nested}]}}')
    assert len(made) == 1
    assert refusal(tmp_path, '[' * 1_000_000)['reason'] == 'too_deep'
    mapping = {
        str(number): {
            'parent': str(number - 1),
            'message': {'author': {'role': 'user'}, 'content': {'parts': ['x' if number % 2 else '']}},
        }
        for number in range(5000)
    }
    [deep] = read_json(tmp_path, [{'mapping': mapping, 'current_node': '4998'}])
    assert deep.messages[-1].depth == 2499
    assert deep.conversation.head_id == deep.messages[-2].id


def test_two_messages_with_the_same_key_and_a_parent_that_is_missing(tmp_path: Path) -> None:
    messages = [
        {'uuid': 'a', 'sender': 'human', 'text': 'one', 'parent_message_uuid': 'gone'},
        {'uuid': 'a', 'sender': 'human', 'text': 'two', 'parent_message_uuid': 'gone'},
        {'uuid': '', 'sender': 'assistant', 'text': 'three', 'parent_message_uuid': 'a'},
    ]
    [made] = read_json(tmp_path, [{'uuid': 'c', 'chat_messages': messages}])
    assert drawn(made) == ["- user: 'one'", "  - assistant: 'three'", "* user: 'two'"]
    [again] = read_json(tmp_path, [{'uuid': 'c', 'chat_messages': [messages[0], *messages]}])
    assert drawn(again) == drawn(made)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from(['', 'a', 'b', 'c', 'text', 'user', 'assistant', 'human', 'thinking', 'tool', '5'])


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Make objects in which any field may be missing or hold anything."""
    return st.fixed_dictionaries({}, optional={name: st.one_of(value, ANYTHING) for name, value in fields.items()})


PARTS = st.lists(objects(type=WORDS, text=WORDS, thinking=WORDS, name=WORDS, content_type=WORDS) | WORDS, max_size=3)
KINDS = st.sampled_from([*open_webui_output.KINDS, *librechat_parts.KINDS])
ITEMS = st.lists(
    objects(
        type=KINDS, content=PARTS, summary=PARTS, call_id=WORDS, name=WORDS, output=PARTS, action=PARTS, code=WORDS,
        tool_call=objects(name=WORDS, function=PARTS, args=ANYTHING, code_interpreter=objects(outputs=PARTS)),
        source=objects(name=WORDS, url=WORDS, urls=PARTS), metadata=PARTS, result=ANYTHING,
        web_search=objects(turn=st.integers(), organic=PARTS, references=PARTS), think=WORDS,
    ),
    max_size=3,
)  # fmt: skip
CHATGPT_MESSAGES = objects(
    author=objects(role=WORDS, name=WORDS),
    create_time=st.floats(0, 2e9),
    content=objects(content_type=WORDS, parts=PARTS, text=WORDS, thoughts=PARTS),
    metadata=objects(model_slug=WORDS, attachments=PARTS, citations=PARTS),
    recipient=WORDS,
    status=WORDS,
)
OUTLINES = st.one_of(
    objects(
        title=WORDS,
        create_time=st.floats(0, 2e9),
        current_node=WORDS,
        mapping=st.dictionaries(WORDS, objects(parent=WORDS, message=CHATGPT_MESSAGES), max_size=4),
    ),
    objects(
        uuid=WORDS,
        chat_messages=st.lists(
            objects(uuid=WORDS, sender=WORDS, text=WORDS, content=PARTS, parent_message_uuid=WORDS, files=PARTS)
        ),
    ),
    objects(
        id=WORDS,
        meta=objects(tags=PARTS),
        chat=objects(
            history=objects(
                currentId=WORDS,
                messages=st.dictionaries(
                    WORDS,
                    objects(
                        parentId=WORDS,
                        role=WORDS,
                        content=WORDS | PARTS,
                        files=PARTS,
                        error=ANYTHING,
                        output=ITEMS,
                        merged=objects(content=WORDS),
                        sources=ITEMS,
                        citations=PARTS,
                        statusHistory=PARTS,
                        annotation=objects(rating=st.integers()),
                        followUps=PARTS,
                        code_executions=ITEMS,
                        embeds=PARTS,
                        usage=ANYTHING,
                        models=PARTS,
                        unknown=ANYTHING,
                    ),
                ),
            )
        ),
    ),
    objects(
        conversationId=WORDS,
        options=objects(promptPrefix=WORDS, model=WORDS),
        messages=st.lists(
            objects(
                messageId=WORDS,
                parentMessageId=WORDS,
                text=WORDS,
                content=PARTS | ITEMS,
                children=PARTS,
                files=PARTS,
                attachments=ITEMS,
                feedback=PARTS,
                plugins=ITEMS,
                quotes=PARTS,
                unknown=ANYTHING,
            )
        ),
    ),
    objects(id=WORDS, timestamp=WORDS, messages=st.lists(objects(role=WORDS, content=WORDS, timestamp=WORDS))),
)


def of_open_webui(*items: Any) -> dict[str, Any]:
    """Make a conversation of Open WebUI's whose answer is made of items."""
    return {'id': 'x', 'chat': {'history': {'messages': {'a': {'role': 'assistant', 'output': [*items]}}}}}


@example(given=[{'mapping': {'a': {'message': {'content': {'content_type': []}}}}}])
@example(given=[of_open_webui({'type': []}, {'type': 'message', 'content': [{'type': {}}]})])
@example(given=[of_open_webui({'type': 'function_call_output', 'output': [{'type': []}]})])
@given(given=st.lists(OUTLINES, max_size=3))
@settings(max_examples=400, deadline=None)
def test_any_json_of_the_right_outline_is_read_or_refused(given: list[Any], tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        made = read_json(folder, given)
    except ImportRefused as refused:
        assert refused.details['reason'] == 'unknown_format' or refused.details['conversation'] >= 1
    else:
        for each in made:
            known: dict[str | None, int] = {None: -1}
            for message in each.messages:
                assert message.depth == known[message.parent_id] + 1
                known[message.id] = message.depth
            assert each.conversation.head_id in known


@given(cut=st.integers(0, 5000), byte=st.binary(max_size=2), name=st.sampled_from(['chatgpt', 'claude', 'librechat']))
@settings(max_examples=200, deadline=None)
def test_a_file_with_a_byte_changed_is_read_or_refused(cut: int, byte: bytes, name: str, tmp_path_factory: Any) -> None:
    text = (FILES / f'{name}.json').read_bytes()
    try:
        read_text(tmp_path_factory.getbasetemp(), text[:cut] + byte + text[cut + 1 :])
    except ImportRefused as refused:
        assert refused.details['reason']
