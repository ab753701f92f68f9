"""Importing into the real app: nothing half, nothing twice, and nothing in the way of others."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.chat.importing import Import
from app.chat.taking_in import Tally
from app.domain.carried import Carried
from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.document import Document, Passage
from app.domain.message import Status
from app.errors import ImportRefused
from app.replies.changes import BranchChanged
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.folders import Folders
from app.storage.staging import Staging
from app.ui.files import words
from app.ui.translations import translator
from tests.chat.desk import Desk, open_desk
from tests.exchange.reading_files import FILES, read
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer

CONVERSATIONS = 'SELECT count(*) FROM conversation'


def node(parent: str | None, role: str, text: str, at: float = 1_700_000_000) -> dict[str, Any]:
    """Make a node of ChatGPT's tree."""
    content = {'content_type': 'text', 'parts': [text]}
    return {'parent': parent, 'message': {'author': {'role': role}, 'create_time': at, 'content': content}}


def chat(key: str, *texts: str, **changes: Any) -> dict[str, Any]:
    """Make a conversation of ChatGPT's in which question and answer take turns."""
    mapping = {
        f'{key}-{number}': node(
            f'{key}-{number - 1}' if number else None, ('user', 'assistant')[number % 2], text, 1_700_000_000 + number
        )
        for number, text in enumerate(texts)
    }
    return {
        'id': key,
        'title': key,
        'mapping': mapping,
        'current_node': [*mapping][-1],
        'create_time': 1.7e9,
        **changes,
    }


async def bring(desk: Desk, conversations: Any, owner_id: str = LOCAL_OWNER) -> Import:
    """Import a value and wait for the end."""
    begin(desk, json.dumps(conversations), owner_id)
    return await ended(desk, owner_id)


def begin(desk: Desk, text: str | bytes, owner_id: str = LOCAL_OWNER) -> Path:
    """Begin to import a file with this text."""
    desk.chat.importing.check_room(0)
    file = desk.chat.importing.inbox / str(uuid4())
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    desk.chat.importing.start(owner_id, file)
    return file


async def ended(desk: Desk, owner_id: str = LOCAL_OWNER) -> Import:
    """Wait for the end of an import."""

    def last() -> Import | None:
        current = desk.chat.importing.current(owner_id)
        return current if current and not current.runs else None

    found = await until(last)
    assert found
    return found


def another_starts_meanwhile(desk: Desk) -> None:
    """Give up what is staged, as another process does when it starts, once the next import has conversations there.

    That takes place between two steps of the import, which stand still for it: so it is never over before.
    """

    async def give_up() -> None:
        database = Database(desk.parts.settings.resolved_database_url)
        await Staging(database).give_up()
        await database.close()

    def look(step: Import) -> None:
        if step.tally.new:
            desk.chat.importing.changed.unsubscribe(look)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(asyncio.run, give_up()).result()

    desk.chat.importing.changed.subscribe(look)


async def listed(desk: Desk, owner_id: str = LOCAL_OWNER) -> list[Conversation]:
    return await desk.conversations.page(owner_id)


async def count(desk: Desk, table: str) -> int:
    return int(
        await desk.parts.database.read(
            lambda session: session.connection().exec_driver_sql(f'SELECT count(*) FROM {table}').scalar_one()
        )
    )


async def texts(desk: Desk, conversation: Conversation) -> list[str]:
    branch = await desk.messages.branch(str(conversation.head_id), limit=100)
    return [message.content for message in branch]


async def test_an_export_becomes_conversations_that_can_be_opened(desk: Desk) -> None:
    told: list[Import] = []
    desk.chat.importing.changed.subscribe(told.append)
    reshelved: list[str] = []
    desk.chat.live.reshelved.subscribe(reshelved.append)
    file = begin(desk, (FILES / 'chatgpt.json').read_bytes())
    assert [each.state for each in told] == ['running']
    last = await ended(desk)
    assert (last.state, last.tally) == ('done', Tally(new=2, sources=('chatgpt',)))
    assert last.read == last.total > 0
    assert [each.state for each in told if each.state != 'running'] == ['giving', 'done']
    assert reshelved == [LOCAL_OWNER]
    assert not file.exists()
    [cake] = await listed(desk)
    assert cake.title == 'Receita de bolo 🎂'
    state = await desk.chat.reading.open(LOCAL_OWNER, cake.id)
    window = await desk.chat.reading.newest(state)
    assert [len(each.ids) for each in window.versions.values()] == [2]
    assert len(window.messages) == 4
    answer = await desk.exchange('And now?', cake.id)
    assert answer[1].content.startswith('w0')


