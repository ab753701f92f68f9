"""What a person is told of a file before anything of it is written, and what becomes of it then."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.chat.importing import Import
from app.chat.previewing import Preview
from app.chat.taking_in import Place
from app.domain.conversation import LOCAL_OWNER
from app.storage.documents import Documents
from tests.chat.desk import Desk, open_desk
from tests.chat.test_importing import a_document, begin, bring, chat, ended, everything, listed
from tests.chat.test_undoing import imports, numbers, undone
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer


async def looked_through(desk: Desk, conversations: Any) -> Preview:
    """Let the app look through a file, and give what it tells when it waits for the person."""
    desk.chat.importing.check_room(0)
    file = desk.chat.importing.inbox / str(uuid4())
    file.write_text(json.dumps(conversations))
    desk.chat.importing.preview(LOCAL_OWNER, file)
    return (await in_state(desk, 'previewed')).preview


async def in_state(desk: Desk, state: str) -> Import:
    def now() -> Import | None:
        current = desk.chat.importing.current(LOCAL_OWNER)
        return current if current and current.state == state else None

    found = await until(now)
    assert found
    return found


async def test_a_preview_tells_what_the_import_then_does(desk: Desk) -> None:
    await bring(desk, [chat('known', 'one'), chat('longer', 'one'), chat('thrown', 'one')])
    [thrown] = [each for each in await listed(desk) if each.title == 'thrown']
    await desk.chat.organising.delete(LOCAL_OWNER, thrown.id)
    before = await numbers(desk)
    given = [chat('known', 'one'), chat('longer', 'one', 'two'), chat('thrown', 'one'), chat('new', 'one')]
    told = await looked_through(desk, [*given, given[-1]])
    assert (told.conversations, told.new, told.known, told.with_news, told.in_trash) == (4, 1, 1, 1, 1)
    assert (await numbers(desk), told.sources) == (before, ('chatgpt',))
    desk.chat.importing.confirm(LOCAL_OWNER)
    tally = (await ended(desk)).tally
    assert (tally.new, tally.known, tally.with_news, tally.in_trash) == (1, 1, 1, 1)


async def test_what_comes_goes_into_the_folder_that_was_chosen_which_an_undo_leaves(desk: Desk) -> None:
    folder = await desk.chat.filing.make(LOCAL_OWNER, 'Mine')
    before = await numbers(desk)
    await looked_through(desk, [chat('a', 'one')])
    desk.chat.importing.confirm(LOCAL_OWNER, Place(folder_id=folder.id))
    last = await ended(desk)
    assert [each.folder_id for each in await listed(desk)] == [folder.id]
    await undone(desk, last.import_id)
    assert await numbers(desk) == before


async def test_a_file_that_waits_too_long_goes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('app.chat.waiting_files.WAIT', 0.05)
    await looked_through(desk, [chat('a', 'one')])
    await in_state(desk, 'cancelled')
    assert [*desk.chat.importing.inbox.iterdir()] == []
    desk.chat.importing.confirm(LOCAL_OWNER)
    assert (desk.chat.importing.current(LOCAL_OWNER) or Import(owner_id='')).state == 'cancelled'
    assert await listed(desk) == []


async def test_all_that_came_with_an_archive_of_ours_goes_again(
    desk: Desk, tmp_path: Path, server: OllamaServer
) -> None:
    await desk.exchange('hello')
    await desk.chat.filing.make(LOCAL_OWNER, 'Work')
    await Documents(desk.parts.database).keep(LOCAL_OWNER, a_document())
    await desk.chat.preferring.set_system_prompt(LOCAL_OWNER, 'Be brief.')
    archive = await everything(desk)
    async with open_desk(tmp_path / 'other', ollama_host=server.url) as other:
        begin(other, archive)
        await ended(other)
        assert {'conversation', 'document', 'folder', 'preferences'} <= (await numbers(other)).keys()
        [past] = await imports(other)
        await undone(other, past.id)
        assert await numbers(other) == {}
