"""What has another shape than we know is kept, folded as it is in the file, or said, whatever the format."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.exchange.reading.shapes import side_mappings
from tests.exchange import chatgpt_samples as chatgpt
from tests.exchange import claude_samples as claude
from tests.exchange.open_webui_samples import QUESTION, answered, chat
from tests.exchange.reading_files import read_json, remarks

HERON = {'coming_later': {'words': ['A heron stands there.']}}
"""Something of another shape."""


def chatgpt_node(node: Any) -> Any:
    conversation = chatgpt.conversation(chatgpt.message('assistant', 'Yes.'))
    conversation['mapping']['n0'] = {'parent': None, 'children': ['n1'], **node}
    return conversation


def chatgpt_said(role: str, content: Any, **fields: Any) -> Any:
    return chatgpt.conversation(chatgpt.message(role, content, **fields))


KEPT: Mapping[str, Any] = {
    'node': chatgpt_node(HERON),
    'message': chatgpt_node({'message': HERON}),
    'question': chatgpt_node({'message': chatgpt.message('user', HERON)}),
    'answer': chatgpt_said('assistant', HERON),
    'tool': chatgpt_said('tool', {'content_type': 'text', **HERON}, name='browser'),
    'tool that says a text': chatgpt_said('tool', {'content_type': 'text', 'text': 'heron'}, name='browser'),
    'call': chatgpt_said('assistant', {'content_type': 'code', 'text': HERON}, recipient='browser'),
    'output': chatgpt_said('tool', {'content_type': 'execution_output', 'text': HERON}, name='python'),
    'page': chatgpt_said('tool', {'content_type': 'tether_quote', 'text': [HERON]}, name='browser'),
    'thought': chatgpt_said('assistant', {'content_type': 'thoughts', 'thoughts': [{'summary': ['heron']}]}),
    'block': claude.answer_of(claude.text('Yes.'), HERON),
    'text': claude.answer_of(claude.text('Yes.'), {'type': 'text', **HERON}),
    'thinking': claude.answer_of(claude.text('Yes.'), {'type': 'thinking', **HERON}),
    'use': claude.answer_of({'type': 'tool_use', 'id': 't', 'name': 'artifacts', 'input': [HERON]}),
    'result': claude.answer_of({'type': 'tool_result', 'name': 'web', 'content': HERON}),
    'result in lists': claude.answer_of({'type': 'tool_result', 'name': 'web', 'content': [[claude.text('heron')]]}),
    'attachment': claude.conversation(
        claude.message(1, claude.text('See.'), attachments={'file_name': 'heron.txt', 'extracted_content': 'long legs'})
    ),
    'merged': chat(QUESTION, answered(content='Yes.', merged=HERON)),
    'merged content': chat(QUESTION, answered(content='Yes.', merged={'status': True, 'content': [HERON]})),
    'output of an answer': chat(QUESTION, answered(content='Yes.', output=HERON)),
    'item': chat(QUESTION, answered(content='Yes.', output=[{'type': 'message', 'content': HERON}])),
    'thought of an answer': chat(QUESTION, answered(content='Yes.', output=[{'type': 'reasoning', 'content': HERON}])),
    'items as texts': chat(QUESTION, answered(output=['A heron.'])),
    'file': chat({**QUESTION, 'files': {'name': 'heron.txt'}}, answered(content='Yes.')),
    'tool without a name': {
        'conversationId': 'c',
        'messages': [
            {'messageId': 'm', 'content': [{'type': 'tool_call', 'tool_call': {'type': 'tool_call', **HERON}}]}
        ],
    },
}


@pytest.mark.parametrize('name', KEPT)
def test_what_we_do_not_know_is_kept(name: str, tmp_path: Path) -> None:
    [made] = read_json(tmp_path, [KEPT[name]])
    told = [(each.content, each.thinking, [(step.title, step.text) for step in each.steps]) for each in made.messages]
    assert 'heron' in str(told)


OTHERS: Mapping[str, tuple[Any, Any]] = {
    'chatgpt': (chatgpt.conversation(), {'id': 'c2', 'title': 'Odd', **HERON}),
    'claude': (claude.answer_of(claude.text('Yes.')), {'uuid': 'c2', 'name': 'Odd', **HERON}),
    'open-webui': (chat(QUESTION), {'id': 'c2', 'title': 'Odd', 'chat': HERON}),
    'open-webui history': (chat(QUESTION), {'id': 'c2', 'title': 'Odd', 'chat': {'history': HERON}}),
    'librechat': (
        {'conversationId': 'c', 'messages': [{'messageId': 'm', 'text': 'go', 'isCreatedByUser': True}]},
        {'conversationId': 'c2', 'title': 'Odd', **HERON},
    ),
}


@pytest.mark.parametrize('name', OTHERS)
def test_a_conversation_of_another_shape_is_said(name: str, tmp_path: Path) -> None:
    whole, odd = OTHERS[name]
    made, [remark] = remarks(tmp_path, json.dumps([whole, odd]))
    assert len(made) == 1
    assert (remark.reason, remark.conversation, remark.title) == ('wrong_shape', 2, 'Odd')


def test_a_conversation_without_messages_is_nothing_to_speak_of(tmp_path: Path) -> None:
    empty = {'uuid': 'c2', 'name': '', 'account': {'uuid': 'a'}, 'chat_messages': []}
    made, said = remarks(tmp_path, json.dumps([claude.answer_of(claude.text('Yes.')), empty]))
    assert (len(made), said) == (1, [])


def test_objects_are_found_in_lists_within_a_list() -> None:
    one, two, three = {'a': 1}, {'b': 2}, {'c': 3}
    assert side_mappings([one, [two, ['x', [three]]], 5]) == [one, two, three]
    assert side_mappings(one) == []


def test_an_instruction_beside_the_options_comes_first(tmp_path: Path) -> None:
    given = chat(QUESTION, answered(content='Yes.'))
    given['chat'] |= {'system': 'Be brief.'}
    [made] = read_json(tmp_path, [given])
    assert made.messages[0].content == 'Be brief.'
