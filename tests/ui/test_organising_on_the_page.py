"""What the list is told, and what is said when something was done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Parts
from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.shelf import Place, Shelf
from app.storage.conversations import Conversations
from app.ui.components.conversation_list import PAGE, ConversationList
from tests.replies.waiting import until
from tests.storage.samples import START, conversation
from tests.ui.simulated import Browser


@pytest.fixture
async def chat(parts: Parts) -> Conversation:
    stored = conversation(title='Olá')
    await Conversations(parts.database).create(stored)
    return stored


def act(page: Browser, name: str, *ids: str, **more: Any) -> None:
    """Let the browser ask for something of the list."""
    page.trigger(page.element(ConversationList), 'act', {'name': name, 'ids': [*ids], **more})


async def undo(page: Browser) -> None:
    await page.sees('Undo')
    [label] = page.user.find('Undo').elements
    assert label.parent_slot is not None
    page.trigger(label.parent_slot.parent, 'click')


async def shelf_of(parts: Parts, chat: Conversation) -> list[str]:
    """Give the shelves a conversation stands on."""
    places = (Shelf(each) for each in Place if each is not Place.FOLDER)
    folders = [Shelf(Place.FOLDER, each.folder.id) for each in await parts.chat.listing.folders(LOCAL_OWNER)]
    found = []
    for shelf in (*places, *folders):
        page = await parts.chat.listing.shelf(LOCAL_OWNER, shelf, limit=9)
        found += [shelf.place.value for each in page.conversations if each.id == chat.id]
    return found


@pytest.mark.parametrize(
    ('name', 'sentence', 'shelf'),
    [
        ('pin', 'Conversation pinned.', 'pinned'),
        ('archive', 'Conversation archived.', 'archive'),
        ('delete', 'Conversation deleted.', 'trash'),
    ],
)
async def test_what_is_done_is_said_told_to_other_tabs_and_undone(
    name: str, sentence: str, shelf: str, page: Browser, parts: Parts, chat: Conversation
) -> None:
    other = Browser()
    await page.open('/')
    await other.open('/')
    act(page, name, chat.id)
    await page.sees(sentence)
    assert await shelf_of(parts, chat) == [shelf]
    [[[told]]] = await until(lambda: other.calls(ConversationList, 'update'))
    assert (told['id'], told['shelf']) == (chat.id, shelf)
    await undo(page)
    await until(lambda: len(other.calls(ConversationList, 'update')) == 2)
    assert await shelf_of(parts, chat) == ['recent']


async def test_a_folder_made_on_the_way_is_named_and_counted(page: Browser, parts: Parts, chat: Conversation) -> None:
    await page.open('/')
    act(page, 'move', chat.id, newFolder='Casa & Co.')
    await page.sees('Moved to “Casa & Co.”.')
    assert await shelf_of(parts, chat) == ['folder']
    await until(lambda: [each[0]['count'] for [each] in page.calls(ConversationList, 'setFolders') if each][-1:] == [1])
    [counted] = await parts.chat.listing.folders(LOCAL_OWNER)
    act(page, 'removeFolder', folder=counted.folder.id)
    await page.sees('Folder removed.')
    await until(lambda: page.calls(ConversationList, 'refresh'))
    await undo(page)
    await until(lambda: len(page.calls(ConversationList, 'refresh')) == 2)
    assert await shelf_of(parts, chat) == ['folder']


async def test_what_cannot_be_done_is_said(page: Browser, chat: Conversation) -> None:
    await page.open('/')
    act(page, 'makeFolder', title=' ')
    await page.sees('A folder needs a name.')
    act(page, 'tag', chat.id, tag='#')
    await page.sees('Write a word for the tag first.')
    act(page, 'restore', chat.id)
    await page.sees('This does not exist any more, or it was deleted.')


async def test_the_numbers_are_in_the_language_of_the_page(page: Browser, parts: Parts) -> None:
    stored = [conversation() for _ in range(3)]
    for each in stored:
        await Conversations(parts.database).create(each)
    page = Browser('pt-BR')
    await page.open('/')
    act(page, 'archive', *(each.id for each in stored))
    await page.sees('3 conversas arquivadas.')


async def test_shelves_go_out_page_by_page(page: Browser, parts: Parts) -> None:
    many = [conversation(title=str(number), updated_at=START + timedelta(hours=number)) for number in range(PAGE + 5)]
    for each in many:
        await Conversations(parts.database).create(each)
    await Conversations(parts.database).create(replace(conversation(title='pinned'), pinned=True))
    await page.open('/')
    shelves = page.element(ConversationList).props['initial']['shelves']
    assert [item['title'] for item in shelves['pinned']['items']] == ['pinned']
    recent = shelves['recent']
    assert [item['title'] for item in recent['items']] == [each.title for each in many[:-PAGE:-1]]
    assert recent['more']
    last = recent['items'][-1]
    wanted = {'shelf': 'recent', 'limit': PAGE, 'after': {'mark': last['mark'], 'id': last['id']}}
    page.trigger(page.element(ConversationList), 'load', wanted)
    [[shelf, items, more, fresh]] = await until(lambda: page.calls(ConversationList, 'put'))
    assert (shelf, [item['title'] for item in items], more, fresh) == (
        'recent',
        ['5', '4', '3', '2', '1', '0'],
        False,
        False,
    )


async def test_a_tab_that_was_away_reads_its_shelves_anew(page: Browser, parts: Parts, chat: Conversation) -> None:
    other = Browser()
    await other.open('/')
    await page.open('/')
    page.lose_line()
    await parts.chat.organising.archive(LOCAL_OWNER, chat.id)
    folder = await parts.chat.filing.make(LOCAL_OWNER, 'New')
    await until(
        lambda: other.calls(ConversationList, 'update') and len(other.calls(ConversationList, 'setFolders')) == 2
    )
    await page.find_line()
    await until(lambda: page.calls(ConversationList, 'refresh'))
    await until(
        lambda: [each['id'] for [told] in page.calls(ConversationList, 'setFolders') for each in told] == [folder.id]
    )


async def test_nobody_is_told_of_someone_elses(page: Browser, parts: Parts) -> None:
    await page.open('/')
    hers = conversation('ana')
    await Conversations(parts.database).create(hers)
    await parts.chat.filing.make('ana', 'Hers')
    await parts.chat.organising.pin('ana', hers.id)
    mine = await parts.chat.filing.make(LOCAL_OWNER, 'Mine')
    await until(lambda: page.calls(ConversationList, 'setFolders'))
    assert [[each['id'] for each in told] for [told] in page.calls(ConversationList, 'setFolders')] == [[mine.id]]
    assert page.calls(ConversationList, 'update') == []


async def test_a_page_of_a_shelf_takes_nothing_back_that_was_told_meanwhile(
    page: Browser, parts: Parts, chat: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before a conversation moved must not come after the news of it."""
    await page.open('/')
    listing = parts.chat.listing
    read = listing.shelf

    async def read_late(*given: Any, **named: Any) -> Any:
        came = await read(*given, **named)
        if not page.calls(ConversationList, 'update'):
            await parts.chat.organising.pin(LOCAL_OWNER, chat.id)
            await until(lambda: page.calls(ConversationList, 'update'))
        return came

    monkeypatch.setattr(listing, 'shelf', read_late)
    page.trigger(page.element(ConversationList), 'load', {'shelf': 'recent', 'limit': PAGE})
    [[shelf, items, _more, _fresh]] = await until(lambda: page.calls(ConversationList, 'put'))
    assert (shelf, items) == ('recent', [])
