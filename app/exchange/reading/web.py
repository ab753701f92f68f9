"""Addresses of pages in foreign files: only those of the web become links."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.message import Source
from app.exchange.reading import shapes

LONGEST_ADDRESS = 2_000
"""Characters; what is longer is data rather than an address."""

_ADDRESS = re.compile(r'https?://[^\s/?#][^\s<>"\\^`{|}]*+', re.IGNORECASE)


def address(value: Any) -> str:
    """Give the address of a page in the web, empty for whatever else it is."""
    given = value.strip() if isinstance(value, str) and len(value) <= LONGEST_ADDRESS else ''
    return given if _ADDRESS.fullmatch(given) else ''


def cited(annotations: Any) -> Iterator[Source]:
    """Yield the pages that a text names as OpenAI's Responses tell it: `url_citation`, flat or in an object."""
    for each in shapes.side_mappings(annotations):
        for place in shapes.side_mappings([each, each.get('url_citation')]):
            if url := address(place.get('url')):
                yield Source(shapes.side_text(place.get('title')).strip() or url, url)
