"""Where an answer meets the end of its model's context window: says so, and ends it if the server does not."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from enum import StrEnum

from app.domain.delta import GROWING, Delta, DeltaKind, statistics

NEARLY_ALL = 0.98
"""The part of the window that counts as all of it: servers keep a few tokens for themselves."""


class EndedBy(StrEnum):
    """Why an answer ended for its length: the window is full, or a limit on the answer itself was reached."""

    WINDOW = 'window'
    LIMIT = 'limit'


async def ending_at_window(
    deltas: AsyncIterator[Delta], num_ctx: int | None, prompt_tokens: int
) -> AsyncGenerator[Delta, None]:
    """Yield an answer as it comes, up to the end of the window, and say what it was that ended it (`ended_by`).

    `prompt_tokens` is what the prompt has at least, so that nothing is ended that a server would have gone on with.
    A server that knows no `shift` forgets the beginning when its window is full and goes on for ten windows (older
    versions of Ollama). What counts is what came, a token a delta, and not a limit sent along (`num_predict`): that
    would take the place of the model's own.
    """
    came = 0
    async with aclosing(deltas):  # type: ignore[type-var]
        async for delta in deltas:
            if delta.kind is DeltaKind.STATISTICS:
                yield _explained(delta, num_ctx, prompt_tokens, came)
                continue
            yield delta
            came += delta.kind in GROWING
            if num_ctx is not None and prompt_tokens + came > num_ctx:
                yield statistics(prompt_tokens=None, tokens=came, done_reason='length', ended_by=EndedBy.WINDOW.value)
                return


def _explained(figures: Delta, num_ctx: int | None, prompt_tokens: int, came: int) -> Delta:
    if figures.data.get('done_reason') != 'length':
        return figures
    read = max(figures.data.get('prompt_tokens') or 0, prompt_tokens)
    used = read + max(figures.data.get('tokens') or 0, came)
    full = num_ctx is not None and used >= NEARLY_ALL * num_ctx
    return replace(figures, data={**figures.data, 'ended_by': (EndedBy.WINDOW if full else EndedBy.LIMIT).value})
