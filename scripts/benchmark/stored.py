"""Fills databases with conversations, through the app's own storage."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from app.domain.conversation import LOCAL_OWNER, Conversation, Folder
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.storage.database import Database
from app.storage.folders import Folders
from app.storage.rows import row_of_conversation, row_of_message
from app.storage.shelves import Shelves
from scripts.benchmark.model_server import MODEL

QUESTION = 'E se o número {number} fosse maior? Explica com um exemplo curto, por favor.'
ANSWER = """Se fosse **maior**, mudava pouco. Em três passos ({number}):

1. mede-se o que há, com a mesma régua;
2. muda-se *uma* coisa;
3. mede-se outra vez.

```python
def passo(numero: int) -> int:
    return numero * 2 + {number}
```

O resultado depende do que já lá estava, e por isso convém escrever tudo antes de começar. Uma boa resposta começa pelo
que a pessoa perguntou, e só depois explica o porquê. Não é preciso dizer tudo: basta o que ajuda a decidir.

Fim da resposta {number}.
"""


async def fill(data_dir: Path, lengths: dict[int, int]) -> dict[int, list[str]]:
    """Store conversations; `lengths` says how many (value) of how many messages (key). Gives their ids by length."""
    database = Database(f'sqlite:///{data_dir / "guilherme.db"}')
    await database.upgrade()
    ids: dict[int, list[str]] = {}
    for length, count in lengths.items():
        ids[length] = [str(uuid4()) for _ in range(count)]
        for conversation_id in ids[length]:
            await database.write(partial(_store, conversation_id=conversation_id, length=length))
    await database.close()
    return ids


async def arrange(data_dir: Path, conversation_ids: list[str]) -> None:
    """Let every hundredth be pinned, and of ten others one stand in a folder, one in the archive, one in the trash."""
    database = Database(f'sqlite:///{data_dir / "guilherme.db"}')
    now = datetime.now(UTC)
    folders = [Folder(id=str(uuid4()), owner_id=LOCAL_OWNER, name=f'Pasta {n}', created_at=now) for n in range(10)]
    for each in folders:
        await Folders(database).create(each)
    place: dict[str, dict[str, Any]] = {}
    for number, conversation_id in enumerate(conversation_ids):
        places: list[dict[str, Any]] = [
            {'folder_id': folders[number // 10 % 10].id},
            {'archived_at': now},
            {'deleted_at': now},
        ]
        place[conversation_id] = (
            {'pinned': True} if number % 100 == 99 else places[number % 10] if number % 10 < 3 else {}
        )
    await Shelves(database).rearrange(LOCAL_OWNER, conversation_ids, lambda was: replace(was, **place[was.id]))
    await database.close()


def _store(session: Session, conversation_id: str, length: int) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=length + 1)
    messages = list(_messages(conversation_id, length, begun))
    conversation = Conversation(
        id=conversation_id,
        owner_id=LOCAL_OWNER,
        title=f'Conversa de {length} mensagens',
        created_at=begun,
        updated_at=datetime.now(UTC),
        model=ModelRef('ollama', MODEL),
        head_id=messages[-1].id,
    )
    session.add(row_of_conversation(conversation))
    session.flush()
    session.add_all([row_of_message(message) for message in messages])


def _messages(conversation_id: str, length: int, begun: datetime) -> Iterator[Message]:
    parent_id = None
    for depth in range(length):
        message_id = str(uuid4())
        at = begun + timedelta(minutes=depth)
        yield Message(
            id=message_id,
            conversation_id=conversation_id,
            parent_id=parent_id,
            depth=depth,
            role=Role.ASSISTANT if depth % 2 else Role.USER,
            content=(ANSWER if depth % 2 else QUESTION).format(number=depth),
            status=Status.COMPLETE,
            created_at=at,
            finished_at=at,
            stats={'tokens': 220, 'prompt_tokens': 900, 'seconds': 5.5, 'num_ctx': 8192} if depth % 2 else {},
        )
        parent_id = message_id
