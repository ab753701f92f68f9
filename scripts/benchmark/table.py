"""What was measured, as rows of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

BEGIN, END = '<!-- begin: scripts/bench -->', '<!-- end: scripts/bench -->'


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: what we want to `reach`, what was `measured`, and whether that is enough (None: no limit is set)."""

    measure: str
    reach: str
    measured: str
    enough: bool | None


def at_most(measure: str, value: float, limit: float, unit: str, note: str = '') -> Row:
    """Make the row of a number that should be small."""
    return Row(measure, f'≤ {shown(limit)} {unit}', f'{shown(value)} {unit}{note}', value <= limit)


def shown(value: float) -> str:
    """Write a number with three significant digits and no more."""
    if value == 0:
        return '0'
    digits = max(0, 3 - len(str(int(abs(value)))) if abs(value) >= 1 else 2 if abs(value) >= 0.1 else 3)
    text = f'{value:,.{digits}f}'
    return text.rstrip('0').rstrip('.') if '.' in text else text


def middle(values: Iterable[float]) -> float:
    """Give the median: the machine has other things to do now and then."""
    return median(values)


def share(values: Sequence[float], part: float) -> float:
    """Give the value below which `part` of all values lie, 0.99 for the 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def markdown(rows: Iterable[Row]) -> str:
    """Write the table."""
    verdicts = {True: 'yes', False: '**no**', None: ''}
    lines = ['| measure | reach | measured | reached |', '|---|---|---|---|']
    lines += [f'| {row.measure} | {row.reach} | {row.measured} | {verdicts[row.enough]} |' for row in rows]
    return '\n'.join(lines)


def put_into(page: str, table: str) -> str:
    """Put a table between the markers of a page: each row in the place of the one of the same measure, others below."""
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    lines = {_measure(line): line for part in (old, table) for line in part.strip().splitlines()}
    return '\n'.join([f'{before}{BEGIN}', *lines.values(), f'{END}{after}'])


def _measure(line: str) -> str:
    return line.split('|')[1].strip()
