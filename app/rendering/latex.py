r"""LaTeX as models write it, made ready for the library that sets it: what that one lacks, in words it knows.

Definitions are told here as well: they are not set, since each can multiply what comes after it.
"""

import re
from collections.abc import Mapping

MACROS: Mapping[str, str] = {
    'substack': r'\begin{subarray}{c}#1\end{subarray}',
    'mbox': r'\text{#1}',
    'textnormal': r'\text{#1}',
    'smash': '{#1}',
    'hfill': r'\quad',
    'hbox': r'\text{#1}',
    'pmb': r'\boldsymbol{#1}',
    'mathbfit': r'\boldsymbol{#1}',
    'mathbbm': r'\mathbb{#1}',
    'mathds': r'\mathbb{#1}',
    'mathnormal': r'\mathit{#1}',
    'mathclap': '{#1}',
    'sout': r'\cancel{#1}',
    'abs': r'\left|#1\right|',
    'norm': r'\left\|#1\right\|',
    'dd': r'\mathrm{d}',
    'dv': r'\frac{\mathrm{d}#1}{\mathrm{d}#2}',
    'pdv': r'\frac{\partial #1}{\partial #2}',
    'SI': r'#1\,\mathrm{#2}',
    'pu': r'\mathrm{#1}',
    'colorbox': r'\boxed{#2}',
    'dotsb': r'\cdots',
    'smallsetminus': r'\setminus',
    'textdegree': r'{}^\circ',
    'eqref': r'\text{(#1)}',
    'ref': r'\text{#1}',
    'allowbreak': '',
    'nobreak': '',
    **dict.fromkeys(('tiny', 'scriptsize', 'small', 'normalsize', 'large', 'Large', 'LARGE', 'huge', 'Huge'), ''),
}
"""Commands that the library lacks, by what comes near them."""

_DEFINITION = re.compile(
    r'\\(?:[egx]?def|let|futurelet|(?:re|provide)?newcommand|providecommand|renewcommand|DeclareMathOperator|'
    r'DeclareRobustCommand|DeclarePairedDelimiter|newenvironment|csname|expandafter)(?![A-Za-z])'
)
_LABEL = re.compile(r'\\(?:label|require)\s*\{[^{}]*\}')
_COMMENT = re.compile(r'(\\.)|%([^\n]*\n)?', re.DOTALL)
_TEXT = re.compile(r'\\(?:text|mbox|textrm|textnormal|textbf|textit)\s*\{')
_GROUP_PARTS = re.compile(r'\\.|[{}]', re.DOTALL)
_ROW_END = re.compile(r'(\\\\(?:\[[^\[\]]*\])?)')
_ENVIRONMENT = re.compile(r'\\(begin|end)\s*\{([A-Za-z]+)\*?\}(\s*\[[a-z]\])?(\s*\{\d+\})?')
_NUMBERED = re.compile(r'\\begin\{(align|equation|gather|multline)\*\}(.*?)\\end\{\1\*\}', re.DOTALL)

_BY_ANOTHER_NAME: Mapping[str, str] = {
    'split': 'aligned',
    'alignedat': 'aligned',
    'alignat': 'align*',
    'flalign': 'align*',
    'align': 'align*',
    'gather': 'gather*',
    'multline': 'multline*',
    'equation': 'equation*',
    'smallmatrix': 'matrix',
    'eqnarray': 'array',
}
"""Environments by one the library has. Their rows get no numbers, which would begin at (1) in each formula."""

_WITH_POSITION = frozenset(
    (
        'aligned',
        'alignedat',
        'gathered',
        'split',
        'array',
        'matrix',
        'pmatrix',
        'bmatrix',
        'Bmatrix',
        'vmatrix',
        'Vmatrix',
    )
)


def defines(latex: str) -> bool:
    """Say whether a formula defines commands of its own."""
    return _DEFINITION.search(latex) is not None


def prepared(latex: str, *, display: bool) -> str:
    """Give a formula in the words of the library."""
    latex = _COMMENT.sub(_without_comment, _LABEL.sub('', latex)).strip()
    latex = _ENVIRONMENT.sub(_known_environment, _with_formulas_beside_text(latex))
    if '\\tag' in latex:
        return _with_tags(latex)
    if display and _has_rows(latex):
        name = 'aligned' if '&' in latex else 'gathered'
        return f'\\begin{{{name}}}{latex}\\end{{{name}}}'
    return latex


def _has_rows(latex: str) -> bool:
    """Say whether a formula has several rows without an environment for them."""
    depth = 0
    for part in _GROUP_PARTS.finditer(latex):
        depth += {'{': 1, '}': -1}.get(part[0], 0)
        if part[0] == '\\\\' and depth == 0:
            return '\\begin' not in latex
    return False


def _without_comment(found: 're.Match[str]') -> str:
    r"""Drop a comment up to its line's end; a percent sign on the last line is meant as `\%`."""
    return found[1] or ('\n' if found[2] else r'\%')


def _with_formulas_beside_text(latex: str) -> str:
    r"""Take formulas out of the text they stand in: `\text{if $x$ is}` becomes `{\text{if }x\text{ is}}`."""
    parts, at = [], 0
    while '$' in latex and (found := _TEXT.search(latex, at)):
        end = _group_end(latex, found.end())
        pieces = latex[found.end() : end - 1].split('$')
        whole = latex[found.start() : end]
        beside = ''.join(f'{found[0]}{piece}}}' if n % 2 == 0 else piece for n, piece in enumerate(pieces))
        parts += [latex[at : found.start()], f'{{{beside}}}' if len(pieces) % 2 and '\\$' not in whole else whole]
        at = end
    return ''.join([*parts, latex[at:]])


def _group_end(latex: str, start: int) -> int:
    """Find the position behind the brace that closes the group which begins at `start`, behind its own."""
    depth = 1
    for part in _GROUP_PARTS.finditer(latex, start):
        depth += {'{': 1, '}': -1}.get(part[0], 0)
        if not depth:
            return part.end()
    return len(latex)


def _known_environment(found: 're.Match[str]') -> str:
    verb, name, position, columns = found.groups('')
    if name in ('displaymath', 'math'):
        return position + columns
    rest = '' if name in _WITH_POSITION else position
    rest += '' if name in ('alignat', 'alignedat') else columns
    if name == 'eqnarray' and verb == 'begin':
        rest = f'{{rcl}}{rest}'
    return f'\\{verb}{{{_BY_ANOTHER_NAME.get(name, name)}}}{rest}'


def _with_tags(latex: str) -> str:
    r"""Let rows with a `\tag` show it, which the library does in numbered environments only."""
    if _NUMBERED.search(latex) is None:
        return f'\\begin{{equation}}{latex}\\end{{equation}}'
    return _NUMBERED.sub(lambda found: f'\\begin{{{found[1]}}}{_tagged_rows(found[2])}\\end{{{found[1]}}}', latex)


def _tagged_rows(body: str) -> str:
    if '\\begin' in body:
        return body
    rows = _ROW_END.split(body)
    rows[::2] = [row if '\\tag' in row or not row.strip() else f'{row}\\notag ' for row in rows[::2]]
    return ''.join(rows)
