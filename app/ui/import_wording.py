"""Puts into sentences how an import went: what it did, or why a file was refused and where its fault is."""

from collections.abc import Mapping
from typing import Any

from app.chat.importing import Import
from app.exchange.reading.remarks import Remark
from app.ui.translations import Translator, msgid
from app.ui.wording import error_sentence, size

REFUSALS: Mapping[str, str] = {
    'unknown_format': msgid('I do not know this kind of file, or there are no conversations in it.'),
    'not_json': msgid('From here on the file is not JSON.'),
    'bad_line': msgid('This line is not JSON.'),
    'cut_off': msgid('The file ends too early. Was the download complete?'),
    'empty_file': msgid('There is nothing in this file.'),
    'encoding': msgid('This file is written in {encoding}, but it has to be in UTF-8.'),
    'wrong_shape': msgid('“{field}” is not what it should be.'),
    'wrong_time': msgid('“{value}” is not a time ({field}).'),
    'unknown_role': msgid('I do not know who “{value}” is.'),
    'no_role': msgid('It is not said who speaks.'),
    'circle': msgid('The messages answer each other in a circle.'),
    'too_long': msgid('A conversation is larger than {limit} MB.'),
    'long_text': msgid('A text is larger than {limit} MB.'),
    'long_number': msgid('A number here is longer than any real one.'),
    'too_deep': msgid('The brackets here are nested too deeply.'),
    'too_many': msgid('A conversation has more than {limit} values.'),
    'too_many_messages': msgid('A conversation has more than {limit} messages.'),
    'too_many_notes': msgid('A message has more than {limit} notes or sources.'),
    'more_folders': msgid('There are more than {limit} folders.'),
    'more_conversations': msgid('There are more than {limit} conversations.'),
    'unknown_preferences': msgid('Not all preferences came along: this version does not know {value} of them.'),
    'bad_zip': msgid('This .zip is damaged. Try to download it again.'),
    'encrypted': msgid('This .zip needs a password. Unpack it and choose the file inside.'),
    'deep_zip': msgid('This .zip lies more than {limit} others deep. Unpack it and choose the file inside.'),
    'zip_bomb': msgid('This .zip would become far too large when it is unpacked.'),
    'newer_version': msgid('This archive comes from a newer version of Guilherme. Update this one first.'),
    'bad_database': msgid('This database is damaged.'),
    'no_space': msgid('There is not enough space on the disk.'),
    'busy': msgid('Another import is still running. Wait for it to finish, or cancel it.'),
    'undoing': msgid('An import is being undone right now. Wait for it to finish.'),
    'came_out_empty': msgid('Nothing of this answer could be read; it is kept as it is in the file.'),
    'marks_left': msgid('Marks for programs are left in the text.'),
    'no_manifest': msgid(
        'The archive does not say any more what was written into it. Nobody can tell what is missing.'
    ),
    'missing_member': msgid('This part of the archive is missing.'),
    'missing_lines': msgid('{value} lines of this part of the archive are missing.'),
    'wrong_checksum': msgid('This part of the archive was changed after it was written.'),
    'more_remarks': msgid('There were more than {limit} such things in this conversation. The others are not listed.'),
    'stalled': msgid('The file stopped coming, so nothing of it was kept. Send it again.'),
    'cancelled': msgid('The import was cancelled, so nothing of the file was kept.'),
    'interrupted': msgid('The import was interrupted, so nothing of it was kept. Try again.'),
}
"""Why a file is refused, or what could not be read of it; a test proves that none is missing."""

SHOWN = 5
"""Remarks on the page."""

REMARKS: Mapping[str, str] = {
    'cut_off': msgid('The file ends too early. Everything up to there was imported. Was the download complete?'),
    'not_json': msgid('From here on the file is not JSON. Everything before was imported.'),
    'bad_zip': msgid('This part is damaged. What could be read of it was imported.'),
    'wrong_time': msgid('“{value}” is not a time ({field}), so it was left out.'),
    'unknown_role': msgid('I do not know who “{value}” is. What they said was imported all the same.'),
    'no_role': msgid('It is not said who speaks. What they said was imported all the same.'),
    'circle': msgid('Messages answer each other in a circle. It was cut open here.'),
    'too_many_notes': msgid('A message has more than {limit} notes or sources. The others were left out.'),
    'more_folders': msgid('There are more than {limit} folders. What lies in this one came without it.'),
    'more_conversations': msgid('There are more than {limit} conversations. The others were left out.'),
}
"""The same where the rest of the file came in."""

