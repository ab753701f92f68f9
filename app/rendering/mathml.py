"""LaTeX to MathML, by the library math-core, which is written in Rust: what it makes, in the form our page takes it.

A formula can be made to cost a lot (nesting, tables of empty cells, macros), and a parser that goes down level by level
ends the whole process when its stack is full. So formulas have a length, define nothing, and get a stack that is large
enough for the worst of that length; and what comes out has a length and a depth as well. What has not, or is no LaTeX,
stays as its source.
"""

import re
import threading
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING

from app.rendering.latex import MACROS, defines, prepared

if TYPE_CHECKING:
    from math_core import LatexToMathML

LONGEST = 4_000
"""Characters of a formula: four times what a page holds."""

LONGEST_MATHML = 100_000
"""Characters of what it becomes: 8 to 15 for each of a formula that means something."""

DEEPEST = 60
"""Elements in each other: what makes HTML safe, and browsers, go down level by level."""

FEW_LEVELS = 100
"""Signs that can open a level, up to which any thread's stack will do: a level takes 1 to 5 kB of 512 or more."""

STACK = 64 * 2**20
"""Bytes of address space for the others, six times what `LONGEST` of the worst asks for. Only what is used is taken."""

REMEMBERED = 400
"""Characters of a formula that is remembered: an open paragraph is rendered again and again."""

TAGS: AbstractSet[str] = {
    *('math', 'mi', 'mn', 'mo', 'mtext', 'mspace', 'mrow', 'mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup'),
    *('munder', 'mover', 'munderover', 'mtable', 'mtr', 'mtd', 'menclose', 'mpadded', 'mphantom'),
}

_KNOWN: AbstractSet[str] = TAGS | {'b', 'i', 'em', 's', 'u', 'code', 'span'}
"""What the library makes; its text may be bold, italic and the like. `mmultiscripts` browsers' cleaners do not know."""

CLASSES: AbstractSet[str] = {
    *('align-left', 'align-right', 'tight-left', 'tight-right', 'tight', 'filling', 'wide', 'rule-top', 'rule-right'),
    *('dashed-top', 'dashed-right', 'menclose-updiagonalstrike', 'menclose-downdiagonalstrike'),
}
"""What our style sheet says in place of styles, which the page does not allow."""

WRAPPERS: AbstractSet[str] = {'formula', 'formula-source', 'small-caps'}
"""Classes of what stands around a formula of its own line, in place of one that cannot be set, and in its text."""

_LAYOUT: AbstractSet[str] = {'displaystyle', 'scriptlevel', 'mathcolor'}
ATTRIBUTES: Mapping[str, AbstractSet[str]] = {
    **dict.fromkeys(TAGS, _LAYOUT),
    'math': {*_LAYOUT, 'display', 'data-tex'},
    'mi': {*_LAYOUT, 'mathvariant'},
    'mo': {
        *_LAYOUT,
        'form',
        'stretchy',
        'symmetric',
        'largeop',
        'movablelimits',
        'lspace',
        'rspace',
        'minsize',
        'maxsize',
    },
    'mspace': {*_LAYOUT, 'width', 'height', 'depth'},
    'mpadded': {*_LAYOUT, 'width', 'height', 'depth', 'lspace', 'voffset'},
    'mfrac': {*_LAYOUT, 'linethickness'},
    'mover': {*_LAYOUT, 'accent'},
    'munder': {*_LAYOUT, 'accentunder'},
    'munderover': {*_LAYOUT, 'accent', 'accentunder'},
    'mtd': {*_LAYOUT, 'columnspan', 'rowspan'},
    'menclose': {*_LAYOUT, 'notation'},
}
"""Attributes of MathML Core that change how a formula looks, and nothing else."""

