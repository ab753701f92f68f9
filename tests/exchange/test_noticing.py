"""What every reader's messages are looked at for: nothing comes out empty or garbled without a word."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Role, Source
from app.exchange.reading.context import MOST_REMARKS, Reading
from app.exchange.reading.nodes import Node
from app.exchange.reading.noticing import noticed
from tests.exchange.reading_files import OWNER, remarks, say


def given(answer: Any, question: Any = 'hi') -> dict[str, str]:
    """Make a conversation with this answer in each of three formats."""
    pairs = [('user', question), ('assistant', answer)]
    mapping = {
        role: {'parent': 'user', 'message': {'author': {'role': role}, 'content': {'parts': [text]}}}
        for role, text in pairs
    }
    mapping['user']['parent'] = ''
    claude = [{'uuid': role, 'sender': role, 'text': text} for role, text in pairs]
    plain = [{'role': role, 'content': text} for role, text in pairs]
    return {
        'chatgpt': json.dumps([{'id': 'c', 'mapping': mapping}]),
        'claude': json.dumps([{'uuid': 'c', 'chat_messages': claude}]),
        'chat_history': json.dumps([{'id': 'c', 'messages': plain}]),
    }


@pytest.mark.parametrize('name', ['claude', 'chat_history'])  # those of ChatGPT are taken out
def test_marks_left_in_an_answer_are_said(name: str, tmp_path: Path) -> None:
    [made], [remark] = remarks(tmp_path, given('It freezes \ue2f0 in May')[name])
    assert (remark.reason, remark.message, remark.title) == ('marks_left', 2, made.conversation.title)
    assert made.messages[1].content.startswith('It freezes')


@pytest.mark.parametrize('name', ['claude', 'chat_history'])
def test_marks_that_another_program_took_over_become_what_they_stand_for(name: str, tmp_path: Path) -> None:
    text = 'In \ue200entity\ue202["city","Ushuaia"]\ue201 \ue200cite\ue202https://a.example\ue201 it freezes.'
    [made], said = remarks(tmp_path, given(text)[name])
    assert (made.messages[1].content, said) == ('In Ushuaia it freezes.', [])
    assert made.messages[1].sources == (Source('https://a.example', 'https://a.example'),)


@pytest.mark.parametrize('name', ['chatgpt', 'claude', 'chat_history'])
def test_what_a_person_wrote_and_signs_of_fonts_are_no_marks(name: str, tmp_path: Path) -> None:
    [made], said = remarks(tmp_path, given('\ue0b0 main \uf8ff', 'what is \ue200?')[name])
    assert (len(made.messages), said) == (2, [])


def test_an_answer_of_which_nothing_came_is_kept_and_said() -> None:
    reading = Reading(OWNER, say)
    said = {'content': [{'type': 'hologram', 'shape': {'text': 'a whale'}}]}
    kept = noticed(reading, Node(key='a', parent='', number=3, role=Role.ASSISTANT, source=said))
    assert [(each.reason, each.message) for each in reading.take()] == [('came_out_empty', 3)]
    assert 'a whale' in kept.steps[0].text


@pytest.mark.parametrize('source', [None, {}, {'content': {'content_type': 'text', 'parts': ['', ' ']}, 'id': 'x'}])
def test_an_answer_that_was_empty_in_the_file_is_no_wonder(source: Any) -> None:
    reading = Reading(OWNER, say)
    node = Node(key='a', parent='', number=3, role=Role.ASSISTANT, source=source)
    assert (noticed(reading, node), reading.take()) == (node, [])


def test_of_one_conversation_not_all_that_is_odd_is_told(tmp_path: Path) -> None:
    messages = [{'role': 'user', 'content': 'x', 'timestamp': -5}] * (MOST_REMARKS + 500)
    [made], said = remarks(tmp_path, json.dumps([{'id': 'c', 'messages': messages}]))
    assert len(made.messages) == MOST_REMARKS + 500
    assert len(said) == MOST_REMARKS + 1
    assert said[-1].reason == 'more_remarks'
