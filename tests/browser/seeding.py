"""Puts conversations into the data folder of an app through its own storage, quicker than typing them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.message import Message, Role, Status
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.rows import row_of_message
from tests.support.app_process import AppProcess


class Seeding:
    """An open database of an app that runs or not."""

    def __init__(self, app: AppProcess) -> None:
        self._database = Database(f'sqlite:///{app.data_dir}/guilherme.db')
        self._conversations = Conversations(self._database)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._database.close()

    async def conversation(self, title: str, texts: list[str], **of_answers: Any) -> str:
        """Store a conversation in which a person and a model say the texts in turn; give its id.

        `of_answers` are fields that every answer has besides its text.
        """
        now = datetime.now(UTC)
        chat = Conversation(id=str(uuid4()), owner_id=LOCAL_OWNER, title=title, created_at=now, updated_at=now)
        messages: list[Message] = []
        for depth, text in enumerate(texts):
            messages.append(
                Message(
                    id=str(uuid4()),
                    conversation_id=chat.id,
                    parent_id=messages[-1].id if messages else None,
                    depth=depth,
                    role=Role.ASSISTANT if depth % 2 else Role.USER,
                    content=text,
                    status=Status.COMPLETE,
                    created_at=now,
                    finished_at=now,
                )
            )
        messages = [replace(each, **of_answers) if each.role is Role.ASSISTANT else each for each in messages]
        await self._conversations.create(replace(chat, head_id=messages[-1].id))
        await self._database.write(lambda session: session.add_all([row_of_message(message) for message in messages]))
        return chat.id