async def test_what_another_program_answered_is_answered_again_and_continued_by_a_model_of_here(desk: Desk) -> None:
    given = chat('a', 'one', 'two', 'three', 'four')
    for number, status in ((1, 'finished_successfully'), (3, 'in_progress')):
        given['mapping'][f'a-{number}']['message'] |= {'metadata': {'model_slug': 'gpt-4o'}, 'status': status}
    await bring(desk, [given])
    [conversation] = await listed(desk)
    state = await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    last = str(conversation.head_id)
    await desk.chat.asking.resume(LOCAL_OWNER, last)
    continued = await desk.ended(await desk.messages.get(last))
    assert (continued.status, continued.content[:6]) == (Status.COMPLETE, 'fourw0')
    await desk.chat.asking.regenerate(LOCAL_OWNER, last)
    again = await desk.ended(await desk.messages.get(str(state.conversation.head_id)))
    assert (again.status, again.model and again.model.provider) == (Status.COMPLETE, 'ollama')


@pytest.mark.parametrize('name', ['chatgpt', 'claude', 'open_webui', 'librechat', 'chat_history'])
async def test_importing_twice_makes_no_doubles(desk: Desk, name: str) -> None:
    text = (FILES / f'{name}.json').read_text()
    begin(desk, text)
    first = await ended(desk)
    counts = await count(desk, 'conversation'), await count(desk, 'message')
    begin(desk, text)
    second = await ended(desk)
    assert second.tally == Tally(known=first.tally.new, sources=first.tally.sources)
    assert (await count(desk, 'conversation'), await count(desk, 'message')) == counts


