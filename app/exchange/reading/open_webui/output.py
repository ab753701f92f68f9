"""The items of an answer, as OpenAI's Responses have them: where Open WebUI (0.10 and later) keeps what it shows.

`output` is a list of texts, thoughts, calls of tools and what these gave, in the order they came. It is shown whatever
stands in `content`, which is mostly empty then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.notes import Say
from app.exchange.reading.noticing import says_something
from app.exchange.reading.open_webui.details import unfold
from app.exchange.reading.open_webui.files import tell_embedded, tell_made
from app.exchange.reading.web import address, cited
from app.exchange.reading.written import Written

Item = Mapping[str, Any]

IMAGES = frozenset({'input_image', 'output_image', 'image_url', 'image'})
RESULTS = frozenset(
    {'function_call_output', 'custom_tool_call_output', 'computer_call_output', 'local_shell_call_output'}
)
"""What tools gave; it is told with the call of the same `call_id`."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What an item is told into, and what tools gave by the id of their call."""

    written: Written
    results: Mapping[str, Item]

    @property
    def t(self) -> Say:
        """Translates a text."""
        return self.written.t


def tell_output(output: Any, written: Written) -> None:
    """Add the items of an answer to what was written; one whose type is unknown stays as it is, unless it has text."""
    given = output if isinstance(output, list) else [output]
    items = shapes.side_mappings(
        [{'type': 'message', 'content': each} if isinstance(each, str) else each for each in given]
    )
    results = {_call_id(item): item for item in items if _kind(item) in RESULTS and _call_id(item)}
    called = {_call_id(item) for item in items if _kind(item) not in RESULTS}
    place = _Place(written, results)
    for item in items:
        kind = _kind(item)
        if kind in RESULTS and _call_id(item) in called:
            continue
        told = Written(place.t)
        KINDS.get(kind, _unknown)(replace(place, written=told), item)
        if told.is_empty and says_something(item):
            told.keep(kind, item)
        place.written.take(told)


def _kind(item: Item) -> str:
    return shapes.side_text(item.get('type'))


def _call_id(item: Item) -> str:
    return shapes.side_text(item.get('call_id'))


def _text_of(parts: Any) -> str:
    """Run the texts of parts together, as the program does."""
    if isinstance(parts, str):
        return parts
    texts = (part.get('text', part.get('refusal')) for part in shapes.side_mappings(parts))
    return ''.join(text if isinstance(text, str) else tool_use.as_text(text) for text in texts)


def _message(place: _Place, item: Item) -> None:
    content = item.get('content')
    content = [content] if isinstance(content, dict) else content
    unfold(_text_of(content), place.written)  # functions of the server's own still write blocks into it
    for part in shapes.side_mappings(content):
        place.written.name(cited(part.get('annotations')))
        if _kind(part) in IMAGES:
            place.written.say(notes.image(place.t))
        elif 'text' not in part and 'refusal' not in part:
            place.written.keep(_kind(part), part)


def _reasoning(place: _Place, item: Item) -> None:
    summary, whole = _text_of(item.get('summary')).strip(), _text_of(item.get('content')).strip()
    place.written.think(*dict.fromkeys([summary, whole]))


def _call(place: _Place, item: Item) -> None:
    name = shapes.side_text(item.get('name')) or _kind(item).removesuffix('_call')
    given = next((item[key] for key in ('arguments', 'input', 'action') if item.get(key)), '')
    result = place.results.get(_call_id(item), {})
    gave = next((each for each in (_gave(result), item.get('output'), item.get('error')) if each), '')
    tool_use.tell(place.written, name, given, gave)
    _shown(place, result)


def _result(place: _Place, item: Item) -> None:
    tool_use.tell(place.written, shapes.side_text(item.get('name')), '', _gave(item))
    _shown(place, item)


def _gave(result: Item) -> Any:
    """Give what a tool gave: the texts among its parts, or whatever it is."""
    output = result.get('output')
    return _text_of(output) or ('' if _images_in(output) else output)


def _images_in(output: Any) -> int:
    return sum(_kind(part) in IMAGES for part in shapes.side_mappings(output))


def _shown(place: _Place, result: Item) -> None:
    place.written.say(*[notes.image(place.t)] * min(_images_in(result.get('output')), 1))
    tell_made(result.get('files'), place.written)
    tell_embedded(result.get('embeds'), place.written)


def _code(place: _Place, item: Item) -> None:
    code = tool_use.as_text(item.get('code'))
    language = shapes.side_text(item.get('lang') or item.get('language')) or 'python'
    output = item.get('output', item.get('outputs'))
    tool_use.run(place.written, code, language, output)


def _search(place: _Place, item: Item) -> None:
    """Tell what a server of models looked for by itself, in the web, in files or on a screen."""
    t = place.t
    title = {'web_search_call': t('Web search'), 'file_search_call': t('File search')}.get(item['type'], t('Computer'))
    actions = shapes.side_mappings([item.get('action')]) + shapes.side_mappings(item.get('actions'))
    lines = [line for where in (item, *actions) for line in _looked_for(where)]
    place.written.note(Step(title, '\n'.join(f'- {notes.plain(line)}' for line in lines)))
    for where in (item, *actions):
        found = shapes.side_mappings(where.get('sources')) + shapes.side_mappings(where.get('results'))
        place.written.name(source for source in map(_found, found) if source.title)


def _looked_for(where: Item) -> list[str]:
    queries = where.get('queries')
    asked = queries if isinstance(queries, list) and queries else [where.get('query')]
    return [line for line in [*asked, where.get('url'), where.get('pattern')] if isinstance(line, str) and line.strip()]


def _found(found: Item) -> Source:
    url = address(found.get('url'))
    return Source(shapes.side_text(found.get('title') or found.get('filename')).strip() or url, url)


def _image(place: _Place, _: Item) -> None:
    place.written.say(notes.image(place.t))


def _unknown(place: _Place, item: Item) -> None:
    """Show the text of an item, as the program does; without any keep all of it."""
    if text := _text_of(item.get('content')).strip():
        unfold(text, place.written)
    else:
        place.written.keep(_kind(item), item)


KINDS: Mapping[str, Callable[[_Place, Item], None]] = {
    'message': _message,
    'reasoning': _reasoning,
    'function_call': _call,
    'custom_tool_call': _call,
    'mcp_call': _call,
    'local_shell_call': _call,
    **dict.fromkeys(RESULTS, _result),
    'open_webui:code_interpreter': _code,
    'code_interpreter': _code,
    'code_interpreter_call': _code,
    'web_search_call': _search,
    'file_search_call': _search,
    'computer_call': _search,
    'image_generation_call': _image,
}
"""Types of items, and how each is taken. Others: their text, or all of it folded."""
