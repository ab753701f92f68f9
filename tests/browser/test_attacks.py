"""The attacks of `scripts/trial_of_attacks` in a small size, one after the other on one app: all of them are held."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from scripts.attacks.__main__ import ATTACKS, QUICK, staged
from scripts.attacks.stage import Stage


@pytest_asyncio.fixture(scope='module', loop_scope='session')
async def stage() -> AsyncIterator[Stage]:
    async with staged(QUICK) as ready:
        yield ready


@pytest.mark.parametrize('name', ATTACKS)
async def test_the_app_holds(name: str, stage: Stage) -> None:
    assert await ATTACKS[name](stage) == []
    assert stage.is_alive()
