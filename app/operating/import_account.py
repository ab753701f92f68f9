"""What `import` says of the files it was given: while they are read, and in the end, to people or to programs."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.errors import GuilhermeError
from app.operating.console import Console
from app.operating.printing import tell
from app.ui.translations import Translator
from app.ui.wording import error_sentence

COUNTS = 'imported', 'updated', 'known', 'in_trash'

MOST_REMARKS = 20
"""How many are shown to people, of all files together."""

LONG = 5_000_000
"""Bytes from which on it takes long enough to tell how far it is."""

COMMANDING = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')

Report = Mapping[str, Any]


class Account:
    """Keeps what became of each file, and says it: at once to people, in one object at the end to programs."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._started_at = datetime.now(UTC)
        self._files: list[Report] = []
        self._remarks: list[Report] = []
        self._shown = 0

    @property
    def code(self) -> int:
        """The exit code: 1 if nothing could be read of any file."""
        return 0 if any(report['error'] is None for report in self._files) else 1

    def hear(self, file: str, report: Report) -> None:
        """Take note of how far a file is, or what became of it."""
        self._remarks += report.get('remarks', ())
        if report['ended']:
            self._end(file, report)
        elif report.get('total', 0) >= LONG and not self._as_json:
            self._console.progress(_harmless(file), min(0.99, report['read'] / report['total']))

    def refuse(self, file: str, error: GuilhermeError) -> None:
        """Take note that a file could not be taken in at all."""
        nothing = {'sources': [], 'written_by': '', **dict.fromkeys(COUNTS, 0), 'instruction': False, 'remarked': 0}
        self._remarks = []
        self._end(file, {**nothing, 'error': _why(self._console.t, error)})

    def _end(self, file: str, report: Report) -> None:
        result = {name: value for name, value in report.items() if name != 'ended'}
        self._files.append({'file': file, **result, 'remarks': self._remarks})
        self._remarks = []
        if not self._as_json:
            self._say(self._files[-1])

    def close(self, error: GuilhermeError | None = None) -> None:
        """Say what became of all; `error` is why nothing could be begun."""
        sums = {name: sum(report[name] for report in self._files) for name in COUNTS}
        if self._as_json:
            whole = {
                'started_at': _written(self._started_at),
                'ended_at': _written(datetime.now(UTC)),
                'files': self._files,
                **sums,
                'error': None if error is None else _why(self._console.t, error),
            }
            self._console.say(json.dumps(whole, indent=2))
        elif len(self._files) > 1 and self.code == 0:
            self._console.say(self._console.t('In all'))
            self._say_counts(sums)

    def _say(self, report: Report) -> None:
        if report['error'] is not None:
            tell(_harmless(f'{report["file"]}: {report["error"]["text"]}'), sys.stderr)
            return
        by = report.get('written_by')  # an app that was started before an update says nothing of it
        written_by = f' ({by})' if by else ''
        self._console.say(_harmless(report['file'] + written_by))
        self._say_counts(report)
        if report['instruction']:
            t = self._console.t
            told = t('An instruction for every conversation came along. You can read and change it in the settings.')
            self._console.say(f'  {told}')
        if report['remarked']:
            self._say_remarks(report)

    def _say_counts(self, counts: Report) -> None:
        t = self._console.t
        new, updated, known, in_trash = (counts[name] for name in COUNTS)
        lines = (
            (new, t.n('{n} conversation was imported.', '{n} conversations were imported.', new)),
            (updated, t.n('{n} has new messages now.', '{n} have new messages now.', updated)),
            (known, t.n('{n} was here already.', '{n} were here already.', known)),
            (in_trash, t.n('{n} lies in the trash and stays there.', '{n} lie in the trash and stay there.', in_trash)),
        )
        told = [line.format(n=f'{n:5}') for n, line in lines if n]
        for line in told or [lines[0][1].format(n=f'{0:5}')]:
            self._console.say(f'  {line}')

    def _say_remarks(self, report: Report) -> None:
        t, count = self._console.t, report['remarked']
        said = t.n(
            '{n} thing could not be read as it is in the file:',
            '{n} things could not be read as they are in the file:',
            count,
        )
        self._console.say(f'  {said.format(n=f"{count:5}")}')
        shown = report['remarks'][: MOST_REMARKS - self._shown]
        self._shown += len(shown)
        for remark in shown:
            self._console.say(_harmless(f'        {remark["text"]}'))
        if more := count - len(shown):
            said = t('and {n} more (--json lists all)').format(n=more)
            self._console.say(f'        {said}')


def _harmless(text: str) -> str:
    """Let nothing of a foreign file command the terminal, or turn what stands beside it around."""
    return COMMANDING.sub('\ufffd', text)


def _why(t: Translator, error: GuilhermeError) -> Report:
    return {**error.as_data(), 'text': error_sentence(t, error.as_data()).text}


def _written(moment: datetime) -> str:
    """Write a time as RFC 3339 has it."""
    return moment.isoformat(timespec='milliseconds').replace('+00:00', 'Z')
