"""How a PDF looks: the page's light colours and measures, on A4. Lengths are in points."""

from collections.abc import Mapping
from pathlib import Path

FONTS = Path(__file__).parent / 'fonts'

FACES: Mapping[str, str] = {
    'regular': 'Inter-Regular.woff',
    'bold': 'Inter-SemiBold.woff',
    'italic': 'Inter-Italic.woff',
    'mono': 'DejaVuSansMono.woff',
    'wide': 'DejaVuSans.woff',
    'emoji': 'NotoEmoji.woff',
    'cjk': 'DroidSansFallback.woff',
}
"""Faces by our names for them. The last three are for characters that the others lack."""

COLOURS: Mapping[str, str] = {
    'text': '#25221e',
    'soft': '#625c53',
    'faint': '#6c655c',
    'line': '#e7e2d9',
    'bubble': '#f1ede6',
    'code': '#f6f3ee',
    'accent': '#0d6b51',
    'danger': '#b3261e',
    'tok-keyword': '#8a3b8f',
    'tok-string': '#2b6a3f',
    'tok-number': '#9a4a10',
    'tok-comment': '#6f6861',
    'tok-name': '#1d5a9b',
    'tok-type': '#7a5400',
    'tok-plain': '#4d4740',
}
"""The colours of `tokens.css`, by their names there; a test compares them."""

TOKEN_COLOURS: Mapping[str, str] = {
    'tok-function': 'tok-name',
    'tok-attribute': 'tok-name',
    'tok-heading': 'tok-name',
    'tok-builtin': 'tok-plain',
    'tok-operator': 'tok-plain',
    'tok-inserted': 'tok-string',
    'tok-deleted': 'danger',
    'tok-error': 'danger',
}
"""Which colour a class of highlighted code has, where it is not called the same."""

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
MARGIN, TOP, BOTTOM = 68.0, 60.0, 64.0
COLUMN = PAGE_WIDTH - 2 * MARGIN

BODY, SMALL, CODE, TITLE = 10.5, 8.5, 9.2, 20.0
HEADINGS: Mapping[int, float] = {1: 16.8, 2: 14.0, 3: 11.9}
"""Sizes by level, as on the page (24, 20 and 17 to 15); deeper ones are as large as the text."""

LEADING, CODE_LEADING = 1.55, 1.5
BUBBLE_SHARE = 0.85
"""The part of the column that a person's bubble may take."""
