"""What Open WebUI shows beside a text: files somebody gave or a tool made, pages set into an answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading import notes, shapes
from app.exchange.reading.web import address
from app.exchange.reading.written import Written


def tell_files(files: Any, written: Written) -> None:
    """Add the files of a message: a line for each, and the text of those whose text is in the export."""
    for file in shapes.side_mappings([files]):
        name, text = _name(file), _text(file)
        if _is_image(file):
            written.say(notes.image(written.t))
        elif text.strip():
            written.attach(name, text)
        else:
            written.say(notes.file(written.t, name or address(file.get('url'))))


def tell_made(files: Any, written: Written) -> None:
    """Add what a tool made: mostly images, as addresses or objects."""
    for file in files if isinstance(files, list) else []:
        if isinstance(file, dict):
            tell_files([file], written)
        elif isinstance(file, str) and file:
            written.say(notes.image(written.t) if file.startswith('data:image/') else notes.file(written.t, ''))


def tell_embedded(embeds: Any, written: Written) -> None:
    """Add pages that were set into an answer: an address as a source, HTML folded as code."""
    for page in embeds if isinstance(embeds, list) else []:
        if url := address(page):
            written.name([Source(url, url)])
        elif isinstance(page, str) and page.strip():
            written.note(Step(written.t('Page in the answer'), notes.fenced(page, 'html')))
        elif page:
            written.keep('embed', page)


def _within(file: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the places where one file is told of: the item, the file it names, and what is known about that."""
    yield file
    for inner in shapes.side_mappings([file.get('file')]):
        yield inner
        yield from shapes.side_mappings([inner.get('meta')])


def _name(file: Mapping[str, Any]) -> str:
    names = (shapes.side_text(place.get(field)) for place in _within(file) for field in ('name', 'filename', 'title'))
    return next(filter(None, names), '')


def _text(file: Mapping[str, Any]) -> str:
    """Give the text that was taken out of a file, a page or a note."""
    for place in _within(file):
        for data in shapes.side_mappings([place.get('data')]):
            content = data.get('content')
            if isinstance(content, dict):  # a note: as Markdown, HTML and JSON
                content = content.get('md')
            if isinstance(content, str) and content.strip():
                return content
    return shapes.side_text(file.get('content'))


def _is_image(file: Mapping[str, Any]) -> bool:
    kinds = (shapes.side_text(place.get('content_type')) for place in _within(file))
    return file.get('type') == 'image' or any(kind.startswith('image/') for kind in kinds)
