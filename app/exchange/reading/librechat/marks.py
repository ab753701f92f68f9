"""The marks of citations in LibreChat's texts, and what they point to.

`U+E202` and `turn0search1` name the second page of the first search, `U+E200`…`U+E201` hold several of them together,
`U+E203`…`U+E204` the words they are about. Models often write the escape (`\\ue202`) instead of the character.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.message import Source
from app.exchange.reading import shapes
from app.exchange.reading.fences import outside_code
from app.exchange.reading.web import address

_ANY = re.compile(r'[\ue200-\ue206]|ue20[0-6]', re.IGNORECASE)
_BLANKS = r'(?:(?<![ \t])[ \t]++)?'
_CITED = re.compile(
    _BLANKS + r'(?:\ue202|\\{0,2}+ue202)turn(\d{1,4})(search|news|image|video|ref|file)(\d{1,4})', re.IGNORECASE
)
_SIGN = re.compile(r'[\ue200-\ue206]|\\{1,2}+ue20[0-6]', re.IGNORECASE)
_BEFORE_GROUP = re.compile(r'(?<![ \t])[ \t]++(?=[\ue200\ue201]|\\{1,2}+ue20[01])', re.IGNORECASE)

LISTS: Mapping[str, tuple[str, ...]] = {
    'search': ('organic',),
    'news': ('topStories', 'news'),
    'image': ('images',),
    'video': ('videos',),
    'ref': ('references',),
    'file': ('references', 'sources'),
}
"""Where the results of a search are, by the word in a mark."""

SHOWN = 'organic', 'topStories', 'news', 'references', 'sources'
"""Results that are listed below an answer also if nothing in it names them."""


def unmarked(text: str) -> tuple[str, list[tuple[int, str, int]]]:
    """Take the marks out of what is no code; give also what they name: turn, kind of result, and its place."""
    if _ANY.search(text) is None:
        return text, []
    named: list[tuple[int, str, int]] = []

    def without(prose: str) -> str:
        named.extend((int(turn), kind, int(place)) for turn, kind, place in _CITED.findall(prose))
        return _SIGN.sub('', _BEFORE_GROUP.sub('', _CITED.sub('', prose)))

    return outside_code(text, without), named


class Results:
    """What was found for an answer, by turn: searches of the web and of files, as they stand in `attachments`."""

    def __init__(self, attachments: Any) -> None:
        self._turns: dict[int, list[Mapping[str, Any]]] = {}
        for number, found in enumerate(_searches(attachments)):
            turn = found.get('turn')
            self._turns.setdefault(turn if isinstance(turn, int) else number, []).append(found)

    def named(self, marks: list[tuple[int, str, int]]) -> Iterator[Source]:
        """Yield the sources that marks name, then what else is listed."""
        for mark in marks:
            yield from self._cited(*mark)
        yield from self._listed()

    def _cited(self, turn: int, kind: str, place: int) -> Iterator[Source]:
        for found in self._turns.get(turn, []):
            for name in LISTS[kind.lower()]:
                yield from _sources(_results(found, name)[place : place + 1])

    def _listed(self) -> Iterator[Source]:
        for each in self._turns.values():
            for found in each:
                for name in SHOWN:
                    yield from _sources(_results(found, name))


def _searches(attachments: Any) -> Iterator[Mapping[str, Any]]:
    for attachment in shapes.side_mappings(attachments):
        yield from shapes.side_mappings([attachment.get('web_search'), attachment.get('file_search')])


def _results(found: Mapping[str, Any], name: str) -> list[Any]:
    results = found.get(name)
    return results if isinstance(results, list) else []


def _sources(results: list[Any]) -> Iterator[Source]:
    for result in shapes.side_mappings(results):
        url = next(filter(None, (address(result.get(field)) for field in ('link', 'url', 'imageUrl'))), '')
        named = (result.get(field) for field in ('title', 'fileName', 'filename', 'name'))
        title = next((name.strip() for name in named if isinstance(name, str) and name.strip()), url)
        if title:
            yield Source(title, url)
