from typing import Any

import pytest

from app.chat.reading import Version, Window
from app.domain.message import Message, Role, Source, Status, Step
from app.domain.model import ModelRef
from app.rendering.changes import AppendText, ReplaceFrom, ReplaceTail
from app.replies.live import ConversationState, LiveConversations, LiveReply
from app.replies.rendered import Rendered
from app.ui.translations import translator
from app.ui.wire import BLOCKS, TAIL, TEXT, Wire
from tests.storage.samples import conversation, message

CHAT = conversation()


@pytest.fixture
def wire() -> Wire:
    return Wire(translator('en'))


@pytest.fixture
async def state() -> ConversationState:
    return LiveConversations().adopt(CHAT)


def answer(status: Status = Status.COMPLETE, **changes: Any) -> Message:
    return message(CHAT, None, Role.ASSISTANT, status=status, **changes)


def test_steps_are_rendered_and_sources_lead_only_to_the_web(wire: Wire, state: ConversationState) -> None:
    sources = (
        Source('A talk', 'https://www.youtube.com/watch?v=x'),
        Source('Bad', 'javascript:alert(1)'),
        Source('Own'),
    )
    step = Step('Part 1 of 2', '- **one**\n- <script>', {'first': 0})
    written = wire.message(state, answer(steps=(step,), sources=sources))
    assert written['steps'] == [{'title': 'Part 1 of 2', 'html': written['steps'][0]['html']}]
    assert '<strong>one</strong>' in written['steps'][0]['html']
    assert '<script' not in written['steps'][0]['html']
    assert written['state']['sources'] == [['A talk', 'https://www.youtube.com/watch?v=x'], ['Bad', ''], ['Own', '']]


def test_messages_go_by_short_numbers_that_last_as_long_as_the_list(wire: Wire) -> None:
    assert [wire.ref('a'), wire.ref('b'), wire.ref('a')] == [0, 1, 0]
    assert (wire.knows('a'), wire.knows('c')) == (True, False)
    wire.forget()
    assert not wire.knows('a')
    assert wire.ref('b') == 0


def test_changes_are_short_operations(wire: Wire) -> None:
    changes = (ReplaceFrom(2, ('<p>a</p>', '<p>b</p>')), ReplaceTail(3, 5, 'x</p>'), AppendText(3, 'y'))
    assert wire.changes('a', changes) == [
        [BLOCKS, 0, 2, ('<p>a</p>', '<p>b</p>')],
        [TAIL, 0, 3, 5, 'x</p>'],
        [TEXT, 0, 3, 'y'],
    ]


def test_a_finished_answer(wire: Wire, state: ConversationState) -> None:
    finished = answer(content='a', thinking='hm', stats={'tokens': 1})
    window = Window(
        (finished,),
        {finished.id: Rendered(['<p>a</p>'], [])},
        {finished.id: Version(('x', finished.id), 1)},
        False,
        False,
    )
    assert wire.window(state, window) == [
        {
            'ref': 0,
            'id': finished.id,
            'role': 'assistant',
            'at': int(finished.created_at.timestamp() * 1000),
            'html': ['<p>a</p>'],
            'thinking': 'hm',
            'steps': [],
            'state': {
                'status': 'complete',
                'notes': [],
                'versions': [1, 2],
                'actions': ['copy', 'regenerate', 'fork'],
                'stats': {'line': '1 token', 'rows': [('Length', '1 token')]},
            },
        }
    ]


def test_an_answer_that_streams_goes_as_it_is_shown(wire: Wire, state: ConversationState) -> None:
    live = LiveReply(answer(Status.STREAMING, content='*a*'))
    live.progress = {'code': 'loading', 'seconds': 3}
    state.begin(live)
    written = wire.message(state, live.current(), None)
    assert written['html'] == ['<p><em>a</em></p>']
    assert written['state'] == {'status': 'streaming', 'notes': ['Loading the model into memory · 3 s']}


@pytest.mark.parametrize(
    ('of', 'actions'),
    [
        (message(CHAT, None), ['copy', 'edit', 'fork']),
        (answer(), ['copy', 'regenerate', 'fork']),
        (answer(model=ModelRef('ollama', 'a')), ['copy', 'regenerate', 'models', 'fork']),
        (answer(stats={'done_reason': 'length'}), ['copy', 'regenerate', 'continue', 'fork']),
        (answer(Status.STOPPED), ['copy', 'regenerate', 'continue', 'fork']),
        (answer(Status.INTERRUPTED), ['copy', 'regenerate', 'continue', 'fork']),
        (answer(Status.FAILED), ['copy', 'regenerate', 'continue', 'fork']),
        (answer(Status.STREAMING), None),
    ],
)
def test_what_can_be_done_depends_on_how_it_ended(wire: Wire, of: Message, actions: list[str] | None) -> None:
    assert wire.state(of).get('actions') == actions


def test_notes_and_faults_are_sentences(wire: Wire) -> None:
    interrupted = answer(Status.INTERRUPTED, stats={'omitted': 2})
    assert len(wire.state(interrupted)['notes']) == 2
    failed = wire.state(answer(Status.FAILED, error={'code': 'model_not_found', 'model': 'phi'}))
    assert failed['error']['text'].startswith('The model phi is not installed')
    assert failed['error']['action'] == 'pull'
