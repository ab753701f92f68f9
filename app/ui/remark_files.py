"""The list of what could not be read of an imported file, as a file in the language of the person."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.exchange.reading.remarks import Remark
from app.ui.import_wording import place_in_file, reason_sentence
from app.ui.translations import Translator

MEDIA_TYPES: Mapping[str, str] = {'csv': 'text/csv; charset=utf-8', 'json': 'application/json'}
"""Of each ending."""

FORMULA = ('=', '+', '-', '@', '\t', '\r')
"""How a cell begins that programs for tables would take for a formula; titles come from files of anybody."""


def remark_file(t: Translator, remarks: Iterable[Remark], ending: str) -> Iterator[bytes]:
    """Yield the pieces of a list as `csv` (with a mark by which programs for tables know UTF-8) or `json`."""
    return _json(t, remarks) if ending == 'json' else _csv(t, remarks)


def _csv(t: Translator, remarks: Iterable[Remark]) -> Iterator[bytes]:
    yield b'\xef\xbb\xbf'
    yield _row([t('File'), t('Conversation'), t('Title'), t('Message'), t('Place'), t('Reason')])
    for each in remarks:
        numbers = [str(number or '') for number in (each.conversation, each.message)]
        yield _row([each.file, numbers[0], each.title, numbers[1], place_in_file(t, each), reason_sentence(t, each)])


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return line.getvalue().encode('utf-8', 'replace')


def _json(t: Translator, remarks: Iterable[Remark]) -> Iterator[bytes]:
    between = '[\n'
    for each in remarks:
        yield (between + json.dumps(_record(t, each), ensure_ascii=False)).encode('utf-8', 'replace')
        between = ',\n'
    yield b'[]\n' if between == '[\n' else b'\n]\n'


def _record(t: Translator, remark: Remark) -> Mapping[str, Any]:
    """Write what is known of a remark; `code` is the reason for programs."""
    known = {
        'file': remark.file,
        'conversation': remark.conversation,
        'title': remark.title,
        'message': remark.message,
        'byte': remark.byte,
        **{name: remark.details[name] for name in ('line', 'column') if name in remark.details},
        'reason': reason_sentence(t, remark),
        'code': remark.reason,
    }
    return {name: value for name, value in known.items() if value or (name == 'byte' and value is not None)}
