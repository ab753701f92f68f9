"""A real process does the work: what takes too long is ended, whatever it does, and the next piece of work is done."""

import os
import re

import pytest

from app.replies.apart import WorkApart


def endless_match() -> bool:
    """Keep a regular expression busy for longer than anybody lives: no signal handler, no other thread gets a turn."""
    return bool(re.match(r'(a+)+$', 'a' * 60 + 'b'))


def greedy() -> int:
    """Ask for more memory than there may be."""
    return len(bytearray(4 << 30))


async def test_work_is_done_in_one_process_that_stays() -> None:
    apart = WorkApart()
    first, second = [await apart.run(os.getpid, seconds=30) for _ in range(2)]
    assert first == second != os.getpid()


@pytest.mark.expects_log('endless_match was ended')
async def test_what_takes_too_long_is_ended_with_its_process() -> None:
    apart = WorkApart()
    before = await apart.run(os.getpid, seconds=30)
    assert before is not None
    assert await apart.run(endless_match, seconds=0.2) is None
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert await apart.run(os.getpid, seconds=30) not in (None, before)


def leave() -> int:
    """End the process in the middle of the work."""
    os._exit(3)


@pytest.mark.expects_log('leave failed')
async def test_a_process_that_breaks_takes_nothing_along() -> None:
    apart = WorkApart()
    assert await apart.run(leave, seconds=30) is None
    assert await apart.run(os.getpid, seconds=30)


@pytest.mark.expects_log('greedy failed')
async def test_memory_has_a_limit() -> None:
    assert await WorkApart().run(greedy, seconds=30) is None
