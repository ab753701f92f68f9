r"""Where a formula stands in a text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and environments, told from prices and escapes.

A dollar is the hard one, since it also means money and shell variables. The rules are those of pandoc (no white space
inside beside it, no digit behind it) and a few more, named where they are checked. Every look goes over a text a fixed
number of times, however many delimiters are in it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

ENVIRONMENTS = (
    *('equation', 'align', 'aligned', 'alignat', 'alignedat', 'flalign', 'gather', 'gathered', 'multline', 'eqnarray'),
    *('split', 'displaymath', 'math', 'array', 'darray', 'cases', 'dcases', 'rcases', 'drcases', 'matrix', 'pmatrix'),
    *('bmatrix', 'Bmatrix', 'vmatrix', 'Vmatrix', 'smallmatrix'),
)
"""Environments that are formulas by themselves, each also with a star. Others (`itemize`, `tikzpicture`) are not."""

MOST_NESTED = 8
r"""Delimiters within braces, as in `$\text{if $x$}$`, that are looked over for the end of a formula."""

_LETTER = r'[^\W\d_\u0370-\u03ff]'
"""Of any script but Greek, which stands in formulas."""

_WORDS = (
    rf'(?<!{_LETTER}){_LETTER}{{2,}}+,?\s++{_LETTER}{{2}}|(?<![^\W_])[^\W_]{{2,}}+[.;:]\s++{_LETTER}{{2}}'
    rf'|\d[kKmMbB%+]?[,.;]?\s++{_LETTER}{{2}}'
)
"""Words beside each other or behind a number: prose, unless there is also what prose does not have.

Each run of letters is looked at once.
"""

_TEX = r'\\[A-Za-z]|\^|_\{|(?<![A-Za-z0-9])[A-Za-z]_[A-Za-z0-9]'

_SIGN_OR_PROSE = re.compile(rf'(?P<sign>[\\^_={{}}<>])|{_WORDS}')
_TEX_OR_PROSE = re.compile(rf'(?P<sign>{_TEX})|{_WORDS}')
_SIGN_OR_WORD = re.compile(rf'(?P<sign>{_TEX}|(?<=[\w)}}\]]) ?[=<>+/]|\\\\)|[^\W\d_]{{3}}|\*\*|`')
"""What tells a line of a formula from one of prose that stands below `$$`, such as a price level."""

_SIGN = re.compile(r'[\\^_={}<>]')
_ONLY_WORDS = re.compile(_WORDS)

_AMOUNT = re.compile(r'[\d.,]*\d[kKmMbB%+]?\s*[-\u2013|/~]\s*')
"""An amount and what joins it to the next one, the whole of `$5-$`."""

_FOREIGN = re.compile(r'[^\W\d_A-Za-z\u0370-\u03ff]')
"""A letter that stands in no formula, unless as text."""

_DOLLAR_END = re.compile(r'(?<!\s)\$(?![$\d{]|(?!(?:st|nd|rd|th|s|d)(?![A-Za-z0-9]))[A-Za-z])')
"""Behind it no digit or letter, but for those of `$n$th` and `$x$s`: `$HOME/$USER`."""

_DOLLAR_PARTS = re.compile(r'\\.|[{}$]', re.DOTALL)
_DOLLARS_PARTS = re.compile(r'\\.|\$\$', re.DOTALL)
_BRACKET_PARTS = re.compile(r'\\.|[{}]', re.DOTALL)
_ENVIRONMENT_PARTS = re.compile(r'\\(?:(?P<begin>begin)|end)\{(?P<name>[A-Za-z]+\*?)\}|\\.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula up to position `end` of a text; `latex` is its source without delimiters.

    `display` says that it stands on lines of its own. The begin and end of an environment belong to its `latex`.
    """

    end: int
    source: str
    latex: str
    display: bool


_NOT_YET, _NEVER = -1, -2
"""In place of the end of a formula: more text could bring one, or could not."""


@dataclass(frozen=True, slots=True)
class _Kind:
    opening: re.Pattern[str]
    find_end: Callable[[str, 're.Match[str]'], int]
    """Gives where the closing delimiter begins, or `_NOT_YET` or `_NEVER`."""
    closing: int
    """Length of the closing delimiter."""
    display: bool


def read_formula(text: str, start: int) -> Formula | None:
    """Read the formula that begins at `start`; None if none does, or it has no end."""
    for kind in _KINDS:
        if opening := kind.opening.match(text, start):
            end = kind.find_end(text, opening)
            return None if end < 0 else _formula(text, opening, end, kind)
    return None


def is_open(text: str, start: int) -> bool:
    """Say whether what begins at `start` and has no end may be a formula that is still being written.

    That is so unless it reads like prose; a lone dollar must be followed by what only TeX has.
    """
    for kind in _KINDS:
        if not (opening := kind.opening.match(text, start)):
            continue
        if kind.find_end(text, opening) != _NOT_YET or (kind is _DOLLAR and text.find('$', start + 1) >= 0):
            return False
        first = (_TEX_OR_PROSE if kind is _DOLLAR else _SIGN_OR_PROSE).search(text, opening.end())
        return kind is _ENVIRONMENT or (kind is not _DOLLAR if first is None else first['sign'] is not None)
    return False


