import asyncio
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]
import pytest

from app.chat import exporting
from app.domain.carried import Carried
from app.domain.conversation import LOCAL_OWNER
from app.errors import InvalidInput, NotFound, UnexpectedFault
from tests.chat.desk import Desk
from tests.exchange.samples import WORDS, talk
from tests.replies.waiting import until


async def stored(desk: Desk, carried: Carried) -> str:
    """Store a conversation of questions and answers; give its id."""
    messages = carried.messages
    for question, answer in zip(messages[::2], messages[1::2], strict=True):
        await desk.messages.begin_reply(carried.conversation, question, answer)
    return carried.conversation.id


def layouts() -> Iterator[psutil.Process]:
    """Give the processes that lay out a PDF for this one."""
    for child in psutil.Process().children():
        if exporting.PDF_COMMAND[-1] in child.cmdline():
            yield child


async def test_a_long_pdf_does_not_hold_up_anything(desk: Desk) -> None:
    conversation_id = await stored(desk, talk(*['A **word** and `code` and | more\n\n- item\n- item'] * 600))
    making = asyncio.create_task(desk.chat.exporting.file(LOCAL_OWNER, conversation_id, 'pdf', WORDS))
    turns = 0
    while not making.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await making).content.startswith(b'%PDF-')
    assert turns > 100  # a step of the work that was done on the loop would let pass one


async def test_whoever_leaves_takes_the_process_along(desk: Desk) -> None:
    conversation_id = await stored(desk, talk(*['word ' * 300] * 400))
    making = asyncio.create_task(desk.chat.exporting.file(LOCAL_OWNER, conversation_id, 'pdf', WORDS))
    [process] = await until(lambda: list(layouts()))
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert not process.is_running()


async def test_a_pdf_that_takes_too_long_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = await stored(desk, talk('Hi', 'Hello'))
    monkeypatch.setattr(exporting, 'PDF_COMMAND', (exporting.PDF_COMMAND[0], '-c', 'import time; time.sleep(60)'))
    monkeypatch.setattr(exporting, 'COLOURED_PDF_PATIENCE', 0.1)
    monkeypatch.setattr(exporting, 'PDF_PATIENCE', 0.1)
    async with asyncio.timeout(10):
        with pytest.raises(InvalidInput) as caught:
            await desk.chat.exporting.file(LOCAL_OWNER, conversation_id, 'pdf', WORDS)
    assert caught.value.details == {'reason': 'slow_pdf'}


async def test_code_whose_colours_are_never_found_stands_in_a_pdf_without_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = await stored(desk, talk('Hi', f'```c\n${" " * 20_000}x\n```\n'))
    monkeypatch.setattr(exporting, 'COLOURED_PDF_PATIENCE', 2.0)
    made = await desk.chat.exporting.file(LOCAL_OWNER, conversation_id, 'pdf', WORDS)
    assert made.content.startswith(b'%PDF-')


@pytest.mark.expects_log('No PDF of conversation')
async def test_a_process_that_fails_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = await stored(desk, talk('Hi', 'Hello'))
    monkeypatch.setattr(exporting, 'PDF_COMMAND', (exporting.PDF_COMMAND[0], '-c', 'raise SystemExit(3)'))
    with pytest.raises(UnexpectedFault):
        await desk.chat.exporting.file(LOCAL_OWNER, conversation_id, 'pdf', WORDS)


@pytest.mark.parametrize('ending', ['md', 'txt', 'json', 'pdf'])
async def test_nothing_of_someone_else(desk: Desk, ending: str) -> None:
    conversation_id = await stored(desk, talk('Hi', 'Hello'))
    with pytest.raises(NotFound):
        await desk.chat.exporting.file('somebody', conversation_id, ending, WORDS)
