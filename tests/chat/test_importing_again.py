"""What was deleted for good, or given up halfway, comes back whole when its file is imported again."""

from app.domain.conversation import LOCAL_OWNER
from tests.chat.desk import Desk
from tests.chat.test_importing import begin, bring, chat, count, ended, everything, listed, texts
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