def could_end(text: str, start: int) -> bool:
    """Say whether more text could give an end to what begins at `start`."""
    return any(
        kind.find_end(text, opening) == _NOT_YET for kind in _KINDS if (opening := kind.opening.match(text, start))
    )


def opens_lines(text: str, start: int) -> bool:
    """Say whether what a line begins with, at `start`, begins lines of a formula, whatever comes on later lines."""
    return any(kind.opening.match(text, start) for kind in _KINDS if kind.display)


def begins_lines(text: str, start: int) -> bool:
    """Say whether what begins at `start` and has no end on its line goes on over the next ones, whatever these are.

    Its first line that is not blank tells, the same one or the next: it has a sign before any word, or no word at all.
    """
    for kind in _KINDS:
        if not kind.display or not (opening := kind.opening.match(text, start)):
            continue
        first, *others = text[opening.end() :].split('\n', 2)
        if not others or kind is _ENVIRONMENT:
            return kind is _ENVIRONMENT
        first = first if first.strip() else others[0]
        found = _SIGN_OR_WORD.search(first)
        return bool(first.strip() or kind is not _DOLLARS) if found is None else found['sign'] is not None
    return False


def _formula(text: str, opening: 're.Match[str]', end: int, kind: _Kind) -> Formula | None:
    start, after = opening.start(), end + kind.closing
    source = text[start:after]
    latex = source if kind is _ENVIRONMENT else text[opening.end() : end]
    if not latex.strip().strip('\\') or (not _SIGN.search(latex) and _ONLY_WORDS.search(latex)):
        return None
    if (kind is _DOLLAR and _is_amount(latex)) or (not kind.display and '`' in latex and '{' not in latex):
        return None
    return Formula(after, source, latex.strip(), kind.display)


def _is_amount(said: str) -> bool:
    """Say whether it is an amount, or two with a word between that is not in ASCII: `$5，即10$`, `$5 или 10$`."""
    if _AMOUNT.fullmatch(said):
        return True
    is_two = said[0].isdecimal() and said[-1].isdecimal()
    return is_two and _FOREIGN.search(said) is not None and _SIGN.search(said) is None


def _end_of_dollar(text: str, opening: 're.Match[str]') -> int:
    depth = nested = 0
    for part in _DOLLAR_PARTS.finditer(text, opening.end()):
        match part[0]:
            case '{':
                depth += 1
            case '}':
                depth = max(depth - 1, 0)
            case '$' if not depth:
                return part.start() if _DOLLAR_END.match(text, part.start()) else _NEVER
            case '$' if nested == MOST_NESTED:
                return _NEVER
            case '$':
                nested += 1
    return _NOT_YET


def _end_of_dollars(text: str, opening: 're.Match[str]') -> int:
    end = next((part.start() for part in _DOLLARS_PARTS.finditer(text, opening.end()) if part[0] == '$$'), _NOT_YET)
    return _NEVER if end >= 0 and text.startswith('$', end + 2) else end


def _end_of_bracket(text: str, opening: 're.Match[str]') -> int:
    r"""Find the `\)` of a `\(`, or the `\]` of a `\[`: another opening one before it says that this one has none."""
    closing = '\\)' if opening[0] == '\\(' else '\\]'
    depth = nested = inner = 0
    for part in _BRACKET_PARTS.finditer(text, opening.end()):
        if part[0] in '{}':
            depth = max(depth + (1 if part[0] == '{' else -1), 0)
        elif part[0] == opening[0]:
            inner, nested = inner + 1, nested + 1
            if not depth or nested > MOST_NESTED:
                return _NEVER
        elif part[0] == closing:
            if not inner:
                return part.start()
            inner -= 1
    return _NOT_YET


def _end_of_environment(text: str, opening: 're.Match[str]') -> int:
    inner = 0
    for part in _ENVIRONMENT_PARTS.finditer(text, opening.end()):
        if part['name'] != opening['name']:
            continue
        if not part['begin'] and not inner:
            return part.end()
        inner += 1 if part['begin'] else -1
    return _NOT_YET


_DOLLAR = _Kind(re.compile(r'(?<![A-Za-z0-9$])\$(?![\s$),;?"\u2013\u2014]|[:!.](?:\s|$))'), _end_of_dollar, 1, False)
_DOLLARS = _Kind(re.compile(r'(?<!\$)\$\$(?!\$|[ \t]*(?:[),;?"\u2013\u2014]|[:!.](?:\s|$)))'), _end_of_dollars, 2, True)
_ROUND = _Kind(re.compile(r'\\\('), _end_of_bracket, 2, False)
_SQUARE = _Kind(re.compile(r'\\\[(?!(?:\d{1,4}|[xX ]?)\\\])'), _end_of_bracket, 2, True)
r"""`\[1\]` and `\[x\]` are a footnote's number and a box, escaped."""
_ENVIRONMENT = _Kind(
    re.compile(rf'\\begin\{{(?P<name>(?:{"|".join(ENVIRONMENTS)})\*?)\}}'), _end_of_environment, 0, True
)
_KINDS = (_DOLLAR, _DOLLARS, _ROUND, _SQUARE, _ENVIRONMENT)
