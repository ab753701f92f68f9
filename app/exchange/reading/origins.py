"""Which program wrote a file, by the reader that reads it."""

from collections.abc import Callable, Iterator, Mapping

from app.domain.carried import Carried
from app.exchange.reading import chat_history, chatgpt, claude, claude_design, librechat, open_webui, own
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import Intake
from app.exchange.reading.own import Origin
from app.exchange.reading.remarks import Remark

ORIGINS: Mapping[Callable[[Intake, Reading], Iterator[Carried | Remark]], str] = {
    own.read: 'guilherme',
    chatgpt.read: 'chatgpt',
    claude.read: 'claude',
    claude_design.read: 'claude',
    open_webui.read: 'open-webui',
    librechat.read: 'librechat',
    chat_history.read: 'chat-history',
}
"""Names of the programs that write what is read; screens put them into words."""


def origin_of(reader: Callable[[Intake, Reading], Iterator[Carried | Remark]]) -> Origin:
    """Say where what a reader gives comes from."""
    return Origin(ORIGINS[reader])
