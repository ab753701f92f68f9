"""The blocks that a message of Claude's is made of: which kinds there are, and what becomes of each.

Kinds and fields were last looked up in public code on 2026-11-30, in agoramachina/claude-exporter (`utils.js`),
Sinity/polylogue and the schemas of smaller converters.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.message import Source
from app.exchange.reading import notes, shapes
from app.exchange.reading.claude import tools as claude_tools
from app.exchange.reading.claude.artifacts import tagged
from app.exchange.reading.documents import Desk
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, Pile, together
from app.exchange.reading.web import address

SAID, THOUGHT, ASKED, GAVE, PICTURE, SILENT = 'said', 'thought', 'asked', 'gave', 'picture', 'silent'

BLOCKS: Mapping[str, str] = {
    'text': SAID,
    'voice_note': SAID,
    'thinking': THOUGHT,
    'tool_use': ASKED,
    'server_tool_use': ASKED,
    'tool_result': GAVE,
    'web_search_tool_result': GAVE,
    'image': PICTURE,
    'redacted_thinking': SILENT,
    'token_budget': SILENT,
    'flag': SILENT,
}
"""The `type` of a block, and what it is; the last ones nobody was shown. Others are kept folded as JSON."""

NEEDED: Mapping[str, Sequence[str]] = {SAID: ['text'], THOUGHT: ['thinking', 'summaries']}
"""Fields of which a block has one; without any, it is something else, and kept folded."""


class Blocks:
    """The blocks of one message: a use of a tool and its result name each other, and a search what pages are called."""

    def __init__(self, blocks: Sequence[Mapping[str, Any]], t: Say) -> None:
        self._t = t
        self._blocks = blocks
        self._titles = {url: title for block in blocks for url, title in claude_tools.titles(block)}
        self._tools = {key: shapes.side_text(each.get('name')) for each in blocks if (key := _key(each, ASKED, 'id'))}
        self._results: dict[str, list[str]] = {}
        for block in blocks:
            if (key := _key(block, GAVE, 'tool_use_id')) in self._tools:
                self._results.setdefault(key, []).append(claude_tools.text_of(block))

    def read(self, desk: Desk) -> tuple[Piece, Desk]:
        """Give what became of them, and the documents that lie open behind them."""
        pile = Pile()
        for block in self._blocks:
            piece, desk = self._read(block, desk)
            pile.add(piece)
        return pile.whole(), desk

    def _read(self, block: Mapping[str, Any], desk: Desk) -> tuple[Piece, Desk]:
        kind = shapes.text(block.get('type'), 'type') or 'text'
        treatment = BLOCKS.get(kind, '')
        if treatment in NEEDED and block.keys() - {'type'} and block.keys().isdisjoint(NEEDED[treatment]):
            treatment = ''
        if treatment == ASKED:
            result = '\n'.join(self._results.pop(shapes.side_text(block.get('id')), []))
            return claude_tools.asked(block, result, desk, self._t)
        if treatment == GAVE:
            use = shapes.side_text(block.get('tool_use_id'))
            tool = self._tools.get(use) or shapes.side_text(block.get('name'))
            is_told = use in self._tools and not claude_tools.is_told_apart(tool)
            return claude_tools.gave(block, tool, desk, self._t, is_told=is_told), desk
        if treatment == SAID:
            said = tagged(shapes.text(block.get('text'), 'text'))
            return together([said, Piece(sources=tuple(_cited(block, self._titles)))]), desk
        if treatment == THOUGHT:
            return Piece(thinking=_thought(block)), desk
        if treatment == PICTURE:
            return Piece(text=notes.image(self._t)), desk
        return Piece(steps=() if treatment == SILENT else (notes.folded(self._t, kind, block),)), desk


def _key(block: Mapping[str, Any], treatment: str, field: str) -> str:
    """Give by what a block is named, empty for blocks of another kind."""
    is_such = BLOCKS.get(shapes.side_text(block.get('type'))) == treatment
    return shapes.side_text(block.get(field)) if is_such else ''


def _thought(block: Mapping[str, Any]) -> str:
    """Give a thought; where it is not in the file, what it was summed up to."""
    thinking = shapes.text(block.get('thinking'), 'thinking')
    summaries = [shapes.side_text(each.get('summary')) for each in shapes.side_mappings(block.get('summaries'))]
    return thinking if thinking.strip() else notes.paragraphs(summaries)


def _cited(block: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[Source]:
    """Yield the pages that a text names; what they are called may be told by the search that found them."""
    for citation in shapes.side_mappings(block.get('citations')):
        for told in [citation, *shapes.side_mappings([citation.get('details')])]:
            if url := address(told.get('url')):
                title = shapes.side_text(told.get('title')) or shapes.side_text(citation.get('title'))
                yield Source(title or titles.get(url) or url, url)
