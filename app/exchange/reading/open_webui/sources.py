"""What an answer of Open WebUI's was made from.

Each of `sources` (once `citations`) is a search or a file, with a piece of text in `document` for each found in it and
beside it, in `metadata`, where that was found. The text of the pieces is what the model read, and is not taken over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.message import Source
from app.exchange.reading import shapes
from app.exchange.reading.web import address


def sources_of(value: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the sources of a message, in the order in which `[1]` in its text counts them."""
    return _found(value.get('sources') or value.get('citations'))


def _found(sources: Any) -> Iterator[Source]:
    seen: set[str] = set()
    for each in shapes.side_mappings(sources):
        source = next(iter(shapes.side_mappings([each.get('source')])), {})
        for beside in _pieces(each.get('metadata'), source.get('urls')):
            made = _source(source, beside)
            key = made.url or made.title
            if key and key not in seen:
                seen.add(key)
                yield made


def _pieces(beside: Any, urls: Any) -> list[Mapping[str, Any]]:
    """Give what is known of each piece; a search without any found its pages, anything else counts as one."""
    known = beside if isinstance(beside, list) else [beside]
    if not any(known) and isinstance(urls, list):
        return [{'source': url} for url in urls]
    return [piece if isinstance(piece, dict) else {} for piece in known] or [{}]


def _source(source: Mapping[str, Any], beside: Mapping[str, Any]) -> Source:
    places = [*(beside.get(name) for name in ('source_url', 'url', 'source', 'link')), source.get('url')]
    url = next(filter(None, map(address, [*places, source.get('name'), source.get('id')])), '')
    is_own = url in ('', address(source.get('url')), address(source.get('name')))
    titles = [beside.get('title'), beside.get('name'), source.get('name') if is_own else url]
    named = [*titles, url, beside.get('source'), source.get('id')]
    return Source(next((title.strip() for title in named if isinstance(title, str) and title.strip()), ''), url)
