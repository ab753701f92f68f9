"""What Open WebUI keeps and shows beside the text of an answer: what it did meanwhile, faults, ratings, suggestions."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.domain.message import Step
from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.open_webui.details import unfold
from app.exchange.reading.open_webui.files import tell_embedded, tell_files
from app.exchange.reading.open_webui.sources import sources_of
from app.exchange.reading.ratings import rated
from app.exchange.reading.web import address
from app.exchange.reading.written import Written

Message = Mapping[str, Any]

MOST_COMPARED = 100
"""Pieces of code that are looked for in the text: each search takes the time of the text."""

DEEPEST_FAULT = 5
"""Objects within each other in which a fault's words are looked for."""


def tell_beside(value: Message, written: Written) -> None:
    """Add what stands beside the text of a message, in the order in which it is shown."""
    for tell in BESIDE:
        tell(value, written)


def _given(value: Message, written: Written) -> None:
    tell_files(value.get('files'), written)
    tell_embedded(value.get('embeds'), written)
    written.name(sources_of(value))


def _fault(value: Message, written: Written) -> None:
    error = value.get('error')
    if said := _words_of(error):
        written.say(said)
    elif error and error is not True:  # with True the text itself is the fault
        written.keep('error', error)


def _words_of(error: Any) -> str:
    for _ in range(DEEPEST_FAULT):
        if not isinstance(error, dict):
            break
        error = next((error[key] for key in ('content', 'message', 'detail', 'error') if error.get(key)), None)
    return error.strip() if isinstance(error, str) else ''


def _runs(value: Message, written: Written) -> None:
    """Show code that was run beside an answer, unless that has it: `name`, `code`, and `result` with what it made."""
    told = written.content
    for number, each in enumerate(shapes.side_mappings(value.get('code_executions'))):
        result, code = each.get('result'), tool_use.as_text(each.get('code'))
        run = Written(written.t)
        tool_use.run(run, code, shapes.side_text(each.get('language')), _printed(result))
        if number < MOST_COMPARED and code.strip() and code.strip() in told:
            written.note(*(step for step in run.steps if step not in written.steps))
        else:
            written.head(shapes.side_text(each.get('name')))
            written.take(run)
        for made in shapes.side_mappings([result]):
            for file in shapes.side_mappings(made.get('files')):
                written.say(notes.file(written.t, shapes.side_text(file.get('name'))))


def _printed(result: Any) -> Any:
    if not isinstance(result, dict):
        return result
    return {name: made for name, made in result.items() if name != 'files'} or None


def _merged(value: Message, written: Written) -> None:
    """Show the answer that was made of several models' answers; it stands with the one that was shown."""
    merged = value.get('merged')
    content = merged.get('content') if isinstance(merged, dict) else merged
    if isinstance(content, str):
        if content.strip():
            written.head(written.t('Merged answer'))
            unfold(content, written)
    elif content or (isinstance(merged, dict) and merged.keys() - {'status', 'content'}):
        written.keep('merged', merged)


def _progress(value: Message, written: Written) -> None:
    history = value.get('statusHistory')
    steps = shapes.side_mappings(history if history is not None else [value.get('status')])
    lines = [line for status in steps if status.get('hidden') is not True for line in _progress_lines(status)]
    if lines:
        written.note(Step(written.t('What was done'), '\n'.join(dict.fromkeys(lines))))


def _progress_lines(status: Message) -> Iterator[str]:
    """Yield what one step of the work says: its description, what was looked for, and the pages that were found."""
    pages = [*_strings(status.get('urls')), *shapes.side_mappings(status.get('items'))]
    said = shapes.side_text(status.get('description') or status.get('action'))
    said = said.replace('{{searchQuery}}', shapes.side_text(status.get('query')))
    said = said.replace('{{count}}', str(status.get('count', len(pages))))
    if said.strip():
        yield f'- {notes.plain(said)}'
    asked = [*_strings(status.get('queries')), *_strings([status.get('query')])]
    yield from (f'  - {notes.plain(query)}' for query in asked if query not in said)
    for page in pages:
        url = address(page.get('link') if isinstance(page, dict) else page)
        title = notes.plain(shapes.side_text(page.get('title'))) if isinstance(page, dict) else ''
        if url:
            yield f'  - {title}: <{url}>' if title else f'  - <{url}>'


def _rating(value: Message, written: Written) -> None:
    for given in shapes.side_mappings([value.get('annotation')]):
        rating = given.get('rating')
        is_good = rating > 0 if isinstance(rating, int | float) and rating else None
        written.note(rated(written.t, is_good, given.get('reason'), given.get('comment')))


def _suggestions(value: Message, written: Written) -> None:
    lines = [f'- {notes.plain(each)}' for each in _strings(value.get('followUps')) if each.strip()]
    if lines:
        written.note(Step(written.t('Suggested questions'), '\n'.join(lines)))


def _strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


BESIDE: tuple[Callable[[Message, Written], None], ...] = (
    _progress, _given, _fault, _runs, _merged, _rating, _suggestions
)  # fmt: skip
