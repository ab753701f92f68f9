"""Markdown to safe HTML: the parser, how each token becomes HTML, and the render of a whole text.

A text that still grows is rendered by `growing`, from the same parts.
"""

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from app.rendering.bare_links import find_bare_links
from app.rendering.bounds import PLAIN, bound, is_plain, plain_paragraph
from app.rendering.changes import text_as_html
from app.rendering.details import fold_sections
from app.rendering.effort import Effort
from app.rendering.emphasis import EmphasisInline
from app.rendering.footnotes import GROWING, back_html, number_notes, reference_html
from app.rendering.formula_cells import keep_bars_in_formulas
from app.rendering.formula_paragraphs import find_formulas_behind_words
from app.rendering.formula_rules import find_formulas, formulas_as_text, is_display
from app.rendering.highlight import highlight
from app.rendering.line_breaks import break_lines
from app.rendering.links import LEADS_THERE, keep_links_harmless
from app.rendering.mathml import formula_html
from app.rendering.nested_fences import nest_fences
from app.rendering.sanitise import is_own_image, sanitise
from app.rendering.table_pipes import keep_code_in_cells
from app.rendering.tasks import find_tasks

References = MutableMapping[str, Any]

COPY_BUTTON = '<button type="button" class="code-copy" data-action="copy-code"></button>'

_LANGUAGE = re.compile(r'[\w+#.-]{1,32}', re.ASCII)
_UNPRINTABLE = re.compile('[\0\ud800-\udfff]')
_LINE_END = re.compile(r'\r\n?')


def render_blocks(text: str) -> list[str]:
    """Render a whole markdown text: one sanitised HTML string for each of its top-level blocks.

    CommonMark with tables, ~~strikethrough~~, task lists and formulas; HTML in the source is shown as text. Costs about
    0.3 µs of CPU a character, and 1 µs for each of code: call it in a thread when the text is long.
    """
    return [block.html() for block in parse(normalise(text), {})]


def render_plain(text: str) -> str:
    """Give text that is not markdown (what a person wrote) as HTML, to be shown with `white-space: pre-wrap`."""
    return escape(normalise(text), quote=False)


