"""How an import went, as plain values for programs, with the sentences in a person's language among them."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import islice
from pathlib import Path
from typing import Any

from app.chat.import_steps import steps
from app.chat.importing import Import, Importing
from app.chat.taking_in import Tally
from app.errors import GuilhermeError, ImportRefused
from app.exchange.reading.remarks import Remark
from app.ui.import_wording import refusal_sentence, remark_sentence
from app.ui.preview_wording import source_names
from app.ui.translations import Translator

AT_ONCE = 100
"""Remarks in one report: writing them down must not hold up whatever else is at work."""

Report = Mapping[str, Any]


async def reports(
    importing: Importing, owner_id: str, file: Path, t: Translator, name: str
) -> AsyncGenerator[Report, None]:
    """Import a file, which is removed in the end, and yield how far it is: `read` of `total` bytes, or `remarks` about
    what could not be read. The last one has `ended` and says what became of the conversations. `name` is what
    the person calls the file.

    Whoever closes this before cancels the import.
    """
    try:
        async with aclosing(steps(importing, owner_id, file, t.language, name)) as told:
            async for step in told:
                if step.runs:
                    yield {'ended': False, 'read': step.read, 'total': step.total}
                    continue
                remarks = importing.remark_lists.read(owner_id)
                while some := await asyncio.to_thread(_next, remarks, t):
                    yield {'ended': False, 'remarks': some}
                yield _result(t, step)
    except GuilhermeError as error:
        yield refusal_report(t, error)


def refusal_report(t: Translator, error: GuilhermeError) -> Report:
    """Say that an import failed before it began."""
    return _result(t, Import(owner_id='', state='failed', error=error))


def _result(t: Translator, step: Import) -> Report:
    tally = step.tally if step.state == 'done' else Tally()
    error = ImportRefused(reason='cancelled') if step.state == 'cancelled' else step.error
    return {
        'ended': True,
        'sources': [*tally.sources],
        'written_by': source_names(t, tally.sources) if tally.sources else '',
        'imported': tally.new,
        'updated': tally.with_news,
        'known': tally.known,
        'in_trash': tally.in_trash,
        'instruction': tally.instruction,
        'remarked': step.remarks.count,
        'error': None if error is None else {**error.as_data(), 'text': refusal_sentence(t, error.as_data())},
    }


def _next(remarks: Iterator[Remark], t: Translator) -> Sequence[Report]:
    return [_remark(t, remark) for remark in islice(remarks, AT_ONCE)]


def _remark(t: Translator, remark: Remark) -> Report:
    return {
        **remark.details,
        'reason': remark.reason,
        'file': remark.file,
        'conversation': remark.conversation,
        'title': remark.title,
        'message': remark.message,
        'byte': remark.byte,
        'text': remark_sentence(t, remark),
    }
