"""What the rest of the house expects of a model server."""

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from app.domain.delta import Delta
from app.domain.installation import ServerStatus
from app.domain.model import ModelInfo, PullProgress
from app.domain.prompt import ChatRequest


class Provider(Protocol):
    """A server that runs models. Every method raises `ProviderError` and nothing else of its own."""

    name: str
    """Short name, the first part of a `ModelRef`."""

    url: str
    """Where it is asked, for the person to read: without name and password."""

    is_demo: bool
    """True if no real model answers."""

    async def models(self) -> list[ModelInfo]:
        """List what can be asked now, without details that would cost a request each."""
        ...

    async def describe(self, model: str) -> ModelInfo:
        """Say what one model can do; kept after the first request."""
        ...

    def reply(self, request: ChatRequest) -> AsyncIterator[Delta]:
        """Stream an answer. Closing the iterator closes the request at once.

        Yields text and thinking as they come and statistics last. Has no limit on silence: whoever reads decides.
        """
        ...

    async def is_loaded(self, model: str) -> bool | None:
        """Say whether the model is in memory; None when the server cannot tell."""
        ...

    async def status(self) -> ServerStatus:
        """Say which version runs and what it has in memory, as far as the server tells."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class CanPull(Protocol):
    """A provider that can fetch models by itself."""

    def pull(self, model: str) -> AsyncIterator[PullProgress]:
        """Fetch a model. Closing the iterator stops it; the server keeps what it has for the next try."""
        ...
