"""Temporary chats: they work like all others, and nothing of them is ever on the disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.chat.asking import Question
from app.domain.conversation import LOCAL_OWNER
from app.domain.identifiers import new_id
from app.domain.message import Message, Status
from app.domain.shelf import Place, Shelf
from app.errors import InvalidInput, NotFound
from app.replies.live import ConversationState
from app.storage.outgoing import Outgoing
from app.storage.trash import Trash
from tests.chat.desk import Desk, open_desk
from tests.replies.sources import numbered
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer
from tests.support.youtube_server import YouTubeServer

TEMPORARY = '00000000-0000-8000-8000-000000000000'
SECRET = 'xylophone'


async def ask(desk: Desk, text: str, conversation_id: str | None = None) -> tuple[ConversationState, Message]:
    """Send a message of a temporary chat; give its state and the reply that began."""
    chat_id = conversation_id or new_id(beside=TEMPORARY)
    sent = Question(conversation_id=chat_id, message_id=new_id(beside=TEMPORARY), text=text)
    state = await desk.chat.asking.send(LOCAL_OWNER, sent)
    return state, await desk.messages.get(str(state.conversation.head_id))


@pytest.fixture
def data_dir(desk: Desk) -> Path:
    """Give the folder the desk writes to."""
    return desk.parts.settings.data_dir


def on_disk(folder: Path) -> bytes:
    """Give everything the app has written."""
    return b''.join(file.read_bytes() for file in sorted(folder.rglob('*')) if file.is_file())


@pytest.mark.parametrize('backend', ['sqlite'])  # whose files are in the folder
async def test_nothing_of_it_is_on_the_disk(desk: Desk, data_dir: Path) -> None:
    state, reply = await ask(desk, f'say={SECRET}')
    assert (await desk.ended(reply)).content == SECRET
    await desk.chat.organising.rename(LOCAL_OWNER, state.id, f'About the {SECRET}')
    _, second = await ask(desk, f'once more {SECRET}', state.id)
    await desk.ended(second)
    await desk.chat.asking.regenerate(LOCAL_OWNER, second.id)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    await desk.exchange('an ordinary question')
    written = on_disk(data_dir)
    assert b'an ordinary question' in written
    assert SECRET.encode() not in written
    assert state.id.encode() not in written


async def test_a_fetched_transcript_stays_in_memory_too(
    server: OllamaServer, youtube: YouTubeServer, tmp_path: Path
) -> None:
    async with open_desk(tmp_path, ollama_host=server.url, youtube_base_url=youtube.url) as desk:
        state, reply = await ask(desk, '/youtube dQw4w9WgXcQ')
        ended = await desk.ended(reply)
        assert ended.sources
        _, answer = await ask(desk, 'What is it about?', state.id)
        assert (await desk.ended(answer)).status is Status.COMPLETE
        assert 'material title' in server.asked('/api/chat')[-1].body['messages'][0]['content']
        assert ended.content[-60:].strip().split()[-1].encode() not in on_disk(tmp_path)
        assert b'dQw4w9WgXcQ' not in on_disk(tmp_path)


async def test_it_streams_stops_continues_and_branches_like_any_other(desk: Desk) -> None:
    state, reply = await ask(desk, 'tokens=60 rate=150')
    await until(lambda: (live := state.replies.get(reply.id)) and live.current().content)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    assert (await desk.messages.get(reply.id)).status is Status.STOPPED
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    assert (await desk.ended(reply)).content == ''.join(numbered(60))
    await desk.chat.asking.regenerate(LOCAL_OWNER, reply.id)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    await desk.chat.branching.step_version(LOCAL_OWNER, str(state.conversation.head_id), -1)
    window = await desk.chat.reading.newest(state)
    assert [each.id for each in window.messages][-1] == reply.id


async def test_what_is_sent_meanwhile_waits_in_memory(desk: Desk, data_dir: Path) -> None:
    state, reply = await ask(desk, 'tokens=30 rate=100')
    await ask(desk, SECRET, state.id)
    assert SECRET.encode() not in on_disk(data_dir)
    await desk.ended(reply)
    await until(lambda: state.conversation.head_id != reply.id)
    await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    assert await desk.messages.count(state.id) == 4


async def test_what_waits_its_turn_is_only_in_memory_too(desk: Desk, data_dir: Path) -> None:
    state, _ = await ask(desk, 'kind=num tokens=30 rate=60')
    await ask(desk, f'say={SECRET}', state.id)
    assert [each.text for each in state.waiting.messages] == [f'say={SECRET}']
    assert SECRET.encode() not in on_disk(data_dir)
    await until(lambda: not state.waiting.messages)
    last = await desk.messages.get(str(state.conversation.head_id))
    assert (await desk.ended(last)).content == SECRET
    assert SECRET.encode() not in on_disk(data_dir)


async def test_a_copy_of_it_is_temporary_too(desk: Desk, data_dir: Path) -> None:
    _, reply = await ask(desk, f'say={SECRET}')
    await desk.ended(reply)
    fork = await desk.chat.branching.fork(LOCAL_OWNER, reply.id)
    assert fork.id[14] == '8'
    assert SECRET.encode() not in on_disk(data_dir)


async def test_it_is_listed_apart_and_not_found_by_the_search(desk: Desk) -> None:
    ordinary, _ = await desk.exchange('ordinary')
    state, reply = await ask(desk, 'temporary')
    await desk.ended(reply)
    overview = await desk.chat.listing.overview(LOCAL_OWNER, 10)
    assert [each.id for each in overview.temporary.conversations] == [state.id]
    assert [each.id for each in overview.recent.conversations] == [ordinary.id]
    assert [each.id for each in await desk.chat.reading.conversations(LOCAL_OWNER)] == [ordinary.id]


async def test_it_can_be_deleted_and_taken_back(desk: Desk) -> None:
    state, reply = await ask(desk, 'temporary')
    await desk.ended(reply)
    shelf = Shelf(Place.TEMPORARY)
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    assert not (await desk.chat.listing.shelf(LOCAL_OWNER, shelf, limit=5)).conversations
    await desk.chat.organising.restore(LOCAL_OWNER, state.id)
    assert [each.id for each in (await desk.chat.listing.shelf(LOCAL_OWNER, shelf, limit=5)).conversations] == [
        state.id
    ]


async def test_a_deleted_one_is_forgotten_soon(desk: Desk) -> None:
    state, reply = await ask(desk, 'temporary')
    await desk.ended(reply)
    kept, other = await ask(desk, 'stays')
    await desk.ended(other)
    await desk.chat.organising.delete(LOCAL_OWNER, state.id)
    await Trash(desk.parts.database).forget_temporary(datetime.now(UTC) - timedelta(minutes=1))
    assert await desk.messages.count(state.id) == 2
    await Trash(desk.parts.database).forget_temporary(datetime.now(UTC) + timedelta(seconds=1))
    assert await desk.messages.count(state.id) == 0
    assert await desk.messages.count(kept.id) == 2


async def test_it_can_be_exported_by_the_person(desk: Desk, data_dir: Path) -> None:
    state, reply = await ask(desk, f'say={SECRET}')
    await desk.ended(reply)
    carried = await Outgoing(desk.parts.database).conversation(LOCAL_OWNER, state.id)
    assert [each.content for each in carried.messages] == [f'say={SECRET}', SECRET]
    assert SECRET.encode() not in on_disk(data_dir)


async def test_after_a_restart_it_is_gone_and_the_reason_is_known(server: OllamaServer, tmp_path: Path) -> None:
    async with open_desk(tmp_path, ollama_host=server.url) as desk:
        state, reply = await ask(desk, 'temporary')
        await desk.ended(reply)
    async with open_desk(tmp_path, ollama_host=server.url) as desk:
        with pytest.raises(NotFound) as gone:
            await desk.chat.reading.open(LOCAL_OWNER, state.id)
        assert gone.value.details['reason'] == 'temporary_gone'


async def test_ids_of_both_kinds_do_not_mix(desk: Desk) -> None:
    mixed = (
        Question(conversation_id=new_id(beside=TEMPORARY), message_id=new_id(), text='a'),
        Question(conversation_id=new_id(), message_id=new_id(beside=TEMPORARY), text='a'),
    )
    for sent in mixed:
        with pytest.raises(InvalidInput):
            await desk.chat.asking.send(LOCAL_OWNER, sent)
