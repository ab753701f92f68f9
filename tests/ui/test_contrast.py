"""Texts can be read and controls seen in both themes: WCAG 2.2 AA, measured on the tokens of the style sheet."""

import re
from collections.abc import Iterator

import pytest

from app.ui.theme import STYLES

TEXT, CONTROL = 4.5, 3.0
"""Least contrast of texts (1.4.3) and of what a control is recognised by (1.4.11)."""

Colour = tuple[float, float, float, float]

GROUNDS = ('page', 'side', 'raised', 'bubble', 'code')
ON_HOVER = ('hover on page', 'hover on side', 'hover on raised')
TOKENS = tuple(f'tok-{name}' for name in ('keyword', 'string', 'number', 'comment', 'name', 'type', 'plain', 'error'))

# what is drawn, on which grounds, and the least contrast
PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...], float], ...] = (
    (('text', 'soft', 'faint'), GROUNDS + ON_HOVER, TEXT),
    (('text', 'soft'), ('pressed on page', 'pressed on side'), TEXT),
    (('accent',), ('page', 'side', 'raised', 'accent-soft'), TEXT),
    (('danger',), ('page', 'raised', 'danger-soft', 'hover on raised'), TEXT),
    (('on-accent',), ('accent',), TEXT),
    (('page',), ('text',), TEXT),
    (TOKENS, ('code',), TEXT),
    (('accent', 'faint', 'danger'), (*GROUNDS, 'pressed on page'), CONTROL),
)


def tokens(theme: str) -> dict[str, str]:
    """Give the custom properties of a theme."""
    sheet = (STYLES / 'tokens.css').read_text('utf-8')
    blocks = dict(re.findall(r'^(:root|body\.body--dark) \{(.*?)^\}', sheet, re.M | re.S))
    wanted = [blocks[':root']] + ([blocks['body.body--dark']] if theme == 'dark' else [])
    return {name: value for block in wanted for name, value in re.findall(r'--([\w-]+):\s*([^;]+);', block)}


def colour(known: dict[str, str], name: str) -> Colour:
    """Give a colour as red, green, blue (0–255) and opacity; `a on b` lays one over the other."""
    if ' on ' in name:
        over, ground = (colour(known, each) for each in name.split(' on '))
        red, green, blue = (o * over[3] + g * (1 - over[3]) for o, g in zip(over[:3], ground[:3], strict=True))
        return red, green, blue, 1.0
    value = known[name]
    if other := re.fullmatch(r'var\(--([\w-]+)\)', value):
        return colour(known, other[1])
    if plain := re.fullmatch(r'#(\w\w)(\w\w)(\w\w)', value):
        return int(plain[1], 16), int(plain[2], 16), int(plain[3], 16), 1.0
    mixed = re.fullmatch(r'rgb\((\d+) (\d+) (\d+) / (\d+)%\)', value)
    assert mixed, f'{name}: {value} is no colour this test can read'
    return int(mixed[1]), int(mixed[2]), int(mixed[3]), int(mixed[4]) / 100


def luminance(of: Colour) -> float:
    """Give the relative luminance (WCAG 2.2)."""
    red, green, blue = (each / 255 for each in of[:3])
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(theme: str) -> Iterator[str]:
    known = tokens(theme)
    for drawn, grounds, least in PAIRS:
        for name in drawn:
            for ground in grounds:
                found = contrast(colour(known, name), colour(known, ground))
                if found < least:
                    yield f'{name} on {ground}: {found:.2f}, {least} wanted'


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_texts_and_controls_stand_out(theme: str) -> None:
    assert list(too_faint(theme)) == []


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    known = {'black': '#000000', 'white': '#ffffff', 'grey': '#767676', 'half': 'rgb(0 0 0 / 50%)'}
    assert contrast(colour(known, 'black'), colour(known, 'white')) == 21
    assert round(contrast(colour(known, 'grey'), colour(known, 'white')), 2) == 4.54
    assert colour(known, 'half on white') == (127.5, 127.5, 127.5, 1.0)
