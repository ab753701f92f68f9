"""Which program wrote a file, by the reader that reads it."""

from collections.abc import Callable, Iterator, Mapping

from app.domain.carried import Carried
from app.exchange.reading import own
from app.exchange.reading.chat_history import reader as chat_history
from app.exchange.reading.chatgpt import reader as chatgpt
from app.exchange.reading.claude import design as claude_design
from app.exchange.reading.claude import reader as claude
from app.exchange.reading.context import Reading
from app.exchange.reading.intake import Intake
from app.exchange.reading.librechat import reader as librechat
from app.exchange.reading.open_webui import reader as open_webui
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
