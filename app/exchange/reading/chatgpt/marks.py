r"""The marks that ChatGPT leaves in its texts, and the page replaces: for sources, names, pictures and small programs.

A mark begins with U+E200 and ends with U+E201 (rarely U+E20B); within, U+E202 stands before each field, of which the
first is its kind: `cite`, `filecite`, `navlist`, `entity`, `image_group`, `i`, `products`, `video`, `link_title`,
`url`, `genui`. Fields are anchors (`turn0search3`, `L8-L12`), words, addresses or JSON. U+E203 and U+E204 stand around
a text that a source backs; U+E202 with an anchor also comes alone, ended by U+E206. Before 2024 marks were
`【12†source】`; what was copied from a page has `citeturn0search3` bare, or `:contentReference[oaicite:0]{index=0}`.
What stands in code or was written by the person is left as it is, as far as one sees it.
What a mark stands for is looked up in `references`. Last looked up in public code on 2026-11-30, in the
converters named there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.domain.message import Source, Step
from app.exchange.reading import notes, shapes
from app.exchange.reading.chatgpt import references as known
from app.exchange.reading.fences import Code, outside_code
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece
from app.exchange.reading.web import address

SILENT = frozenset({'cite', 'filecite', 'navlist', 'hidden', 'tldr', 'forecast', 'finance', 'sports', 'schedule'})
"""Kinds of marks that are nothing to read where no reference says so."""
PICTURES = frozenset({'i', 'image_group', 'image_inline', 'image_v2', 'images'})

MOST_SHOWN = 1_000_000
"""Characters that the marks of one message may show: each may show the same long name again."""

ENDINGS = ('', ']', '"]', '}', '"}')
"""What may be missing at the end of a mark that was cut off."""

_ANCHOR = r'(?:turn\d+[a-z_]+\d+|L\d+(?:-L?\d+)?)'
_MARK = re.compile(
    '\ue200(?P<closed>[^\ue200\ue201\ue20b]*)[\ue201\ue20b]'
    '|\ue200(?P<cut>[a-z_]+\ue202[{\\[][^\ue200\ue201\ue20b\n]*)\\Z'
    '|\ue200(?P<open>[a-z_]+(?:\ue202[^\\s\ue200-\ue20f]*)*)'
    f'|(?P<bare>(?:\ue202{_ANCHOR})+[\ue201\ue206\ue20b]?|\\b(?:file)?cite(?=turn)(?:{_ANCHOR})+)'
    r'|(?P<old>【\d+(?::\d+)?†[^【】\n]*】)'
    r'|:chatgpt-content-reference\{index="(?P<index>\d{1,6})"\}'
    r'|:contentReference\[oaicite:\d{1,6}\]\{index=\d{1,6}\}'
)
"""None of these parts looks past where the next one may begin, so that the search takes the time of the text."""
_SIGNS = ('\ue200', '\ue202', '【', 'citeturn', ':chatgpt-content-reference{', ':contentReference[')
"""One of these is in whatever `_MARK` finds, and to look for them takes a hundredth of the time."""
_WHOLE = re.compile(r'(?:\ue200|\\{1,2}ue200)[a-z_]{1,40}(?:\ue202|\\{1,2}ue202)')
"""How a mark begins that can be nothing else, also in escapes, as some programs keep it."""
_UNMISTAKABLE = ('\ue200', '\\ue200')
_ESCAPE = re.compile(r'\\{1,2}ue2(0[0-9a-f])')
_KIND = re.compile(r'[\w-]{1,40}')
"""What names a kind of mark; whatever else stands in its place is something that was said."""
_ANCHORS = re.compile(rf'(?:{_ANCHOR}[\s,]*)+')
_PRIVATE = re.compile('[\ue200-\ue2ff]')
_ENDS_A_GAP = frozenset(' \t\n.,;:!?)')


def has_marks(text: str) -> bool:
    """Tell whether there are such marks in a text, as characters or in escapes."""
    return any(sign in text for sign in _UNMISTAKABLE) and _WHOLE.search(text) is not None


def cleaned(piece: Piece, t: Say, *, is_own: bool = False) -> Piece:
    """Give a piece without marks, wherever they are: in a document, a thought, in what a tool gave. With `is_own` it is
    what the person wrote.
    """
    marks = Marks({}, t, is_own=is_own)
    steps = tuple(replace(step, text=marks.read(step.text)) for step in piece.steps)
    return replace(piece, text=marks.read(piece.text), thinking=marks.read(piece.thinking), steps=steps)


class Marks:
    """The marks of one message; with `is_own` the person wrote it. `sources`, and `steps` of what we do not know, are
    complete when its texts are read.
    """

    def __init__(self, metadata: Mapping[str, Any], t: Say, *, is_own: bool = False) -> None:
        self._t = t
        self._is_own = is_own
        self._references = shapes.side_mappings(metadata.get('content_references'))
        self._by_mark = {
            mark: each for each in reversed(self._references) if (mark := _text(each, 'matched_text').strip())
        }
        self._sources: dict[str, Source] = {}
        self._pages: dict[int, Source] = {}
        self._titles: dict[int, str] = {}
        self._widgets: dict[int, str] = {}
        self._unknown: dict[str, tuple[str, Any]] = {}
        self._left = MOST_SHOWN
        for reference in self._references:
            if _treatment(reference) not in (known.PICTURES, known.NOTHING, known.WIDGET):
                pages = list(known.pages(reference))
                self._pages |= {id(reference): page for page in pages[:1]}
                self._add(pages)
        for citation in shapes.side_mappings(metadata.get('citations')):
            self._add(known.cited(citation))
        if not self._sources:
            self._add(known.found(metadata))
        self._is_told = bool(self._sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Give the pages that the references and marks name, each address once."""
        return tuple(self._sources.values())

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give what we do not know, folded."""
        kinds = ', '.join(dict.fromkeys(kind for kind, _ in self._unknown.values()))
        values = [value for _, value in self._unknown.values()]
        return (notes.folded(self._t, kinds, values),) if values else ()

    def read(self, text: str) -> str:
        """Give a text with each mark replaced by what it stands for, and without any that is left."""
        if not self._is_own and '\\ue200' in text:
            text = outside_code(text, _unescaped)
        if not any(sign in text for sign in _SIGNS):
            return _PRIVATE.sub('', text)
        parts: list[str] = []
        end, gap = 0, False
        code = Code(text)
        for found in _MARK.finditer(text):
            if found[0] < '\ue200' and self._reference(found) is None and (self._is_own or code.holds(found.start())):
                continue  # one sees it
            gap = _append(parts, text[end : found.start()], gap=gap)
            shown = self._shown(found) if self._left > 0 else ''
            self._left -= len(shown)
            gap = _append(parts, shown, gap=gap) if shown else True
            end = found.end()
        _append(parts, text[end:], gap=gap, last=True)
        return _PRIVATE.sub('', ''.join(parts))

    def rest(self) -> list[str]:
        """Give the texts of small programs that no mark stood for; to be asked for after the texts are read."""
        widgets = [each for each in self._references if _treatment(each) == known.WIDGET]
        return [self._widget(each, []) for each in widgets if id(each) not in self._widgets]

    def _shown(self, found: re.Match[str]) -> str:
        reference = self._reference(found)
        mark = next((text for text in found.group('closed', 'cut', 'open') if text is not None), None)
        kind, fields = ('cite', []) if mark is None else _fields(mark)
        treatment = _treatment(reference) if reference else ''
        if treatment == known.PICTURES or kind in PICTURES:
            return notes.image(self._t)
        if kind in ('link_title', 'url'):
            return self._linked(fields, reference)
        if treatment in (known.PAGES, known.NOTHING):
            return ''
        if reference and treatment == known.WIDGET:
            return self._widget(reference, fields)
        if reference and (title := self._title(reference)):
            return title
        if found['old'] and not self._is_told:
            self._add(_old_source(found['old']))
        self._add(Source(field, field) for field in fields if kind == 'cite' and address(field))
        return self._without_reference(kind, fields)

    def _reference(self, found: re.Match[str]) -> Mapping[str, Any] | None:
        if index := found['index']:
            return self._references[int(index)] if int(index) < len(self._references) else None
        return self._by_mark.get(found[0])

    def _title(self, reference: Mapping[str, Any]) -> str:
        if id(reference) not in self._titles:
            self._titles[id(reference)] = known.title(reference)
        return self._titles[id(reference)]

    def _widget(self, reference: Mapping[str, Any], fields: list[str]) -> str:
        key = id(reference)
        if key not in self._widgets:
            said = next((_said(_parsed(field)) for field in fields if field[:1] in ('[', '{')), '')
            said = said or next((_text(data, 'content') for data in shapes.side_mappings([reference.get('data')])), '')
            self._widgets[key] = said
            if not said.strip():
                kind = _text(reference, 'category') or _text(reference, 'type')
                self._unknown[_text(reference, 'matched_text') or str(key)] = kind, reference
        return self._widgets[key]

    def _linked(self, fields: list[str], reference: Mapping[str, Any] | None) -> str:
        """Show a link: its words, and its address from the mark or from the reference."""
        page = self._pages.get(id(reference))
        url = next((field for field in fields if address(field)), page.url if page else '')
        words = next((field for field in fields if field != url and not _ANCHORS.fullmatch(field)), '')
        words = notes.plain(words or (page.title if page else url)).replace('[', '(').replace(']', ')')
        if not address(url):
            return words
        self._add([Source(words, url)])
        return f'[{words}](<{url}>)'

    def _without_reference(self, kind: str, fields: list[str]) -> str:
        if kind in SILENT:
            return ''
        for field in fields:
            if field[:1] in ('[', '{'):
                return _said(_parsed(field)) or self._kept(kind, field)
        words = fields if _KIND.fullmatch(kind) else [kind, *fields]
        return ' '.join(field for field in words if field and not _ANCHORS.fullmatch(field))

    def _kept(self, kind: str, field: str) -> str:
        self._unknown[f'{kind} {field}'] = kind, _parsed(field) or field
        return ''

    def _add(self, found: Iterable[Source]) -> None:
        for source in found:
            self._sources.setdefault(source.url or source.title, source)


def _unescaped(prose: str) -> str:
    """Put the characters in the place of their escapes, where these are marks and nobody writes about them."""
    return _ESCAPE.sub(lambda found: chr(0xE200 + int(found[1], 16)), prose) if has_marks(prose) else prose


def _append(parts: list[str], text: str, *, gap: bool, last: bool = False) -> bool:
    """Add a text. Behind a mark that left nothing, the blanks before it go if a blank or the end of a phrase follows.

    Give whether there is still such a gap.
    """
    if not text and not last:
        return gap
    if gap and not parts:
        text = text.lstrip(' \t')
    elif gap and (not text or text[0] in _ENDS_A_GAP):
        parts[-1] = parts[-1].rstrip(' \t')
    parts.append(text)
    return False


def _treatment(reference: Mapping[str, Any]) -> str:
    return known.KINDS.get(_text(reference, 'type'), '')


def _old_source(mark: str) -> list[Source]:
    """Give the name of a file or page that an old mark holds where nothing else is said of it."""
    name = mark.partition('†')[2].removesuffix('】').strip()
    return [] if name in ('', 'source') or _ANCHORS.fullmatch(name) else [Source(name)]


def _fields(mark: str) -> tuple[str, list[str]]:
    kind, *fields = mark.split('\ue202')
    return kind.strip(), [field.strip() for field in fields if field.strip()]


def _parsed(field: str) -> Any:
    """Give a field's JSON, also if its end is missing; None if it is none."""
    for ending in ENDINGS:
        try:
            return json.loads(field + ending)
        except (ValueError, RecursionError):
            continue
    return None


def _said(value: Any) -> str:
    """Give what is to be read of a mark's JSON: `["city", "Ushuaia", …]`, products and their names, a formula."""
    if isinstance(value, list):
        return next((each.strip() for each in [*value[1:2], *value[:1]] if isinstance(each, str) and each.strip()), '')
    if not isinstance(value, dict):
        return ''
    if selections := value.get('selections'):
        chosen = [_said(each) for each in selections if isinstance(each, list)] if isinstance(selections, list) else []
        return ', '.join(filter(None, chosen))
    for name, inner in value.items():
        if name.startswith('math_block') and isinstance(inner, dict) and (formula := _text(inner, 'content').strip()):
            return f'\n\n$$\n{formula}\n$$\n\n'
    return next((text for field in ('name', 'title') if (text := _text(value, field).strip())), '')


def _text(value: Mapping[str, Any], field: str) -> str:
    return shapes.side_text(value.get(field))
