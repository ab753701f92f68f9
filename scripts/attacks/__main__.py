"""Runs the attacks against an app started for it, one after the other, and prints what held.

While each runs, another process asks the app for its page and its pulse: no answer may come later than one second.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from scripts.attacks import deletion, error_lines, figures, images, json_bombs, rebinding, rendering, searches
from scripts.attacks.model_server import HostileModel
from scripts.attacks.stage import Stage
from scripts.benchmark.processes import ROOT, app
from scripts.benchmark.stored import fill
from tests.support.browser import chromium

ATTACKS: Mapping[str, Callable[[Stage], Awaitable[list[str]]]] = {
    'rebinding': rebinding.attack,
    'json': json_bombs.attack,
    'errors': error_lines.attack,
    'figures': figures.attack,
    'images': images.attack,
    'rendering': rendering.attack,
    'searches': searches.attack,
    'deletion': deletion.attack,  # last: nothing is left to be attacked
}
LONGEST_ANSWER = 1.0
"""Seconds within which the page answers, whatever goes on."""

MESSAGES, IN_EACH = 100_000, 100
QUICK = 0.02
"""The part of the full size with --quick: it shows that the attacks work, and hardly what they cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attack: what was `broken`, and the slowest answer of the page meanwhile, in seconds."""

    broken: list[str]
    slowest: float
    answers: int
    seconds: float

    @property
    def held(self) -> bool:
        """Tell whether all held."""
        return not self.broken and self.slowest <= LONGEST_ANSWER


async def run(names: list[str], share: float) -> dict[str, Outcome]:
    """Start everything, run the attacks that are named, and give what became of each."""
    outcomes: dict[str, Outcome] = {}
    async with staged(share) as stage:
        for name in names:
            outcomes[name] = outcome = await _attacked(stage, ATTACKS[name])
            word = 'held' if outcome.held else 'BROKEN'
            print(
                f'{name}: {word}, slowest of {outcome.answers} answers {outcome.slowest:.2f} s, {outcome.seconds:.0f} s'
            )
            print(''.join(f'    {each}\n' for each in outcome.broken), end='', flush=True)
    return outcomes


@asynccontextmanager
async def staged(share: float) -> AsyncIterator[Stage]:
    """Run an app with many messages in front of a hostile model server."""
    with tempfile.TemporaryDirectory(prefix='guilherme-attacks-') as folder:
        data_dir = Path(folder)
        await fill(data_dir, {IN_EACH: max(1, int(MESSAGES * share) // IN_EACH)})
        async with chromium() as browser, HostileModel() as model, app(data_dir, model.url) as running:
            yield Stage(running.url, running.pid, data_dir, model, browser, share)


async def _attacked(stage: Stage, attack: Callable[[Stage], Awaitable[list[str]]]) -> Outcome:
    began = time.monotonic()
    async with _watched(stage.url) as seen:
        try:
            broken = await attack(stage)
        except (AssertionError, TimeoutError, PlaywrightError) as error:  # a page that does not get there
            broken = [f'it did not come to its end: {str(error).partition(chr(10))[0]}']
    if not stage.is_alive():
        broken = [*broken, 'the process ended']
    return Outcome(
        broken=[*broken, *seen['refused']],
        slowest=seen['slowest'],
        answers=seen['count'],
        seconds=time.monotonic() - began,
    )


@asynccontextmanager
async def _watched(url: str) -> AsyncIterator[dict[str, Any]]:
    """Watch the app while the context lasts; what was seen is there once it is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-m', 'scripts.attacks.watch', url, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    seen: dict[str, Any] = {}
    try:
        yield seen
    finally:
        printed, _ = await process.communicate(b'')
        seen |= json.loads(printed)


def main() -> int:
    """Read the command line and attack; the exit code is 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog='scripts/trial_of_attacks', description='Attacks an app started for it.')
    parser.add_argument('names', nargs='*', metavar='name', help=f'which: {", ".join(ATTACKS)}; nothing: all')
    parser.add_argument('--quick', action='store_true', help='small sizes: whether the attacks work at all')
    given = parser.parse_args()
    if unknown := set(given.names) - set(ATTACKS):
        parser.error(f'unknown: {", ".join(sorted(unknown))}')
    names = [name for name in ATTACKS if not given.names or name in given.names]
    outcomes = asyncio.run(run(names, QUICK if given.quick else 1.0))
    return 0 if all(outcome.held for outcome in outcomes.values()) else 1


if __name__ == '__main__':
    sys.exit(main())
