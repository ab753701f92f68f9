"""Estimates how many tokens a text has for a model whose tokenizer we do not have.

Every weight is a number of tokens, set by what the tokenizers of Llama 2, Llama 3, Qwen 3, Gemma 3, DeepSeek V3 and
gpt-oss make of 190 kinds of text, so that nothing people write has more than 1.33 times the estimate with any of them.
Digits are a token each for Llama 2, Gemma and Qwen; a script that a vocabulary lacks costs up to a token a byte. What
is no language (characters drawn by lot from all of Chinese or Korean) can have more than twice as many.

All passes over a text are made in C: 400,000 characters take some 10 ms.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter

WORDS, SIGNS, REPEATS = 'words', 'signs', 'repeats'
"""The kinds of ASCII; the others are scripts. Each is corrected by itself: prose tells nothing about digits."""

LETTER, SELDOM_LETTER, CAPITAL, SPACE = 0.265, 1.0, 0.42, 0.31
"""What words are made of. See `_SELDOM`."""

DIGIT, SPACE_BEFORE_DIGIT, SIGN, LINE_END, CONTROL = 0.87, 0.45, 0.68, 0.82, 1.1

LETTER_BESIDE_DIGIT, CAPITAL_INSIDE = 0.3, 0.6
"""Where a tokenizer has to begin anew, beside what the characters cost."""

CODE, LONGEST_WORD = 0.8, 23
"""A character of a hash, of base64 and the like: what is too long for a word, in characters, and looks like none."""

_SELDOM = b'jkqwxyz'
"""Seldom in English and Portuguese, and frequent in languages of which vocabularies know less: Finnish, Zulu, Welsh."""

_SCRIPTS: tuple[tuple[int, str, float], ...] = (
    (0x0000, 'ascii', 0),
    (0x0080, 'symbols', 1.0),
    (0x00C0, 'accents', 1.3),
    (0x0250, 'accents', 1.9),  # phonetic
    (0x0300, 'marks', 1.8),  # accents that stand alone
    (0x0380, 'greek', 0.95),
    (0x0400, 'cyrillic', 1.2),  # і, ј, ө: what Russian does not have
    (0x0410, 'cyrillic', 0.9),  # its capitals
    (0x0430, 'cyrillic', 0.5),
    (0x0450, 'cyrillic', 1.25),
    (0x0530, 'armenian', 1.55),
    (0x0590, 'hebrew', 0.95),
    (0x0600, 'arabic', 0.95),
    (0x0700, 'other', 2.5),
    (0x0900, 'devanagari', 1.05),
    (0x0980, 'bengali', 1.2),
    (0x0A00, 'gurmukhi', 2.2),
    (0x0A80, 'gujarati', 2.0),
    (0x0B00, 'odia', 2.2),
    (0x0B80, 'tamil', 1.3),
    (0x0C00, 'telugu', 1.7),
    (0x0C80, 'kannada', 1.7),
    (0x0D00, 'malayalam', 2.0),
    (0x0D80, 'sinhala', 1.75),
    (0x0E00, 'thai', 0.95),
    (0x0E80, 'lao', 2.35),
    (0x0F00, 'tibetan', 1.8),
    (0x1000, 'burmese', 1.75),
    (0x1090, 'georgian', 1.75),
    (0x1100, 'hangul', 2.4),  # its letters one by one
    (0x1200, 'other', 2.5),
    (0x1780, 'khmer', 1.45),
    (0x1800, 'other', 2.5),
    (0x1E00, 'accents', 1.3),  # Vietnamese
    (0x1F00, 'greek', 1.5),
    (0x2000, 'symbols', 0.85),  # quotation marks, dashes
    (0x2100, 'symbols', 1.5),  # arrows, mathematics
    (0x2500, 'symbols', 0.75),  # boxes
    (0x2590, 'symbols', 1.5),
    (0x2600, 'emoji', 1.5),
    (0x2800, 'other', 2.5),
    (0x3000, 'kana', 0.95),
    (0x3100, 'other', 2.5),
    (0x4E00, 'chinese', 1.08),
    (0xA000, 'other', 2.5),
    (0xAC00, 'hangul', 1.1),
    (0xD800, 'emoji', 1.8),  # half a character: whatever is beyond the first 65,536
    (0xE000, 'other', 2.5),
    (0xFE00, 'emoji', 1.5),  # what chooses between the forms of one
    (0xFE10, 'symbols', 2.4),  # wide and narrow letters
)
"""From which unit of UTF-16 on what is written how: kind, and tokens each. A script begins where a part does."""

_PARTS = (0x00, 0x10, 0x30, 0x50, 0x80, 0x90, 0xC0)
"""Where the parts of a page begin; a page is 256 code points."""

_MARK_OF_PART = 0xF0
"""What stands for the first part where pages and parts stand side by side. There are fewer kinds of pages."""

_DIGITS, _CAPITALS, _LETTERS = range(48, 58), range(65, 91), range(97, 123)

_REPEATABLE = tuple(bytes([each]) for each in b' -=._*#~+/|')
"""Four of these are about one token: indentation, rules, leaders."""

_LONG = re.compile(rb'(?<![0-9A-Za-z])[0-9A-Za-z]{%d,}' % (LONGEST_WORD + 1))

REMEMBERED_CHARACTERS = 4_000
"""Texts up to this length are weighed once: some 8 MB at the most."""

Script = tuple[str, float]


def _pages() -> tuple[bytes, tuple[tuple[Script, ...], ...]]:
    """Give pages that are written alike the same number, and say what the parts of each are written in."""
    kinds: dict[tuple[Script, ...], int] = {}
    numbers = []
    for page in range(256):
        begins = (bisect_right(_SCRIPTS, page * 256 + part, key=itemgetter(0)) - 1 for part in _PARTS)
        numbers.append(kinds.setdefault(tuple(_SCRIPTS[index][1:] for index in begins), len(kinds)))
    return bytes(numbers), tuple(kinds)


def _table(**members: Iterable[int]) -> bytes:
    """Give each byte of ASCII the letter of its class; the others are signs."""
    table = bytearray(b'.' * 256)
    for letter, characters in members.items():
        for each in characters:
            table[each] = ord(letter)
    return bytes(table)


_NUMBER_OF_PAGE, _SCRIPTS_OF_PAGE = _pages()
_LATIN = tuple((kind, tokens) for _, kind, tokens in _SCRIPTS[1:3])
_BEFORE_SYMBOLS, _BEFORE_ACCENTS = (bytes(range(first)) for first, _, _ in _SCRIPTS[1:3])
_PART_OF_UNIT = bytes(_MARK_OF_PART + bisect_right(_PARTS, low) - 1 for low in range(256))

_CLASSES = _table(c=range(32), n=b'\t\n\r', d=_DIGITS, A=_CAPITALS, a=_LETTERS, j=_SELDOM, s=b' ', q=b'?')
_TURNS = _table(d=_DIGITS, w=(*_CAPITALS, *_LETTERS), s=b' ')
_CASES = _table(A=_CAPITALS, a=_LETTERS)
_RUNS = _table(w=(*_DIGITS, *_CAPITALS, *_LETTERS))
_LONG_RUN = b'w' * (LONGEST_WORD + 1)


def weigh(text: str) -> dict[str, float]:
    """Estimate the tokens of a text, by kinds. The messages of a conversation are weighed again with each question."""
    return dict(_remembered(text)) if len(text) <= REMEMBERED_CHARACTERS else _weigh(text)


def _weigh(text: str) -> dict[str, float]:
    weights = {} if text.isascii() else _scripts(text)
    foreign = 0 if text.isascii() else len(text) - len(text.encode('ascii', 'ignore'))
    rest, codes = _without_codes(text.encode('ascii', 'replace'))
    rest, repeats = _without_repeats(rest)
    count = rest.translate(_CLASSES).count
    turns = rest.translate(_TURNS).count
    inside = rest.translate(_CASES).count(b'aA')
    weights[WORDS] = LETTER * count(b'a') + SELDOM_LETTER * count(b'j') + CAPITAL * count(b'A') + SPACE * count(b's')
    weights[SIGNS] = (
        DIGIT * count(b'd')
        + SPACE_BEFORE_DIGIT * turns(b'sd')
        + LETTER_BESIDE_DIGIT * (turns(b'dw') + turns(b'wd'))
        + CAPITAL_INSIDE * inside
        + SIGN * (count(b'.') + count(b'q') - foreign)  # encoding put a question mark for each
        + LINE_END * count(b'n')
        + CONTROL * count(b'c')
        + CODE * codes
    )
    weights[REPEATS] = repeats
    return weights


_remembered = lru_cache(maxsize=2_000)(_weigh)


def _scripts(text: str) -> dict[str, float]:
    """Weigh what is not ASCII."""
    latin = text.encode('latin-1', 'ignore')
    accents = len(latin.translate(None, delete=_BEFORE_ACCENTS))
    symbols = len(latin.translate(None, delete=_BEFORE_SYMBOLS)) - accents
    weights = {kind: tokens * times for (kind, tokens), times in zip(_LATIN, (symbols, accents), strict=True)}
    units = text.encode('utf-16-le', 'surrogatepass')
    pages = units[1::2].translate(_NUMBER_OF_PAGE)
    parts: bytes | bytearray = b''
    for page in {*pages.translate(None, delete=b'\0')}:
        scripts = _SCRIPTS_OF_PAGE[page]
        if len({*scripts}) == 1:
            kind, tokens = scripts[0]
            weights[kind] = weights.get(kind, 0) + tokens * pages.count(page)
            continue
        parts = parts or _parts(units, pages)
        for part, (kind, tokens) in enumerate(scripts):
            weights[kind] = weights.get(kind, 0) + tokens * parts.count(bytes((page, _MARK_OF_PART + part)))
    return weights


def _parts(units: bytes, pages: bytes) -> bytearray:
    """Put the number of each page beside the mark of its part."""
    side_by_side = bytearray(len(units))
    side_by_side[::2] = pages
    side_by_side[1::2] = units[::2].translate(_PART_OF_UNIT)
    return side_by_side


def _without_codes(text: bytes) -> tuple[bytes, int]:
    """Take out hashes and the like, and count their characters. Long names in programs are words all the same."""
    if _LONG_RUN not in text.translate(_RUNS):
        return text, 0
    count = 0

    def kept(found: re.Match[bytes]) -> bytes:
        nonlocal count
        if found[0].isalpha() and not (found[0].islower() or found[0].isupper()):
            return found[0]
        count += len(found[0])
        return b''

    return _LONG.sub(kept, text), count


def _without_repeats(text: bytes) -> tuple[bytes, float]:
    """Leave one of each four signs in a row, and none of the line ends, whose tokens are given."""
    for sign in _REPEATABLE:
        text = text.replace(sign * 4, sign)
    fewer = text
    for line_end in (b'\n', b'\t', b'\r'):
        fewer = fewer.replace(line_end * 4, b'')
    return fewer, LINE_END * (len(text) - len(fewer))
