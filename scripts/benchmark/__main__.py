"""Runs the measures that are named, or all, and prints one table."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping

from scripts.benchmark import (
    measure_crowd,
    measure_database,
    measure_home,
    measure_import,
    measure_latency,
    measure_memory,
    measure_process,
    measure_search,
    measure_switching,
    measure_tokens,
    measure_transcript,
)
from scripts.benchmark.processes import ROOT, model_server
from scripts.benchmark.stage import Stage
from scripts.benchmark.table import Row, markdown, put_into
from tests.support.browser import chromium

PAGE = ROOT / 'docs' / 'performance.md'
MEASURES: Mapping[str, Callable[[Stage], Awaitable[list[Row]]]] = {
    'latency': measure_latency.measure,
    'tokens': measure_tokens.measure,
    'crowd': measure_crowd.measure,
    'switching': measure_switching.measure,
    'transcript': measure_transcript.measure,
    'home': measure_home.measure,
    'process': measure_process.measure,
    'memory': measure_memory.measure,
    'database': measure_database.measure,
    'search': measure_search.measure,
    'import': measure_import.measure,
}


async def run(names: list[str], *, quick: bool) -> list[Row]:
    """Measure one group after the other, so that none is in another's way."""
    rows: list[Row] = []
    async with chromium() as browser, model_server() as model:
        for name in names:
            began = time.monotonic()
            found = await MEASURES[name](Stage(browser, model, quick))
            print(f'{name}: {time.monotonic() - began:.0f} s', file=sys.stderr)
            print('\n'.join(markdown(found).splitlines()[2:]), file=sys.stderr, flush=True)
            rows += found
    return rows


def main() -> int:
    """Read the command line and measure; the exit code is 1 if something is not reached."""
    parser = argparse.ArgumentParser(prog='scripts/bench', description='Measures speed and size.')
    parser.add_argument(
        'names', nargs='*', metavar='name', help=f'what to measure: {", ".join(MEASURES)}; nothing: all'
    )
    parser.add_argument('--quick', action='store_true', help='fewer repetitions, shorter replies')
    parser.add_argument('--write', action='store_true', help=f'put the table into {PAGE.relative_to(ROOT)}')
    given = parser.parse_args()
    if unknown := set(given.names) - set(MEASURES):
        parser.error(f'unknown: {", ".join(sorted(unknown))}')
    rows = asyncio.run(run(given.names or list(MEASURES), quick=given.quick))
    table = markdown(rows)
    print(table)
    if given.write:
        PAGE.write_text(put_into(PAGE.read_text('utf-8'), table), 'utf-8')
    return 0 if all(row.enough is not False for row in rows) else 1


if __name__ == '__main__':
    sys.exit(main())
