"""How the tests of this room ask a provider."""

from collections.abc import AsyncIterator, Sequence

from app.domain.delta import Delta, DeltaKind
from app.domain.message import Role
from app.domain.prompt import ChatRequest, PromptMessage
from app.errors import ProviderError


def question(text: str, *, model: str = 'gemma2:2b', partial: str | None = None, **parameters: object) -> ChatRequest:
    """Make a request; with `partial`, the answer goes on from there."""
    messages = [PromptMessage(Role.USER, text)]
    if partial is not None:
        messages.append(PromptMessage(Role.ASSISTANT, partial))
    return ChatRequest(
        model=model, messages=tuple(messages), num_ctx=4096, continues=partial is not None, parameters=parameters
    )


async def until_error(stream: AsyncIterator[Delta]) -> tuple[list[Delta], ProviderError | None]:
    """Read a reply to its end or to its fault."""
    deltas: list[Delta] = []
    try:
        async for delta in stream:
            deltas.append(delta)
    except ProviderError as error:
        return deltas, error
    return deltas, None


async def whole(stream: AsyncIterator[Delta]) -> list[Delta]:
    """Read a reply to its end."""
    return [delta async for delta in stream]


def text_of(deltas: Sequence[Delta], kind: DeltaKind = DeltaKind.TEXT) -> str:
    """Join the text of one kind."""
    return ''.join(delta.text for delta in deltas if delta.kind is kind)


def numbered(count: int) -> str:
    """Give the text of `kind=num`."""
    return ''.join(f'w{number} ' for number in range(count))
