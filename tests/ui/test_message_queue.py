"""What waits its turn, on the page: every tab shows the same, and what a person does with it."""

from typing import Any

from app.bootstrap import Parts
from app.ui.components.composer import Composer
from app.ui.components.message_queue import SHOWN_OF_TEXT, MessageQueue
from tests.replies.waiting import until
from tests.storage.samples import new_id
from tests.ui.simulated import Browser

SLOW = 'tokens=500 rate=100'


def shown(page: Browser) -> dict[str, Any]:
    """Give what the queue of a page shows now."""
    state: dict[str, Any] = page.element(MessageQueue).props['initial']
    for [told] in page.calls(MessageQueue, 'show'):
        state = told
    return state


def texts(page: Browser) -> list[str]:
    return [item['text'] for item in shown(page)['items']]


def act(page: Browser, event: str, args: Any = None) -> None:
    page.trigger(page.element(MessageQueue), event, args)


async def begin(parts: Parts, page: Browser, *queued: str) -> str:
    """Ask for a long answer and write more meanwhile; give the conversation's id."""
    await page.open('/')
    chat = page.send(SLOW)
    await until(lambda: (state := parts.chat.live.find(chat)) and state.replies)
    for number, text in enumerate(queued, 1):
        page.send(text, chat)
        await until(lambda: len(shown(page)['items']) == number)  # noqa: B023
    return chat


async def test_every_tab_shows_what_waits_and_a_new_one_at_once(parts: Parts, page: Browser) -> None:
    chat = await begin(parts, page, 'second', 'third')
    other = Browser()
    await other.open(f'/c/{chat}')
    assert other.element(MessageQueue).props['initial'] == shown(page)
    assert texts(other) == ['second', 'third']
    page.send('fourth', chat)
    await until(lambda: texts(other) == texts(page) == ['second', 'third', 'fourth'])
    assert not shown(other)['held']
    assert page.calls(Composer, 'refused') == []
    other.trigger(other.element(Composer), 'stop', chat)
    await until(lambda: shown(page)['held'] and shown(other)['held'])


async def test_another_conversation_shows_its_own(parts: Parts, page: Browser) -> None:
    first = await begin(parts, page, 'of the first')
    other = Browser()
    second = await begin(parts, other, 'of the second')
    assert texts(page) == ['of the first']
    await other.open(f'/c/{first}')
    assert texts(other) == ['of the first']
    await other.open(f'/c/{second}')
    assert texts(other) == ['of the second']
    await other.open('/')
    assert texts(other) == []


async def test_cancelling_can_be_undone(parts: Parts, page: Browser) -> None:
    await begin(parts, page, 'second', 'third')
    act(page, 'cancel', shown(page)['items'][0]['id'])
    await until(lambda: texts(page) == ['third'])
    await page.sees('The message will not be sent.')
    [label] = page.user.find('Undo').elements
    assert label.parent_slot is not None
    page.trigger(label.parent_slot.parent, 'click')
    await until(lambda: texts(page) == ['second', 'third'])


async def test_editing_gets_the_whole_text_and_is_seen_everywhere(parts: Parts, page: Browser) -> None:
    long = 'word ' * 200
    await begin(parts, page, long)
    [item] = shown(page)['items']
    assert item['text'] == long[:SHOWN_OF_TEXT]
    act(page, 'edit', item['id'])
    await until(lambda: page.calls(MessageQueue, 'open'))
    assert page.calls(MessageQueue, 'open') == [[item['id'], long]]
    act(page, 'save', {'id': item['id'], 'text': '/nonsense'})
    await page.sees('There is no command /nonsense')
    assert page.calls(MessageQueue, 'saved') == []
    act(page, 'save', {'id': item['id'], 'text': 'better'})
    await until(lambda: page.calls(MessageQueue, 'saved'))
    assert texts(page) == ['better']


async def test_a_message_somebody_writes_on_goes_when_the_tab_is_closed(parts: Parts, page: Browser) -> None:
    await page.open('/')
    chat = page.send('tokens=20 rate=40')
    await until(lambda: (state := parts.chat.live.find(chat)) and state.replies)
    page.send('tokens=3', chat)
    await until(lambda: shown(page)['items'])
    act(page, 'edit', shown(page)['items'][0]['id'])
    await until(lambda: not parts.engine.busy and not parts.chat.queueing._taking_turns)
    state = parts.chat.live.find(chat)
    assert state is not None
    assert [each.text for each in state.waiting.messages] == ['tokens=3']
    page.close()
    await until(lambda: not state.waiting.messages)
    await until(lambda: not parts.engine.busy)


async def test_send_now_and_what_is_gone(parts: Parts, page: Browser) -> None:
    chat = await begin(parts, page, 'tokens=3', 'tokens=4')
    page.trigger(page.element(Composer), 'stop', chat)
    await until(lambda: shown(page)['held'])
    act(page, 'send', shown(page)['items'][1]['id'])
    await until(lambda: not shown(page)['items'])
    await until(lambda: page.screen().statuses[1::2] == ['stopped', 'complete', 'complete'])
    act(page, 'send', new_id())
    await page.sees('does not exist')


async def test_a_text_that_lost_its_place_goes_back_to_the_composer(parts: Parts, page: Browser) -> None:
    await page.open('/')
    act(page, 'orphan', 'half a thought')
    await until(lambda: page.calls(Composer, 'takeBack'))
    assert page.calls(Composer, 'takeBack') == [['half a thought']]


async def test_too_many_are_given_back(parts: Parts, page: Browser) -> None:
    chat = await begin(parts, page, *(f'message {number}' for number in range(20)))
    page.send('one too many', chat)
    await until(lambda: page.calls(Composer, 'refused'))
    assert '20 messages wait already' in page.calls(Composer, 'refused')[0][1]
