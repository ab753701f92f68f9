"""Conversations to be photographed, put into the data folder through the app's own storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.identifiers import new_id
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.folders import Folders
from app.storage.messages import Messages

MODEL = ModelRef('demo', 'demo')


@dataclass(frozen=True, slots=True)
class Sample:
    """A conversation: its texts are said in turn, the person's first. `days` is how long ago it was."""

    title: str
    texts: Sequence[str]
    days: float = 0
    folder: str = ''
    tags: tuple[str, ...] = ()
    pinned: bool = False


SAMPLES = (
    Sample(
        'Fim de semana em Ouro Preto',
        (
            'O que vale a pena ver em Ouro Preto em dois dias?',
            'No primeiro dia, a **Praça Tiradentes** e as igrejas ao redor dela, de manhã, quando há menos gente.\n\n'
            '1. Museu da Inconfidência\n2. Igreja de São Francisco de Assis\n3. Feira de pedra-sabão\n\n'
            'No segundo, a mina do Chico Rei e o caminho até Mariana, de trem se ele estiver circulando.',
        ),
        days=0.2,
        folder='Viagens',
        tags=('minas',),
    ),
    Sample(
        'Roteiro de trem na Europa',
        ('Monte um roteiro de dez dias de trem.', 'Comece por Lisboa e siga pela costa.'),
        days=1.1,
        folder='Viagens',
    ),
    Sample(
        'Revisão do contrato de aluguel',
        ('Quais cláusulas merecem atenção?', 'O reajuste, a multa e o prazo de aviso.'),
        days=0.4,
        tags=('casa',),
        pinned=True,
    ),
    Sample('Pão de queijo sem segredo', ('Uma receita que dá certo?', 'Polvilho azedo, queijo meia cura…'), days=1.3),
    Sample(
        'Regex para datas',
        ('Como reconheço datas em texto?', r'Use `\d{1,2}/\d{1,2}/\d{4}`.'),
        days=2.4,
        tags=('código',),
    ),
    Sample('Resumo da reunião de segunda', ('Resuma em cinco pontos.', 'Claro: primeiro, os prazos…'), days=3.2),
    Sample('Ideias para o aniversário da Lia', ('Sugira ideias.', 'Um piquenique no parque…'), days=5.5),
)


async def fill(data_dir: Path) -> None:
    """Store the samples in an empty data folder."""
    database = Database(f'sqlite:///{data_dir / "guilherme.db"}')
    await database.upgrade()
    now = datetime.now(UTC)
    folders: dict[str, Folder] = {}
    for sample in SAMPLES:
        if sample.folder and sample.folder not in folders:
            folder = folders[sample.folder] = Folder(
                id=new_id(), owner_id=LOCAL_OWNER, name=sample.folder, created_at=now
            )
            await Folders(database).create(folder)
        await _store(database, sample, folders.get(sample.folder), now - timedelta(days=sample.days))
    await database.close()


async def _store(database: Database, sample: Sample, folder: Folder | None, at: datetime) -> None:
    chat = Conversation(
        id=new_id(),
        owner_id=LOCAL_OWNER,
        title=sample.title,
        title_by_person=True,
        model=MODEL,
        pinned=sample.pinned,
        folder_id=folder.id if folder else None,
        tags=sample.tags,
        created_at=at,
        updated_at=at,
    )
    await Conversations(database).create(chat)
    parent: Message | None = None
    for question, answer in zip(sample.texts[::2], sample.texts[1::2], strict=True):
        asked = _said(chat, parent, Role.USER, question)
        parent = _said(chat, asked, Role.ASSISTANT, answer)
        await Messages(database).begin_reply(chat, asked, parent)


def _said(chat: Conversation, parent: Message | None, role: Role, text: str) -> Message:
    return Message(
        id=new_id(),
        conversation_id=chat.id,
        parent_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 0,
        role=role,
        content=text,
        status=Status.COMPLETE,
        created_at=chat.created_at,
        finished_at=chat.created_at,
        model=MODEL if role is Role.ASSISTANT else None,
        stats={'tokens': 96, 'seconds': 3.1, 'total_seconds': 3.4} if role is Role.ASSISTANT else {},
    )
