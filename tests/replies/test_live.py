import asyncio
import gc
import weakref

import pytest

from app.domain.conversation import Conversation
from app.domain.message import Message, Role
from app.rendering.markdown import render_blocks
from app.replies import live as live_module
from app.replies.changes import BranchChanged, MessageAdded, StateChanged, TextChanged, ViewChange
from app.replies.live import ConversationNews, ConversationState, LiveConversations, LiveReply
from tests.replies.conftest import Room
from tests.replies.sources import Source, numbered
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.storage.samples import conversation, message

MARKDOWN = '# One\n\ntwo *three*\n\n```python\nx = 1\n```\n\n- a\n- b\n\nlast [link]\n\n[link]: https://example.org\n'


def begun(state: ConversationState) -> LiveReply:
    reply = LiveReply(message(state.conversation, None, Role.ASSISTANT))
    state.begin(reply)
    return reply


def grow(state: ConversationState, reply: LiveReply, text: str) -> None:
    reply.markdown.append(text)
    state.touch(reply)


@pytest.fixture
async def conversations() -> LiveConversations:
    return LiveConversations(idle_kept=3)


@pytest.fixture
async def state(conversations: LiveConversations) -> ConversationState:
    return conversations.adopt(conversation())


# --- views ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize('piece', [1, 3, 40])
async def test_a_view_that_joins_at_any_time_ends_with_the_same_text(
    room: Room, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, 'FLUSH_INTERVAL', 0.0)
    source, watchers = Source(), [Watcher()]
    watchers[0].join(room.state)
    reply = await room.start(source)
    for at in range(0, len(MARKDOWN), piece):
        source.say(MARKDOWN[at : at + piece])
        await until(source._steps.empty)
        if at % 5 == 0:
            watchers.append(Watcher())
            watchers[-1].join(room.state)
    source.end()
    await room.ended(reply)
    assert {watcher.html(reply.id) for watcher in watchers} == {''.join(render_blocks(MARKDOWN))}


async def test_every_view_gets_the_same_changes_rendered_once(room: Room) -> None:
    source, watchers = Source(), [Watcher() for _ in range(20)]
    for watcher in watchers:
        watcher.join(room.state)
    reply = await room.start(source)
    source.say(*numbered(100))
    source.end()
    await room.ended(reply)
    changes = [[id(change) for change in watcher.seen] for watcher in watchers]
    assert all(one == changes[0] for one in changes)
    assert watchers[7].html(reply.id).endswith('w98 w99</p>')


async def test_a_view_that_left_gets_nothing_more_and_may_leave_while_it_is_told(state: ConversationState) -> None:
    class Leaver(Watcher):
        def apply(self, number: int, changes: list[ViewChange]) -> None:
            super().apply(number, changes)
            self.leave(state)

    leaver, stayer = Leaver(), Watcher()
    leaver.join(state)
    stayer.join(state)
    for _ in range(3):
        state.show_state(message(state.conversation, None))
    assert (leaver.numbers, stayer.numbers) == ([0, 1], [0, 1, 2, 3])


async def test_text_is_folded_into_few_updates(room: Room) -> None:
    source, watcher = Source(), Watcher()
    watcher.join(room.state)
    reply = await room.start(source)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(200):
        source.say(f'w{number} ')
        await until(source._steps.empty)
    await watcher.until(lambda: 'w199' in watcher.html(reply.id))
    updates = sum(isinstance(change, TextChanged) for change in watcher.seen)
    assert updates <= (loop.time() - began) / live_module.FLUSH_INTERVAL + 2


async def test_other_changes_keep_their_place_among_the_text(state: ConversationState) -> None:
    watcher = Watcher()
    reply = begun(state)
    watcher.join(state)
    grow(state, reply, 'first')
    grow(state, reply, ' second')
    state.tell(StateChanged(reply.current()))
    grow(state, reply, ' third')
    state.tell(BranchChanged(''))
    state.flush()
    kinds = [type(change) for change in watcher.seen]
    assert kinds == [TextChanged, TextChanged, StateChanged, TextChanged, BranchChanged]
    assert watcher.html(reply.message.id) == '<p>first second third</p>'


async def test_new_messages_are_told_at_once(state: ConversationState) -> None:
    watcher = Watcher()
    watcher.join(state)
    user = message(state.conversation, None)
    state.tell(BranchChanged(''))
    state.show_added(user, message(state.conversation, user, Role.ASSISTANT))
    assert [type(change) for change in watcher.seen] == [BranchChanged, MessageAdded, MessageAdded]


