"""What answers in these tests: a source that says what the test tells it to, when it tells it to."""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from app.domain.delta import Delta, text


class Source:
    """A responder. `closed` is set once its stream was closed, however that came about."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()
        self.begun = asyncio.Event()
        self._steps: asyncio.Queue[Delta | Exception | None] = asyncio.Queue()

    async def __call__(self) -> AsyncGenerator[Delta, None]:
        self.begun.set()
        try:
            while (step := await self._steps.get()) is not None:
                if isinstance(step, Exception):
                    raise step
                yield step
        finally:
            self.closed.set()

    def give(self, *deltas: Delta) -> None:
        """Let deltas of any kind come, all at once."""
        for delta in deltas:
            self._steps.put_nowait(delta)

    def say(self, *texts: str) -> None:
        """Let pieces of text come."""
        self.give(*map(text, texts))

    def end(self) -> None:
        """End as a source does that has said everything."""
        self._steps.put_nowait(None)

    def fail(self, error: Exception) -> None:
        """End with an exception."""
        self._steps.put_nowait(error)


def saying(texts: Iterable[str]) -> Source:
    """Make a source that says its texts and ends."""
    source = Source()
    source.say(*texts)
    source.end()
    return source


def numbered(count: int, first: int = 0) -> list[str]:
    """Make tokens whose order can be seen: `w0 `, `w1 ` …"""
    return [f'w{number} ' for number in range(first, count)]
