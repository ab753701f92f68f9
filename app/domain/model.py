"""Models, named by the server that runs them, and what each can do (as data, never as `if provider == …`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ModelRef:
    """A model's name together with the provider it is asked of, for example `ollama` and `gemma2:2b`."""

    provider: str
    name: str

    def __str__(self) -> str:
        """Give the one-string form, `provider/name`; names may hold further slashes."""
        return f'{self.provider}/{self.name}'

    @classmethod
    def parse(cls, text: str) -> 'ModelRef':
        """Read `provider/name`.

        Raises:
            ValueError: the text has no provider or no name.
        """
        provider, slash, name = text.partition('/')
        if not (provider and slash and name):
            raise ValueError(f'not a model reference: {text!r}')
        return cls(provider, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of one model. `context_length` is in tokens, None when the server does not say; `size` in bytes.

    `sets_window` says that the window a request names (`num_ctx`) counts; elsewhere the server has its own, and
    `context_length` is that one. `remote_host` is where a model runs whose questions the server only passes on; empty
    for its own.
    """

    ref: ModelRef
    context_length: int | None = None
    size: int | None = None
    thinks: bool = False
    sees: bool = False
    continues_prefix: bool = False
    sets_window: bool = False
    remote_host: str = ''


@dataclass(frozen=True, slots=True, kw_only=True)
class PullProgress:
    """How far the download of a model is, in bytes. `total` is 0 until it is known."""

    status: str
    completed: int = 0
    total: int = 0