@pytest.mark.expects_log('RuntimeError: this view is broken')
async def test_a_view_that_breaks_harms_neither_the_reply_nor_the_other_views(room: Room) -> None:
    class Broken(Watcher):
        def apply(self, number: int, changes: list[ViewChange]) -> None:
            raise RuntimeError('this view is broken')

    watchers = [Watcher(), Broken(), Watcher()]
    for watcher in watchers:
        watcher.join(room.state)
    source = Source()
    reply = await room.start(source)
    source.say(*numbered(3))
    source.end()
    assert (await asyncio.wait_for(room.ended(reply), 5)).content == ''.join(numbered(3))
    assert [watcher.html(reply.id) for watcher in watchers] == ['<p>w0 w1 w2</p>', '', '<p>w0 w1 w2</p>']


# --- what is known of messages ----------------------------------------------------------------------------------------


async def test_a_message_that_is_newer_here_than_in_the_database_wins(state: ConversationState) -> None:
    reply = begun(state)
    stored = reply.message
    grow(state, reply, 'abc')
    assert state.newest(stored).content == 'abc'
    final = reply.current()
    state.end(final)
    assert state.newest(stored) is final
    other = message(state.conversation, None)
    assert state.newest(other) is other


async def test_few_ended_replies_are_remembered(state: ConversationState) -> None:
    ended: list[Message] = []
    for _ in range(live_module.FINISHED_KEPT + 1):
        reply = begun(state)
        ended.append(reply.message)
        state.end(reply.current())
    kept = [state.newest(message) is not message for message in ended]
    assert kept == [False] + [True] * live_module.FINISHED_KEPT


# --- which conversations stay -----------------------------------------------------------------------------------------


async def test_of_idle_conversations_the_latest_few_are_kept(conversations: LiveConversations) -> None:
    chats = [conversation() for _ in range(6)]
    for chat in chats:
        conversations.adopt(chat)
    conversations.find(chats[3].id)
    conversations.adopt(conversation())
    found = [conversations.find(chat.id) is not None for chat in chats]
    assert found == [False, False, False, True, False, True]


async def test_a_conversation_in_use_stays(conversations: LiveConversations) -> None:
    watched, streaming = conversations.adopt(conversation()), conversations.adopt(conversation())
    Watcher().join(watched)
    begun(streaming)
    for _ in range(20):
        conversations.adopt(conversation())
    assert conversations.find(watched.id) is watched
    assert conversations.find(streaming.id) is streaming
    assert conversations.streaming() == {streaming.id}


async def test_a_conversation_somebody_is_about_to_use_is_never_there_twice(conversations: LiveConversations) -> None:
    """A page reads its list before it joins, and a question is stored before its answer starts."""
    chat = conversation()
    held = conversations.adopt(chat)
    for _ in range(20):
        conversations.adopt(conversation())
    assert conversations.find(chat.id) is held
    assert conversations.adopt(chat) is held


async def test_idle_conversations_leave_memory(conversations: LiveConversations) -> None:
    chats = [conversation() for _ in range(50)]
    gone = [weakref.ref(conversations.adopt(chat)) for chat in chats]
    gc.collect()
    assert sum(ref() is not None for ref in gone) == 3
    assert len(conversations) == 3


# --- news -------------------------------------------------------------------------------------------------------------


async def test_news_of_a_moment_are_told_together_and_only_the_latest_of_each(
    conversations: LiveConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, 'NEWS_INTERVAL', 0.02)
    told: list[tuple[ConversationNews, ...]] = []
    conversations.news.subscribe(told.append)
    one, other = conversations.adopt(conversation()), conversations.adopt(conversation())
    begun(one)
    for state in (one, other, one):
        state.announce()
    renamed = conversation(title='Another', id=other.id)
    other.announce(renamed)
    await until(lambda: told)
    assert {(news.conversation.title, news.streaming) for news in told[0]} == {('A chat', True), ('Another', False)}
    one.announce()
    await until(lambda: len(told) == 2)


async def test_what_can_be_bound_to_follows(state: ConversationState) -> None:
    renamed: Conversation = conversation(title='New title')
    state.announce(renamed)
    assert (state.title, state.conversation, state.streaming) == ('New title', renamed, False)
    begun(state)
    state.announce()
    assert state.streaming
