"""Puts into words what an import would bring, which imports there were, and what undoing them did."""

from collections.abc import Mapping, Sequence

from app.chat.importing import Import
from app.chat.previewing import Preview
from app.chat.undoing import Undo
from app.domain.past_import import PastImport
from app.ui.translations import Translator, msgid
from app.ui.wording import day

NAMES: Mapping[str, str] = {
    'chatgpt': 'ChatGPT',
    'claude': 'Claude',
    'open-webui': 'Open WebUI',
    'librechat': 'LibreChat',
    'guilherme': 'Guilherme',
    'chat-history': msgid('Old chat history'),
}
"""What people call the programs files come from; a test proves that none is missing."""


def source_names(t: Translator, sources: Sequence[str]) -> str:
    """Name the programs a file comes from."""
    return ', '.join(t(NAMES.get(source, source)) for source in sources) or t('File')


def preview_lines(t: Translator, step: Import) -> list[str]:
    """Say what is in a file, in a few short lines, the first of them how many conversations and from when to when."""
    preview, remarks = step.preview, step.remarks.count
    here = preview.known + preview.with_news
    told = _told(
        t,
        (here, t.n('{n} is here already.', '{n} are here already.', here)),
        (
            preview.with_news,
            t.n('{n} of these has new messages.', '{n} of these have new messages.', preview.with_news),
        ),
        (
            preview.in_trash,
            t.n('{n} lies in the trash and stays there.', '{n} lie in the trash and stay there.', preview.in_trash),
        ),
        (
            remarks,
            t.n(
                '{n} thing could not be read as it is in the file.',
                '{n} things could not be read as they are in the file.',
                remarks,
            ),
        ),
    )
    nothing = [] if preview.new or preview.with_news else [t('No conversation in it is new.')]
    return [_how_many(t, preview), *told, *nothing]


def _told(t: Translator, *lines: tuple[int, str]) -> list[str]:
    return [line.format(n=figure(t, n)) for n, line in lines if n]


def _how_many(t: Translator, preview: Preview) -> str:
    count = _conversations(t, preview.conversations)
    if preview.first is None or preview.last is None:
        return count
    first, last = day(t, preview.first), day(t, preview.last)
    if first == last:
        return t('{conversations}, from {day}').format(conversations=count, day=first)
    return t('{conversations}, from {first} to {last}').format(conversations=count, first=first, last=last)


def past_import_line(t: Translator, past: PastImport) -> str:
    """Say what came by an import, and when."""
    parts = [source_names(t, past.sources), day(t, past.created_at)]
    if past.conversations or not past.with_news:
        parts.append(_conversations(t, past.conversations))
    if past.with_news:
        news = t.n('new messages in {n} conversation', 'new messages in {n} conversations', past.with_news)
        parts.append(news.format(n=figure(t, past.with_news)))
    return '\u00a0· '.join(parts)  # no line begins with the dot


def undo_lines(t: Translator, undo: Undo | None) -> list[str]:
    """Say how far undoing is, or what it did; nothing if there is nothing to say."""
    if undo is None:
        return []
    taken = undo.taken
    if undo.state == 'running':
        return [t('Undoing the import: {part} %').format(part=int(undo.part * 100))]
    if undo.state == 'failed':
        return [t('The import could not be undone yet. It is tried again every minute.')]
    told = _told(
        t,
        (
            taken.gone,
            t.n('{n} conversation was removed.', '{n} conversations were removed.', taken.gone),
        ),
        (
            taken.cut,
            t.n('{n} conversation is back to how it was.', '{n} conversations are back to how they were.', taken.cut),
        ),
        (
            taken.kept,
            t.n(
                '{n} conversation that you have gone on with stays.',
                '{n} conversations that you have gone on with stay.',
                taken.kept,
            ),
        ),
    )
    return told or [t('The import is undone.')]


def figure(t: Translator, n: int) -> str:
    """Write a whole number as one reads it."""
    return f'{n:,}'.replace(',', '.' if t.language == 'pt-BR' else ',')


def _conversations(t: Translator, n: int) -> str:
    return t.n('{n} conversation', '{n} conversations', n).format(n=figure(t, n))
