"""What a model is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.message import Role


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message as a model sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A question to one model: its name as the server knows it, the fitted history, and how to answer.

    `num_ctx` is the context window in tokens. With `continues`, the last message is the assistant's own partial text
    and the answer goes on from exactly there. `parameters` are sampling options (`temperature`, `top_p`, …).
    """

    model: str
    messages: tuple[PromptMessage, ...]
    num_ctx: int
    continues: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
