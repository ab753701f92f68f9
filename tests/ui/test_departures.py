"""A fault is told, unless whoever asked is gone."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.ui.departures import Departures


async def broken(_scope: Scope, receive: Receive, _send: Send) -> None:
    await receive()
    raise RuntimeError('No response returned.')


async def ask(kind: str) -> None:
    async def receive() -> Message:
        return {'type': kind}

    async def send(_message: Message) -> None:
        raise AssertionError

    await Departures(broken)({'type': 'http', 'path': '/'}, receive, send)


async def test_a_fault_is_told_while_somebody_waits() -> None:
    with pytest.raises(RuntimeError):
        await ask('http.request')


async def test_nobody_is_told_who_is_gone() -> None:
    await ask('http.disconnect')
