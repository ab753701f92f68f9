"""Takes the thoughts out of the text of a model that writes them there, while it streams."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from app.domain.delta import Delta, DeltaKind
from app.domain.thoughts import ThoughtSplitter
from app.errors import GuilhermeError


async def thoughts_apart(stream: AsyncIterator[Delta], said: str = '') -> AsyncGenerator[Delta, None]:
    """Yield the deltas of an answer, thoughts as thinking; `said` is what the answer holds already.

    Text that turns out to have been a thought only at its end was given by then: a recast says so.
    """
    splitter = ThoughtSplitter(said)
    async with aclosing(stream):  # type: ignore[type-var]
        try:
            async for delta in stream:
                if delta.kind is not DeltaKind.TEXT:
                    if delta.kind is DeltaKind.THINKING:
                        splitter.believe()
                    yield delta
                    continue
                for each in splitter.feed(delta.text):
                    yield each
        except GuilhermeError:
            for each in splitter.end():  # what came is kept
                yield each
            raise
    for each in splitter.end():
        yield each
