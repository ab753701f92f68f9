"""How a slash command answers: read the message, give the command what it may use, pass its deltas on."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from app.chat.conversation_model import ConversationModel
from app.commands.base import Call, Command, Shelf, Words
from app.commands.registry import Commands, literal, read
from app.domain.delta import Delta, DeltaKind, text
from app.domain.document import Document
from app.domain.message import CommandCall, Message
from app.errors import StorageUnavailable
from app.replies.live import ConversationState
from app.replies.running import Responder
from app.storage.conversations import Conversations
from app.storage.documents import Documents
from app.storage.messages import Messages

SpeakLanguage = Callable[[str], Words]
"""Gives the words of a language, by its code."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A command as a person is shown it; `summary` is in their language."""

    name: str
    aliases: tuple[str, ...]
    usage: str
    summary: str


@dataclass(frozen=True, slots=True)
class OwnersDocuments(Shelf):
    """The documents of one owner, as a conversation of theirs has them."""

    documents: Documents
    owner_id: str
    conversation_id: str

    async def find(self, key: str) -> Document | None:
        """Give a document that was kept, None if there is none."""
        return await self.documents.find(self.owner_id, key, self.conversation_id)

    async def keep(self, document: Document) -> None:
        """Keep a document in place of the one with the same key."""
        await self.documents.keep(self.owner_id, document, self.conversation_id)


class Commanding:
    """Knows the commands and makes responders of them."""

    def __init__(
        self,
        commands: Commands,
        conversations: Conversations,
        messages: Messages,
        documents: Documents,
        speak_language: SpeakLanguage,
    ) -> None:
        self._commands = commands
        self._conversations = conversations
        self._messages = messages
        self._documents = documents
        self._speak_language = speak_language

    def menu(self, t: Callable[[str], str]) -> tuple[MenuItem, ...]:
        """Give every command for the menu, with its help put into words by `t`."""
        return tuple(
            MenuItem(each.name, each.aliases, t(each.usage) if each.usage else '', t(each.help).partition('\n')[0])
            for each in self._commands
        )

    def read(self, message: str, language: str) -> tuple[str, CommandCall | None]:
        """Give what a typed message says, and the command it calls if it does.

        Raises:
            UnknownCommand: it looks like a command, but there is none of that name.
        """
        typed = read(message)
        if typed is None:
            return literal(message), None
        return message, CommandCall(self._commands.find(typed.name).name, language)

    def asks_model(self, call: CommandCall) -> bool:
        """Tell whether a command uses the model of its conversation."""
        return self._commands.find(call.name).asks_model

    def responder(self, state: ConversationState, reply: Message, model: ConversationModel) -> Responder:
        """Give what answers into `reply`, whose parent is the message that calls the command."""

        async def deltas() -> AsyncIterator[Delta]:
            assert reply.command is not None
            assert reply.parent_id is not None
            command = self._commands.find(reply.command.name)
            question = await self._messages.get(reply.parent_id)
            typed = read(question.content)
            call = Call(
                arguments=typed.arguments if typed else '',
                words=self._speak_language(reply.command.language),
                documents=OwnersDocuments(self._documents, state.conversation.owner_id, state.id),
                model=model,
                content=reply.content,
                sources=reply.sources,
                steps=reply.steps,
            )
            async with aclosing(_run(command, call, reply)) as stream:
                async for delta in stream:
                    yield delta
                    if delta.kind is DeltaKind.SOURCE and reply.depth == 1:
                        await self._call_it(state, str(delta.data['title']))

        return deltas

    async def _call_it(self, state: ConversationState, title: str) -> None:
        """Name a conversation after the first thing it fetched: better than after an address."""
        if state.conversation.title_by_person or not title:
            return
        try:
            if await self._conversations.suggest_title(state.id, title):
                state.announce(replace(state.conversation, title=title))
        except StorageUnavailable as error:  # a title is not worth an answer
            log.info('Conversation %s could not be named: %s', state.id, error)


async def _run(command: Command, call: Call, reply: Message) -> AsyncGenerator[Delta, None]:
    """Run a command. What the answer has already is left out if the command says it again."""
    said = Said(reply, repeats_text=not command.goes_on)
    async with aclosing(command.run(call)) as stream:  # type: ignore[type-var]
        async for delta in stream:
            fresh = said.without(delta)
            if fresh is not None:
                yield fresh


class Said:
    """What an answer held when it was interrupted: leaves out what a command repeats.

    With `repeats_text` it starts from its beginning; otherwise its text is new, but sources may be named once more.
    """

    def __init__(self, reply: Message, *, repeats_text: bool) -> None:
        self._text = reply.content if repeats_text else ''
        self._sources = [{'title': each.title, 'url': each.url, 'key': each.key} for each in reply.sources]
        self._steps = [{'title': each.title, 'text': each.text, 'data': dict(each.data)} for each in reply.steps]
        self._at = 0

    def without(self, delta: Delta) -> Delta | None:
        """Give what is new of a delta, None if nothing is."""
        match delta.kind:
            case DeltaKind.TEXT:
                return self._new_text(delta)
            case DeltaKind.SOURCE:
                return None if dict(delta.data) in self._sources else delta
            case DeltaKind.STEP:
                return None if dict(delta.data) in self._steps else delta
        return delta

    def _new_text(self, delta: Delta) -> Delta | None:
        """Leave out what continues the same as before. Where it differs, what follows is a new beginning."""
        if self._at >= len(self._text):
            return delta
        overlap = min(len(delta.text), len(self._text) - self._at)
        if self._text[self._at : self._at + overlap] != delta.text[:overlap]:
            self._at = len(self._text)
            return text('\n\n' + delta.text)
        self._at += overlap
        return text(delta.text[overlap:]) if len(delta.text) > overlap else None
