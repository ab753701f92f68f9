"""A stand-in for Ollama that names conversations: requests for a title are answered by a script of their own."""

import asyncio

from app.chat.titling import REQUEST
from tests.support.http_server import Exchange, Recorded
from tests.support.ollama_server import OllamaServer

TITLE = 'say=Carrot%20cake%0A'


class NamingServer(OllamaServer):
    """A stand-in that answers requests for a title by a script of their own, `titles`."""

    titles = TITLE

    async def _chat(self, exchange: Exchange) -> None:
        asked, self.script = self.script, self.titles if is_for_title(exchange.record) else self.script
        try:
            answering = asyncio.ensure_future(super()._chat(exchange))
            await asyncio.sleep(0)  # the script is read at once
        finally:
            self.script = asked
        await answering

    @property
    def named(self) -> list[Recorded]:
        """The requests for titles."""
        return [each for each in self.asked('/api/chat') if is_for_title(each)]

    @property
    def answered(self) -> list[Recorded]:
        """The requests for answers."""
        return [each for each in self.asked('/api/chat') if not is_for_title(each)]


def is_for_title(record: Recorded) -> bool:
    return bool(record.body['messages'][-1]['content'] == REQUEST)