_STYLES: Mapping[str, str] = {
    'text-align: left': 'align-left',
    'text-align: right': 'align-right',
    'padding-left: 0': 'tight-left',
    'padding-right: 0': 'tight-right',
    'padding-top: 0': 'tight',
    'width: 50%': 'filling',
    'width: 100%': 'wide',
    'border-top: 0.05em solid currentcolor': 'rule-top',
    'border-right: 0.05em solid currentcolor': 'rule-right',
    'border-top: 0.05em dashed currentcolor': 'dashed-top',
    'border-right: 0.05em dashed currentcolor': 'dashed-right',
    'font-variant-caps: small-caps': 'small-caps',
}
_STYLE = re.compile(' style="([^"]*)"')
_COLOUR = re.compile('color:(#[0-9A-Fa-f]{6})')
_GREY = re.compile(r'#(..)\1\1')
_TAG = re.compile('<(/?)([a-z]+)[^<>]*?(/?)>')
_BOLD_OR_ITALIC = re.compile('<(/?)([bi])>')


def formula_html(latex: str, source: str, *, display: bool) -> str:
    """Give a formula as HTML: MathML that carries its `source`, or the source as text when it cannot be set.

    About 20 µs; `rendering.sanitise` has to clean it, like all HTML.
    """
    mathml = _remembered(latex, display) if len(latex) <= REMEMBERED else mathml_of(latex, display)
    if mathml is None:
        return f'<span class="formula-source">{escape(source, quote=False)}</span>'
    html = f'<math data-tex="{escape(source)}"{mathml.removeprefix("<math")}'
    return f'<span class="formula">{html}</span>' if display else html


def mathml_of(latex: str, display: bool) -> str | None:
    """Set a formula; None when it is no LaTeX, or would be too much."""
    if len(latex) > LONGEST or defines(latex):
        return None
    ready = prepared(latex, display=display)
    mathml = _set_with_a_large_stack(ready, display) if _may_be_deep(ready) else _set(ready, display)
    if mathml is None or len(mathml) > LONGEST_MATHML or not _is_harmless(mathml):
        return None
    return _dressed(mathml)


_remembered = lru_cache(maxsize=256)(mathml_of)


def _may_be_deep(latex: str) -> bool:
    return sum(map(latex.count, '\\{[^_')) > FEW_LEVELS


def _set(latex: str, display: bool) -> str | None:
    from math_core import LatexError  # late: a start without a formula to show should not pay for it

    try:
        return _library().convert_with_local_state(latex, displaystyle=display)
    except LatexError:
        return None
    except BaseException as fault:
        if type(fault).__name__ != 'PanicException':  # how a fault in Rust arrives; it is no Exception
            raise
        return None


@cache
def _library() -> 'LatexToMathML':
    from math_core import LatexToMathML

    return LatexToMathML(macros=dict(MACROS), fancy_error=False, allow_unreliable_rendering=True)


def _set_with_a_large_stack(latex: str, display: bool) -> str | None:
    """Set a formula in a thread of its own, and wait for it."""
    result: list[str | None] = []
    before = threading.stack_size(STACK)  # of threads that start from now on: if another does so too, no harm is done
    try:
        thread = threading.Thread(target=lambda: result.append(_set(latex, display)), name='formula')
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    return result[0] if result else None


def _is_harmless(mathml: str) -> bool:
    """Say whether there are only elements we know, not too many in each other."""
    depth = 0
    for closing, name, empty in _TAG.findall(mathml):
        if closing:
            depth -= 1
            continue
        if name not in _KNOWN:
            return False
        depth += not empty
        if depth > DEEPEST:
            return False
    return True


def _dressed(mathml: str) -> str:
    """Put classes in place of styles, and colours in their attribute."""
    mathml = _BOLD_OR_ITALIC.sub(lambda found: f'<{found[1]}{"strong" if found[2] == "b" else "em"}>', mathml)
    return _STYLE.sub(_class_or_colour, mathml) if ' style=' in mathml else mathml


def _class_or_colour(style: 're.Match[str]') -> str:
    if colour := _COLOUR.match(style[1]):  # black and white mean the text's own, on a page that may be light or dark
        return '' if _GREY.fullmatch(colour[1]) else f' mathcolor="{colour[1]}"'
    names = [_STYLES[each.strip()] for each in style[1].split(';') if each.strip() in _STYLES]
    return f' class="{" ".join(names)}"' if names else ''