def normalise(text: str) -> str:
    """Make every line end a single newline, and replace what no browser can show (NUL, halves of surrogate pairs)."""
    return _UNPRINTABLE.sub('\ufffd', _LINE_END.sub('\n', text))


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: its tokens and its lines in the source, `end` excluded, counted from 0."""

    tokens: Sequence[Token]
    start: int
    end: int

    @property
    def kind(self) -> str:
        """Name of the markdown construct, as the parser calls it: `paragraph_open`, `fence`, `bullet_list_open` …"""
        return self.tokens[0].type

    def html(self) -> str:
        """Render the block."""
        if is_plain(self.tokens[0]):
            return f'<p class="{PLAIN}">{text_as_html(self.tokens[1].content)}</p>'
        return sanitise(_PARSER.renderer.render(self.tokens, _PARSER.options, {}))


def parse(text: str, references: References, effort: Effort | None = None, *, growing: bool = False) -> list[Block]:
    """Parse normalised text. Link definitions are looked up in `references`, and those found are added to it.

    What takes more than the effort stays plain paragraphs. `growing` says that the text is still to go on.
    """
    effort = effort or Effort()
    if not effort.begin(text):
        return plain_blocks(text)
    tokens = _PARSER.parse(text, {'references': references, 'effort': effort, GROWING: growing})
    starts, line = [], 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0:
            first, end = token.map or (line, line)
            starts += [index] if first >= line else []  # what begins in another's last line stays with it
            line = end
    return [_block(tokens[start:end]) for start, end in pairwise([*starts, len(tokens)])]


def plain_blocks(text: str) -> list[Block]:
    """Give a text as one block that shows it as it is written, or none if nothing is."""
    return (
        [Block(plain_paragraph(text.rstrip(), 0, text.count('\n') + 1), 0, text.count('\n') + 1)]
        if text.strip()
        else []
    )


def _block(tokens: Sequence[Token]) -> Block:
    start = tokens[0].map[0] if tokens[0].map else 0
    end = max(token.map[1] for token in tokens if token.level == 0 and token.map)
    return Block(tokens, start, end)


class _Renderer(RendererHTML):
    """Tokens to HTML without white space between blocks, so that a text's end is always reached by last children."""

    def renderToken(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:  # noqa: N802
        """Render a token that has no method of its own."""
        token = tokens[idx]
        if token.hidden:
            return ''
        return f'<{"/" if token.nesting == -1 else ""}{token.tag}{self.renderAttrs(token)}>'

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Render a code fence; `token.meta[PLAIN]` leaves the code without colours."""
        return _code(tokens[idx], language(tokens[idx]))

    def code_block(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Render indented code."""
        return _code(tokens[idx], '')

    def footnote_ref(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Render a reference to a note."""
        return reference_html(tokens[idx])

    def footnote_back(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Render the link from a note back to the text."""
        return back_html(tokens, idx)

    def formula(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Set a formula."""
        token = tokens[idx]
        return formula_html(token.info, token.content, display=is_display(token))

    def open_formula(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Show the source of a formula without an end."""
        return f'<span class="formula-source">{escape(tokens[idx].content, quote=False)}</span>'

    def table_open(self, *_: Any) -> str:
        """Open a table in a box of its own that scrolls sideways."""
        return '<div class="table"><table>'

    def table_close(self, *_: Any) -> str:
        """Close a table and its box."""
        return '</table></div>'

    def th_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Open a heading cell."""
        return _cell(tokens[idx])

    def td_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Open a cell."""
        return _cell(tokens[idx])

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Render an image of our own origin; any other becomes a link, or only its text when it stands inside one."""
        token = tokens[idx]
        source, alt = (
            str(token.attrGet('src') or ''),
            self.renderInlineAsText(formulas_as_text(token.children or []), options, env),
        )
        if is_own_image(source):
            title = f' title="{escape(str(token.attrGet("title")))}"' if token.attrGet('title') else ''
            return f'<img src="{escape(source)}" alt="{escape(alt)}"{title} loading="lazy">'
        label = escape(alt.strip() or source, quote=False)
        return f'<a href="{escape(source)}">{label}</a>' if token.meta.get(LEADS_THERE) else label


def language(token: Token) -> str:
    """Give the language a code fence names."""
    found = _LANGUAGE.match(token.info.strip().lstrip('{.'))
    return found.group() if found else ''


def _code(token: Token, name: str) -> str:
    code = token.content.removesuffix('\n')
    shown = escape(code, quote=False) if token.meta.get(PLAIN) else highlight(code, name.lower())
    css_class = f' class="language-{name}"' if name else ''
    head = f'<div class="code-head"><span class="code-language">{name}</span>{COPY_BUTTON}</div>'
    return f'<div class="code">{head}<pre><code{css_class}>{shown}</code></pre></div>'


def _cell(token: Token) -> str:
    align = str(token.attrGet('style') or '').removeprefix('text-align:')
    return f'<{token.tag} align="{align}">' if align else f'<{token.tag}>'


def _parser() -> MarkdownIt:
    parser = MarkdownIt('commonmark', {'html': False, 'linkify': False}, renderer_cls=_Renderer)
    parser.inline = EmphasisInline()
    parser.configure('commonmark', {'html': False, 'linkify': False})
    parser.enable(['table', 'strikethrough'])
    break_lines(parser)
    find_bare_links(parser)
    keep_code_in_cells(parser)
    parser.core.ruler.push('tasks', find_tasks)
    parser.core.ruler.push('links', keep_links_harmless)
    nest_fences(parser)
    fold_sections(parser)
    number_notes(parser)
    bound(parser)
    find_formulas(parser)
    find_formulas_behind_words(parser)
    keep_bars_in_formulas(parser)
    return parser


_PARSER = _parser()