PLACES: Mapping[str, str] = {
    'file': msgid('file {n}'),
    'conversation': msgid('conversation {n}'),
    'message': msgid('message {n}'),
    'line': msgid('line {n}'),
    'column': msgid('column {n}'),
    'byte': msgid('byte {n}'),
}
"""Where in a file, from the outside in."""


def refusal_sentence(t: Translator, error: Mapping[str, Any]) -> str:
    """Say why an import failed, and where in the file: “… (conversation 12, message 3, byte 48211)”."""
    refusal = REFUSALS.get(str(error.get('reason', '')))
    if error.get('code') != 'import_refused' or refusal is None:
        return error_sentence(t, error).text
    place, sentence = _place(t, error), _reason(t, error)
    return f'{sentence} ({place})' if place else sentence


def _place(t: Translator, said: Mapping[str, Any]) -> str:
    return ', '.join(t(words).format(n=said[name]) for name, words in PLACES.items() if name in said)


def _reason(t: Translator, said: Mapping[str, Any], sentences: Mapping[str, str] = REFUSALS) -> str:
    limit = f'{said.get("limit", 0):,}'.replace(',', '.' if t.language == 'pt-BR' else ',')
    values = {'field': '…', 'value': '…', 'encoding': '…'} | dict(said) | {'limit': limit}
    return t(sentences[said['reason']]).format_map(values)


def progress_of_import(t: Translator, step: Import) -> str:
    """Say how far an import is."""
    if step.state == 'giving':
        return t('Almost there')
    read = t('{done} of {total} read').format(done=size(t, step.read), total=size(t, step.total))
    n = step.preview.conversations if step.state == 'reading' else step.tally.total
    if not n:
        return read
    found = t.n('{n} conversation so far', '{n} conversations so far', n).format(n=n)
    return f'{read} · {found}'


def result_lines(t: Translator, step: Import) -> list[str]:
    """Say how an import ended, in a few short lines; none while it runs. What could not be read is only counted."""
    if step.state == 'cancelled':
        return [t('Cancelled. Nothing of the file was kept.')]
    if step.state == 'failed' and step.error is not None:
        return [refusal_sentence(t, step.error.as_data()), t('Nothing of the file was kept.')]
    return _counts(t, step) if step.state == 'done' else []


def _counts(t: Translator, step: Import) -> list[str]:
    tally = step.tally
    lines = (
        t.n('{n} conversation was imported.', '{n} conversations were imported.', tally.new),
        t.n('{n} has new messages now.', '{n} have new messages now.', tally.with_news),
        t.n('{n} was here already.', '{n} were here already.', tally.known),
        t.n('{n} lies in the trash and stays there.', '{n} lie in the trash and stay there.', tally.in_trash),
    )
    counts = (tally.new, tally.with_news, tally.known, tally.in_trash)
    told = [line.format(n=n) for line, n in zip(lines, counts, strict=True) if n]
    if tally.instruction:
        told.append(t('An instruction for every conversation came along. You can read and change it in the settings.'))
    if n := step.remarks.count:
        count = t.n(
            '{n} thing could not be read as it is in the file:',
            '{n} things could not be read as they are in the file:',
            n,
        )
        told.append(count.format(n=n))
    return told


def remark_lines(t: Translator, step: Import) -> list[str]:
    """Say the first things that could not be read, once an import is done, and how many there are besides."""
    if step.state != 'done':
        return []
    said = [remark_sentence(t, remark) for remark in step.remarks.first[:SHOWN]]
    n = step.remarks.count - SHOWN
    return [*said, t('… and {n} more. They are all in the list.').format(n=n)] if n > 0 else said


def remark_sentence(t: Translator, remark: Remark) -> str:
    """Say what could not be read of a file, and where it is: “Recipes: … (conversation 12, message 3, byte 48211)”."""
    place, sentence = _place(t, remark.as_refusal().as_data()), reason_sentence(t, remark)
    told = f'{sentence} ({place})' if place else sentence
    return f'{remark.title}: {told}' if remark.title else told


def reason_sentence(t: Translator, remark: Remark) -> str:
    """Say why something could not be read, without its place."""
    return _reason(t, {**remark.details, 'reason': remark.reason}, {**REFUSALS, **REMARKS})


def place_in_file(t: Translator, remark: Remark) -> str:
    """Say where in a file something begins that could not be read, as far as that is known: “line 2, byte 48211”."""
    byte = {} if remark.byte is None else {'byte': remark.byte}
    return _place(t, {name: value for name, value in remark.details.items() if name in ('line', 'column')} | byte)