async def test_a_later_export_of_the_same_chat_adds_what_it_lacks(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two'), chat('b', 'x')])
    last = await bring(desk, [chat('a', 'one', 'CHANGED', 'three', 'four', update_time=1.8e9), chat('b', 'x')])
    assert last.tally == Tally(known=1, with_news=1, sources=('chatgpt',))
    [changed, _] = await listed(desk)
    assert await texts(desk, changed) == ['one', 'two', 'three', 'four']
    assert changed.updated_at.timestamp() == 1.8e9
    assert (await bring(desk, [chat('a', 'one', 'two', 'three', 'four')])).tally == Tally(known=1, sources=('chatgpt',))
    await desk.chat.trash.erase_now()
    assert (await count(desk, 'conversation'), await count(desk, 'message')) == (2, 5)


async def test_what_the_person_wrote_meanwhile_stays_what_is_shown(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two')])
    [conversation] = await listed(desk)
    state, _ = await desk.exchange('mine', conversation.id)
    assert (await bring(desk, [chat('a', 'one', 'two', 'theirs')])).tally == Tally(with_news=1, sources=('chatgpt',))
    assert (await texts(desk, await desk.conversations.get(conversation.id, LOCAL_OWNER)))[:3] == ['one', 'two', 'mine']
    window = await desk.chat.reading.newest(state)
    mine = window.messages[2]
    assert len(window.versions[mine.id].ids) == 2


async def test_who_looks_at_a_conversation_sees_its_news(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one', 'two')])
    [conversation] = await listed(desk)
    state = await desk.chat.reading.open(LOCAL_OWNER, conversation.id)
    view = Looking()
    state.views.add(view)
    await bring(desk, [chat('a', 'one', 'two', 'three')])
    assert [message.content for message in (await desk.chat.reading.newest(state)).messages] == ['one', 'two', 'three']
    await until(lambda: any(isinstance(change, BranchChanged) for change in view.changes))


class Looking:
    """A page that shows a conversation."""

    watched = True

    def __init__(self) -> None:
        self.changes: list[Any] = []

    def apply(self, number: int, changes: Any) -> None:
        """Take changes."""
        self.changes += changes


async def test_a_conversation_in_the_trash_stays_there(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one')])
    [conversation] = await listed(desk)
    await desk.chat.organising.delete(LOCAL_OWNER, conversation.id)
    assert (await bring(desk, [chat('a', 'one', 'two')])).tally == Tally(in_trash=1, sources=('chatgpt',))
    assert await listed(desk) == []


async def test_one_that_was_deleted_for_good_comes_anew(desk: Desk) -> None:
    await bring(desk, [chat('a', 'one')])
    [conversation] = await listed(desk)
    await desk.chat.organising.delete(LOCAL_OWNER, conversation.id)
    await desk.chat.trash.empty(LOCAL_OWNER)
    assert (await bring(desk, [chat('a', 'one', 'two')])).tally == Tally(new=1, sources=('chatgpt',))
    assert await texts(desk, (await listed(desk))[0]) == ['one', 'two']


async def test_two_people_with_the_same_file(desk: Desk) -> None:
    for owner_id in ('ana', 'bia'):
        assert (await bring(desk, [chat('a', 'one')], owner_id)).tally == Tally(new=1, sources=('chatgpt',))
    [hers], [others] = await listed(desk, 'ana'), await listed(desk, 'bia')
    assert hers.id != others.id


async def test_a_conversation_that_comes_twice_in_one_file(desk: Desk) -> None:
    given = [
        chat('a', 'one'),
        chat('a', 'one', 'two'),
        *(chat(f'c{number}', 'x') for number in range(60)),
        chat('a', 'one'),
    ]
    assert (await bring(desk, given)).tally == Tally(new=61, sources=('chatgpt',))
    conversation = next(each for each in await desk.conversations.page(LOCAL_OWNER, limit=100) if each.title == 'a')
    assert await count(desk, 'message') == 62
    assert await texts(desk, conversation) == ['one']


async def test_folders_tags_pins_and_archive_come_along(desk: Desk) -> None:
    own = Folder(id=str(uuid4()), owner_id=LOCAL_OWNER, name='Work', created_at=datetime.now(UTC))
    await Folders(desk.parts.database).create(own)
    begin(desk, (FILES / 'claude.json').read_bytes())
    await ended(desk)
    report = next(each for each in await listed(desk) if each.title == 'Reading a report')
    assert (report.folder_id, report.pinned) == (own.id, True)
    assert await count(desk, 'folder') == 1
    await bring(desk, [{**claude('other'), 'project': {'name': 'Home'}}])
    other = next(each for each in await listed(desk) if each.title == 'other')
    home = await Folders(desk.parts.database).get(str(other.folder_id), LOCAL_OWNER)
    assert home.name == 'Home'
    begin(desk, (FILES / 'open_webui.json').read_bytes())
    await ended(desk)
    assert await count(desk, 'conversation_tag') == 3


def claude(name: str) -> dict[str, Any]:
    """Make a conversation of Claude's."""
    message = {'uuid': f'{name}-1', 'sender': 'human', 'text': 'x', 'created_at': '2025-01-01T00:00:00Z'}
    return {'uuid': name, 'name': name, 'chat_messages': [message]}


async def test_a_fault_in_a_file_costs_only_itself(desk: Desk) -> None:
    given = [chat(f'c{number}', 'one', 'two') for number in range(300)]
    given[250]['mapping'] = 5
    given[260]['mapping']['c260-1']['message']['content'] = 5
    last = await bring(desk, given)
    assert (last.state, last.tally, last.remarks.count) == ('done', Tally(new=299, sources=('chatgpt',)), 2)
    first, second = last.remarks.first
    assert (first.conversation, first.title, first.message) == (251, 'c250', 0)
    assert (second.conversation, second.title, second.message) == (261, 'c260', 2)
    assert await count(desk, 'message') == 2 * 299


async def test_nothing_is_kept_of_an_import_that_fails(desk: Desk) -> None:
    another_starts_meanwhile(desk)
    begin(desk, json.dumps([chat(f'c{number}', *['text ' * 200] * 20) for number in range(80)]))
    last = await ended(desk)
    assert last.state == 'failed'
    assert isinstance(last.error, ImportRefused)
    assert last.error.details == {'reason': 'interrupted'}
    assert await listed(desk) == []
    await desk.chat.trash.erase_now()
    assert (await count(desk, 'conversation'), await count(desk, 'message')) == (0, 0)
    assert [*desk.chat.importing.inbox.iterdir()] == []


async def test_an_import_that_is_cancelled_leaves_nothing(desk: Desk) -> None:
    given = [chat(f'c{number}', *['text ' * 200] * 20) for number in range(400)]
    begin(desk, json.dumps(given))
    with pytest.raises(ImportRefused):
        desk.chat.importing.start(LOCAL_OWNER, FILES / 'claude.json')
    await until(lambda: (desk.chat.importing.current(LOCAL_OWNER) or Import(owner_id='')).tally.new > 0)
    desk.chat.importing.cancel(LOCAL_OWNER)
    last = await ended(desk)
    assert last.state == 'cancelled'
    assert 0 < last.tally.new < 400
    assert await listed(desk) == []
    await desk.chat.trash.erase_now()
    assert (await count(desk, 'conversation'), await count(desk, 'message')) == (0, 0)
    assert [*desk.chat.importing.inbox.iterdir()] == []
    assert (await bring(desk, given[:3])).tally == Tally(new=3, sources=('chatgpt',))


async def test_an_import_cancelled_before_its_first_step(desk: Desk) -> None:
    file = begin(desk, json.dumps([chat('a', 'one')]))
    desk.chat.importing.cancel(LOCAL_OWNER)
    assert (await ended(desk)).state == 'cancelled'
    assert not file.exists()
    desk.chat.importing.forget(LOCAL_OWNER)
    assert desk.chat.importing.current(LOCAL_OWNER) is None


async def test_the_end_of_the_process_ends_an_import(desk: Desk) -> None:
    begin(desk, json.dumps([chat(f'c{number}', *['text ' * 200] * 20) for number in range(80)]))
    await until(lambda: (desk.chat.importing.current(LOCAL_OWNER) or Import(owner_id='')).tally.new > 0)
    await asyncio.wait_for(desk.chat.importing.close(), 5)
    assert await listed(desk) == []


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave less space on the disk than has to stay free."""
    monkeypatch.setattr('app.exchange.reading.disk_space.SPARE', 1 << 60)
    yield


@pytest.mark.usefixtures('full_disk')
def test_there_has_to_be_room(desk: Desk) -> None:
    with pytest.raises(ImportRefused) as caught:
        desk.chat.importing.check_room(5)
    assert caught.value.details == {'reason': 'no_space'}


async def everything(desk: Desk, owner_id: str = LOCAL_OWNER) -> bytes:
    """Export everything."""
    return b''.join([part async for part in desk.chat.exporting.archive(owner_id, datetime.now(UTC))])


async def conversations_in(archive: bytes, folder: Path) -> list[Carried]:
    file = folder / 'archive.zip'
    file.write_bytes(archive)
    return read(file, LOCAL_OWNER)


async def test_an_archive_of_ours_comes_back_whole_and_with_its_ids(
    desk: Desk, tmp_path: Path, server: OllamaServer
) -> None:
    begin(desk, (FILES / 'claude.json').read_bytes())
    await ended(desk)
    begin(desk, (FILES / 'open_webui.json').read_bytes())
    await ended(desk)
    _, reply = await desk.exchange('hello')
    await Documents(desk.parts.database).keep(LOCAL_OWNER, a_document())
    archive = await everything(desk)
    async with open_desk(tmp_path / 'other', ollama_host=server.url) as other:
        begin(other, archive)
        last = await ended(other)
        assert (last.state, last.tally) == ('done', Tally(new=5, sources=('guilherme',)))
        assert (await other.messages.get(reply.id)).content == reply.content
        assert await Documents(other.parts.database).find(LOCAL_OWNER, a_document().key)
        back = await conversations_in(await everything(other), tmp_path)
        there = await conversations_in(archive, tmp_path)
        assert [replace(each, conversation=replace(each.conversation, folder_id=None)) for each in back] == [
            replace(each, conversation=replace(each.conversation, folder_id=None)) for each in there
        ]
        assert {each.folder for each in back} == {'', 'Work'}
    begin(desk, archive)
    assert (await ended(desk)).tally == Tally(known=5, sources=('guilherme',))


async def test_the_archive_of_somebody_else_becomes_ones_own(desk: Desk) -> None:
    state, _ = await desk.exchange('hello')
    archive = await everything(desk)
    for tally in (Tally(new=1, sources=('guilherme',)), Tally(known=1, sources=('guilherme',))):
        begin(desk, archive, 'bia')
        assert (await ended(desk, 'bia')).tally == tally
    [hers] = await listed(desk, 'bia')
    assert hers.id != state.id
    assert (await texts(desk, hers))[0] == 'hello'
    assert [each.id for each in await listed(desk)] == [state.id]


async def test_one_conversation_as_json_comes_back(desk: Desk) -> None:
    state, _ = await desk.exchange('hello')
    given = await desk.chat.exporting.file(LOCAL_OWNER, state.id, 'json', words(translator('en')))
    begin(desk, given.content, 'bia')
    assert (await ended(desk, 'bia')).tally == Tally(new=1, sources=('guilherme',))
    begin(desk, given.content.replace(state.id.encode(), b'../../etc/passwd'))
    last = await ended(desk)
    assert last.error is not None
    assert last.error.details == {'reason': 'wrong_shape', 'field': 'id', 'conversation': 1, 'byte': 0}


def a_document() -> Document:
    """Make a transcript."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Document(key='k', kind='transcript', title='T', url='', passages=(Passage('said', 1.5),), fetched_at=at)
