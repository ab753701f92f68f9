import pytest

from app.chat.branching import READ_AT_ONCE
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from app.domain.model import ModelRef
from app.errors import Conflict
from tests.chat.desk import Desk
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import conversation, exchange
from tests.support.ollama_server import OllamaServer

# --- which branch is shown --------------------------------------------------------------------------------------------


async def test_stepping_between_versions_shows_the_branch_below(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    _, below = await desk.exchange('below the old one', state.id)
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    heads = []
    for message, step in ((new, -1), (old, -1), (old, 1), (new, 1)):
        await desk.chat.branching.step_version(LOCAL_OWNER, message.id, step)
        heads.append((await desk.conversations.get(state.id, LOCAL_OWNER)).head_id)
        assert state.conversation.head_id == heads[-1]
    assert heads == [below.id, below.id, new.id, new.id]


async def test_stepping_away_lets_what_streams_go_on(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    streaming = await desk.messages.get(str(state.conversation.head_id))
    await desk.chat.branching.step_version(LOCAL_OWNER, streaming.id, -1)
    assert (await desk.ended(streaming)).status is Status.COMPLETE
    assert state.conversation.head_id == old.id


async def test_the_branch_that_is_shown_is_what_a_model_reads(desk: Desk, server: OllamaServer) -> None:
    state, old = await desk.exchange('one')
    await desk.exchange('below the old one', state.id)
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    await desk.exchange('below the new one', state.id)
    said = [each['content'] for each in server.asked('/api/chat')[-1].body['messages']]
    assert said == ['one', new.content, 'below the new one']


async def test_showing_a_message_changes_the_branch_only_if_it_must(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    _, below = await desk.exchange('below the old one', state.id)
    watcher = Watcher()
    watcher.join(state)
    shown, message = await desk.chat.branching.show(LOCAL_OWNER, old.id)
    assert (shown, message, watcher.reloads) == (state, old, 0)
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    before = watcher.reloads
    await desk.chat.branching.show(LOCAL_OWNER, below.id)
    state.flush()
    assert state.conversation.head_id == below.id
    assert (await desk.conversations.get(state.id, LOCAL_OWNER)).head_id == below.id
    assert watcher.reloads == before + 1


# --- fork -------------------------------------------------------------------------------------------------------------


async def test_a_fork_holds_the_branch_up_to_there_and_lives_its_own_life(desk: Desk, server: OllamaServer) -> None:
    state, first = await desk.exchange('one')
    await desk.exchange('two', state.id)
    await desk.chat.organising.choose_model(LOCAL_OWNER, state.id, ModelRef('ollama', 'qwen3:4b'))
    fork = await desk.chat.branching.fork(LOCAL_OWNER, first.id)
    copied = await desk.messages.branch(str(fork.conversation.head_id), limit=10)
    original = await desk.messages.branch(first.id, limit=10)
    assert [(each.content, each.created_at, each.stats, each.depth) for each in copied] == [
        (each.content, each.created_at, each.stats, each.depth) for each in original
    ]
    assert not {each.id for each in copied} & {each.id for each in original}
    assert (fork.title, fork.conversation.model) == (state.title, ModelRef('ollama', 'qwen3:4b'))
    await desk.exchange('three', fork.id)
    assert [each['content'] for each in server.asked('/api/chat')[-1].body['messages']] == [
        'one',
        first.content,
        'three',
    ]
    assert await desk.messages.count(state.id) == 4
    assert [each.id for each in await desk.chat.reading.conversations(LOCAL_OWNER)] == [fork.id, state.id]


async def test_a_long_branch_is_forked_whole(desk: Desk) -> None:
    chat = conversation()
    parent: Message | None = None
    for _ in range(READ_AT_ONCE // 2 + 5):
        _, parent = await exchange(desk.messages, chat, parent)
    assert parent is not None
    fork = await desk.chat.branching.fork(LOCAL_OWNER, str(parent.parent_id))
    branch = await desk.messages.branch(str(fork.conversation.head_id), limit=2 * READ_AT_ONCE)
    assert [each.depth for each in branch] == [*range(parent.depth)]


async def test_an_answer_above_that_is_being_continued_is_copied_as_far_as_it_is(desk: Desk) -> None:
    state, first = await desk.ask('tokens=500 rate=300')
    await until(lambda: (live := state.replies.get(first.id)) and live.current().content)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    _, second = await desk.exchange('two', state.id)
    partial = (await desk.messages.get(first.id)).content
    await desk.chat.asking.resume(LOCAL_OWNER, first.id)
    await until(lambda: (live := state.replies.get(first.id)) and len(live.current().content) > len(partial))
    fork = await desk.chat.branching.fork(LOCAL_OWNER, second.id)
    copied = (await desk.messages.branch(str(fork.conversation.head_id), limit=9))[1]
    assert copied.status is Status.INTERRUPTED
    assert copied.content.startswith(partial)
    assert len(copied.content) > len(partial)


async def test_the_gauge_follows_the_branch(desk: Desk) -> None:
    state, old = await desk.exchange('one')
    _, below = await desk.exchange('two', state.id)
    await desk.chat.asking.regenerate(LOCAL_OWNER, old.id)
    new = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    assert state.stats == new.stats
    await desk.chat.branching.step_version(LOCAL_OWNER, new.id, -1)
    assert state.stats == below.stats


async def test_an_answer_that_is_being_written_cannot_be_forked(desk: Desk) -> None:
    _, reply = await desk.ask('tokens=500 rate=200')
    with pytest.raises(Conflict):
        await desk.chat.branching.fork(LOCAL_OWNER, reply.id)
