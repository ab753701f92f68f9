"""Waiting for a condition that nothing signals."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar('T')

LOOK_AGAIN = 0.003
"""Seconds between two looks."""


async def until(condition: Callable[[], T], timeout: float = 5) -> T:
    """Wait until the condition gives something true, and give that.

    Raises:
        TimeoutError: it did not within `timeout` seconds.
    """
    async with asyncio.timeout(timeout):
        while not (found := condition()):  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(LOOK_AGAIN)
    return found
