"""What can be done with the messages of a conversation: the buttons below them, and questions written anew."""

from collections.abc import Awaitable, Callable, Mapping

from app.chat import Chat
from app.chat.asking import Question
from app.domain.model import ModelRef
from app.errors import GuilhermeError
from app.ui.components.chat_view import ChatView, Edited
from app.ui.components.toast import Toast
from app.ui.translations import Translator
from app.ui.wording import error_sentence


class MessageActions:
    """Draws the message list (`view`) and does what a person asks of it."""

    def __init__(
        self,
        chat: Chat,
        owner_id: str,
        t: Translator,
        toast: Toast,
        *,
        on_open: Callable[[str], Awaitable[None]],
        models: Callable[[], dict[str, str]],
    ) -> None:
        """`on_open` shows a conversation; `models` gives those that could answer: names by reference."""
        self._chat = chat
        self._owner_id = owner_id
        self._t = t
        self._toast = toast
        self._open = on_open
        self._models = models
        self._verbs: Mapping[str, Callable[[str, str], Awaitable[None]]] = {
            'copy': self._copy,
            'regenerate': self._regenerate,
            'models': self._offer_models,
            'fork': self._fork,
            'continue': self._continue,
            'previous': self._previous,
            'next': self._next,
            'pull': self._pull,
        }
        self.view = ChatView(chat.reading, t, self._act, self._edit, self._say)

    async def _act(self, action: str, message_id: str, choice: str) -> None:
        verb = self._verbs.get(action)
        try:
            if verb is not None:
                await verb(message_id, choice)
        except GuilhermeError as error:
            self._say(error)

    async def _edit(self, edited: Edited) -> None:
        question = Question(
            conversation_id=edited.conversation_id,
            message_id=edited.message_id,
            text=edited.text,
            language=self._t.language,
        )
        try:
            await self._chat.asking.edit(self._owner_id, edited.replaced_id, question)
        except GuilhermeError as error:
            self._say(error)
            self.view.edited(edited.replaced_id, taken=False)
        else:
            self.view.edited(edited.replaced_id, taken=True)

    async def _copy(self, message_id: str, _choice: str) -> None:
        message = await self._chat.reading.message(self._owner_id, message_id)
        self.view.copy(message_id, message.content)

    async def _regenerate(self, message_id: str, choice: str) -> None:
        model = ModelRef.parse(choice) if choice else None
        await self._chat.asking.regenerate(self._owner_id, message_id, model, language=self._t.language)

    async def _offer_models(self, message_id: str, _choice: str) -> None:
        self.view.offer_models(message_id, self._models())

    async def _fork(self, message_id: str, _choice: str) -> None:
        fork = await self._chat.branching.fork(self._owner_id, message_id)
        await self._open(fork.id)
        self._toast.show(self._t('This is a copy up to there. What you write here does not change the other.'))

    async def _continue(self, message_id: str, _choice: str) -> None:
        await self._chat.asking.resume(self._owner_id, message_id)

    async def _previous(self, message_id: str, _choice: str) -> None:
        await self._chat.branching.step_version(self._owner_id, message_id, -1)

    async def _next(self, message_id: str, _choice: str) -> None:
        await self._chat.branching.step_version(self._owner_id, message_id, 1)

    async def _pull(self, message_id: str, _choice: str) -> None:
        message = await self._chat.reading.message(self._owner_id, message_id)
        if message.model is not None:
            self._chat.downloads.start(message.model)

    def _say(self, fault: GuilhermeError) -> None:
        self._toast.show(error_sentence(self._t, fault.as_data()).text)
