"""Gives a person something with words of its own in everything that is kept of them."""

from dataclasses import replace

from app.domain.conversation import Conversation, Folder
from app.domain.document import Document, Passage
from app.domain.message import Role, Source, Status, Step
from app.domain.preferences import PersonalPreferences
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.folders import Folders
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.preferences import Preferences
from app.storage.tables import ConversationTagRow, QueuedMessageRow
from tests.storage.samples import conversation, later, message, new_id, pieces

ENOUGH = 40
"""Exchanges: enough for pages of the database to be filled, split and given back."""

Said = set[str]


async def converse(database: Database, owner_id: str, say: str, exchanges: int = ENOUGH) -> tuple[Conversation, Said]:
    """Store a conversation in which every word begins with `say`; give it and the words."""
    messages, journal = Messages(database), SqlJournal(database)
    chat, parent = conversation(owner_id, title=f'{say}title'), None
    said = {f'{say}title', f'{say}tag', f'{say}queued', '漢字' + say}
    for number in range(exchanges):
        words = [f'{say}{place}x{number}' for place in ('asked', 'answered', 'thought', 'source', 'step', 'piece')]
        asked, answered, thought, source, step, piece = words
        said.update(words)
        question = message(chat, parent, content=f'{asked} {chr(0x6F22)}{chr(0x5B57)}{say} {"and more " * 50}')
        parent = message(chat, question, Role.ASSISTANT)
        await messages.begin_reply(chat, question, parent)
        await journal.append(pieces(parent, *[f'{piece} '] * 30))
        ended = replace(
            parent,
            status=Status.COMPLETE,
            content=f'{answered} {piece} ' * 20,
            thinking=thought,
            sources=(Source(title=source, url=f'http://{source}'),),
            steps=(Step(title=step, text=step),),
            finished_at=later(),
        )
        await journal.seal(ended, unread=False)
    queued = QueuedMessageRow(
        id=new_id(), conversation_id=chat.id, text=f'{say}queued', language='en', created_at=later()
    )
    tag = ConversationTagRow(conversation_id=chat.id, name=f'{say}tag')
    await database.write(lambda session: session.add_all([queued, tag]))
    return chat, said


async def settle_in(database: Database, owner_id: str, say: str) -> Said:
    """Give a person a conversation, a folder, documents and preferences; give the words in them."""
    _, said = await converse(database, owner_id, say)
    words = [f'{say}{what}' for what in ('folder', 'instruction', 'passage', 'document')]
    folder, instruction, passage, document = words
    await Folders(database).create(Folder(id=new_id(), owner_id=owner_id, name=folder, created_at=later()))
    for number in range(5):
        passages = tuple(Passage(f'{passage} and so on') for _ in range(300))
        kept = Document(
            key=f'{document}{number}', kind='x', title=document, url='', passages=passages, fetched_at=later(), data={}
        )
        await Documents(database).keep(owner_id, kept)
    await Preferences(database).change(owner_id, lambda _: PersonalPreferences(system_prompt=instruction))
    return said | set(words)
