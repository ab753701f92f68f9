"""Telling that a model repeats itself, as Ollama tells it: see `tokenRepeat` in its `llm/llama_server.go`."""

from app.errors import ReplyUnfinished

GIVEN_UP_AFTER = 30
"""Equal pieces of text in a row after which Ollama ends a reply, without a last line. It counts the spaces out."""


class Repeats:
    """Counts equal pieces in a row."""

    def __init__(self) -> None:
        self._last = ''
        self._count = 0

    def hear(self, piece: str) -> None:
        """Take the next piece of a reply."""
        bare = piece.strip()
        self._count = self._count + 1 if bare == self._last else 1
        self._last = bare

    @property
    def begun(self) -> bool:
        """Whether there was any piece."""
        return self._count > 0

    def unfinished(self, provider: str) -> ReplyUnfinished:
        """Make the exception for a reply that ended here without its last line."""
        if self._count >= GIVEN_UP_AFTER:
            return ReplyUnfinished(provider=provider, reason='repeats')
        return ReplyUnfinished(provider=provider)
