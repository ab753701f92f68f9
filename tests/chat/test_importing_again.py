"""What was deleted for good, or given up halfway, comes back whole when its file is imported again."""

import json
from pathlib import Path

from app.chat.importing import Import
from app.chat.taking_in import TakingIn, Tally
from app.domain.conversation import LOCAL_OWNER
from app.exchange.reading.intake import Meter
from app.exchange.recognising import read_file
from app.storage.staging import Staging
from tests.chat.desk import Desk
from tests.chat.test_importing import (
    another_starts_meanwhile,
    begin,
    bring,
    chat,
    count,
    ended,
    everything,
    listed,
    texts,
)
from tests.replies.waiting import until


async def test_all_that_was_deleted_can_be_opened_again_and_goes_on(desk: Desk) -> None:
    state, _ = await desk.exchange('first')
    archive = await everything(desk)
    await desk.exchange('second', state.id)
    await desk.chat.erasing.everything(LOCAL_OWNER)
    begin(desk, archive)
    assert (await ended(desk)).tally.new == 1
    await goes_on(desk, state.id)


async def test_one_that_was_deleted_for_good_can_be_opened_again_and_goes_on(desk: Desk) -> None:
    state, _ = await desk.exchange('first')
    archive = await everything(desk)
    await desk.exchange('second', state.id)
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    await desk.chat.trash.erase(LOCAL_OWNER, state.id)
    begin(desk, archive)
    assert (await ended(desk)).tally.new == 1
    await goes_on(desk, state.id)


async def goes_on(desk: Desk, conversation_id: str) -> None:
    """Make sure that a conversation shows what was exported and answers."""
    state = await desk.chat.reading.open(LOCAL_OWNER, conversation_id)
    assert state.conversation.deleted_at is None
    window = await desk.chat.reading.newest(state)
    assert [message.content for message in window.messages][::2] == ['first']
    _, reply = await desk.exchange('third', conversation_id)
    assert reply.content.startswith('w0')
    again = await desk.chat.reading.open(LOCAL_OWNER, conversation_id)
    window = await desk.chat.reading.newest(again)
    assert [message.content for message in window.messages][::2] == ['first', 'third']


async def test_what_failed_is_no_double_when_it_comes_again(desk: Desk) -> None:
    await bring(desk, [chat(f'c{number}', 'one', 'two') for number in range(60)])
    later = [chat(f'c{number}', 'one', 'two', 'three') for number in range(60)]
    another_starts_meanwhile(desk)
    begin(desk, json.dumps([*later, *(chat(f'd{number}', *['text ' * 200] * 20) for number in range(60))]))
    assert (await ended(desk)).state == 'failed'
    assert (await bring(desk, later)).tally == Tally(with_news=60, sources=('chatgpt',))
    await no_doubles(desk)


async def test_what_was_cancelled_is_no_double_when_it_comes_again(desk: Desk) -> None:
    await bring(desk, [chat(f'c{number}', 'one', 'two') for number in range(60)])
    later = [chat(f'c{number}', 'one', 'two', 'three') for number in range(60)]
    begin(desk, json.dumps(later))
    await until(lambda: (desk.chat.importing.current(LOCAL_OWNER) or Import(owner_id='')).tally.with_news > 0)
    desk.chat.importing.cancel(LOCAL_OWNER)
    assert (await ended(desk)).state == 'cancelled'
    assert (await bring(desk, later)).tally == Tally(with_news=60, sources=('chatgpt',))
    await no_doubles(desk)


async def no_doubles(desk: Desk) -> None:
    """Make sure that there are sixty conversations, each with its three messages."""
    assert len(await desk.conversations.page(LOCAL_OWNER, limit=200)) == 60
    await desk.chat.trash.erase_now()
    assert (await count(desk, 'conversation'), await count(desk, 'message')) == (60, 180)


async def test_what_was_given_and_did_not_follow_yet_does_so_before_it_comes_again(desk: Desk, tmp_path: Path) -> None:
    await bring(desk, [chat('a', 'one')])
    later = [chat('a', 'one', 'two')]
    file = tmp_path / 'later.json'
    file.write_text(json.dumps(later))
    taking = TakingIn(Staging(desk.parts.database), desk.chat.trash, LOCAL_OWNER)
    await taking.take([*read_file(file, LOCAL_OWNER, str, Meter(0))])
    await taking.give()  # and the database fails
    assert (await bring(desk, later)).tally == Tally(known=1, sources=('chatgpt',))
    [conversation] = await listed(desk)
    assert await texts(desk, conversation) == ['one', 'two']
