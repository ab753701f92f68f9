"""Code to highlighted HTML. Pygments knows the languages; its eighty token kinds become the few classes listed here."""

from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

TOKEN_CLASSES: Mapping[str, str] = {
    'Comment.Preproc': 'tok-keyword',
    'Comment': 'tok-comment',
    'Keyword.Type': 'tok-type',
    'Keyword.Constant': 'tok-number',
    'Keyword': 'tok-keyword',
    'Operator.Word': 'tok-keyword',
    'Operator': 'tok-operator',
    'Name.Function': 'tok-function',
    'Name.Decorator': 'tok-function',
    'Name.Builtin': 'tok-builtin',
    'Name.Class': 'tok-type',
    'Name.Exception': 'tok-type',
    'Name.Constant': 'tok-number',
    'Name.Tag': 'tok-keyword',
    'Name.Attribute': 'tok-attribute',
    'Literal.Number': 'tok-number',
    'Literal': 'tok-string',
    'Generic.Inserted': 'tok-inserted',
    'Generic.Deleted': 'tok-deleted',
    'Generic.Heading': 'tok-heading',
    'Generic.Subheading': 'tok-heading',
    'Generic.Prompt': 'tok-comment',
    'Error': 'tok-error',
}
"""Pygments' token kind (and all below it, unless named itself) to the class of its `<span>`; other kinds get none."""

CACHED_CHARACTERS = 4096
"""Code up to this length is remembered: while a list or quote grows, the code inside it is rendered again and again."""

QUICK = 1000
"""Characters of code up to which its colours are found where everybody else waits meanwhile.

Regular expressions look for them, and the time that many of these take grows with the square or cube of a text.
"""

MOST_COLOURED = 20_000
"""Coloured pieces of one code; with more it stays plain. A browser takes a second or two for as many, and with three
times as many it was seen to stand still for half a minute."""

LONGEST = 200_000
"""Characters of code up to which it gets colours at all."""

QUICK_LANGUAGES = frozenset({
    'apache', 'asm', 'awk', 'bash', 'batch', 'clojure', 'cmake', 'console', 'css', 'd', 'dart', 'diff', 'django',
    'dockerfile', 'elixir', 'erlang', 'fortran', 'fsharp', 'glsl', 'go', 'graphql', 'groovy', 'haskell', 'hlsl',
    'html', 'http', 'ini', 'java', 'javascript', 'jinja', 'js', 'json', 'json5', 'jsx', 'julia', 'kotlin', 'latex',
    'less', 'lisp', 'lua', 'markdown', 'matlab', 'md', 'mysql', 'nginx', 'nim', 'ocaml', 'pascal', 'perl', 'php',
    'postgresql', 'powershell', 'prolog', 'protobuf', 'py', 'pycon', 'python', 'python3', 'r', 'racket', 'rb', 'rs',
    'ruby', 'rust', 'sass', 'scheme', 'scss', 'sed', 'sh', 'shell', 'shell-session', 'solidity', 'sql', 'sqlite3',
    'swift', 'tex', 'toml', 'ts', 'tsx', 'typescript', 'vbnet', 'verilog', 'vhdl', 'vim', 'xml', 'yaml', 'yml', 'zig',
})  # fmt: skip
"""Names of languages of which 470 hostile texts of `QUICK` characters took at most 60 ms each, most less than 20 ms.

Of C they took 130 ms, of reStructuredText more than 500.
"""


def is_quick(code: str, language: str) -> bool:
    """Say whether the colours of `code` are found in a moment, whatever is in it."""
    return len(code) <= QUICK and (not language or language.lower() in QUICK_LANGUAGES)


def highlight(code: str, language: str) -> str:
    """Give `code` as HTML with `<span class="tok-…">`, or merely escaped when nobody knows the language.

    About 1 ms of CPU for 1,000 characters, and without limit if the code is hostile: `is_quick` says whether it may be.
    """
    return _remembered(code, language) if len(code) <= CACHED_CHARACTERS else _highlight(code, language)


def coloured(code: str, language: str) -> list[tuple[str, str]]:
    """Give `code` in pieces, each with the class of its colour (empty for none); joined they are the code."""
    lexer = _lexer(language) if language and len(code) <= LONGEST else None
    if lexer is None:
        return [('', code)]
    pieces = [(_token_class(str(kind)), value) for kind, value in lexer.get_tokens(code)]
    if ''.join(value for _, value in pieces) != code:  # a lexer may drop characters (a byte order mark); we never do
        return [('', code)]
    joined = [(name, ''.join(value for _, value in group)) for name, group in groupby(pieces, lambda piece: piece[0])]
    return joined if sum(1 for name, _ in joined if name) <= MOST_COLOURED else [('', code)]


def _highlight(code: str, language: str) -> str:
    return ''.join(_span(name, value) for name, value in coloured(code, language))


_remembered = lru_cache(maxsize=128)(_highlight)


def _span(name: str, value: str) -> str:
    escaped = escape(value, quote=False)
    return f'<span class="{name}">{escaped}</span>' if name and not value.isspace() else escaped


@cache
def _token_class(kind: str) -> str:
    """Find the class of `Token.Name.Function.Magic` under the longest of its prefixes that is named."""
    path = kind.removeprefix('Token.')
    while path and path not in TOKEN_CLASSES:
        path = path.rpartition('.')[0]
    return TOKEN_CLASSES.get(path, '')


def _lexer(language: str) -> 'Lexer | None':
    from pygments.lexers import get_lexer_by_name  # late: a start without code to show should not pay for it
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
