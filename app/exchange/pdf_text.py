"""Text in a PDF: which face has a character, how wide a text is, where lines break, and which way they run."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

from fpdf import FPDF
from fpdf.bidi import BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from app.exchange.pdf_look import COLOURS, FACES, FONTS

BOX = '\u25a1'
"""Stands for a character that no face has."""

WORDS_REMEMBERED = 20_000
"""Words whose width is not measured again: texts say the same words over and over."""

FIRST_EMOJI = 0x1F000
INVISIBLE = re.compile('[\u200b\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f]')
WIDE = (
    '\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd'
)
"""Letters between which a line may break, as a part of a regular expression."""
ATOM = re.compile(f'\\n|[ \\t]+|[{WIDE}]|[^\\s{WIDE}]+|\\s')
RIGHT_TO_LEFT = re.compile('[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]')


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks: a face, a size in points, a colour by name."""

    face: str = 'regular'
    size: float = 10.5
    colour: str = 'text'
    link: str = ''
    struck: bool = False
    chip: bool = False


Measure = Callable[[str, Style], float]
"""Gives how wide a text is in a style, in points."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of one style, and its width. One that runs from right to left is drawn as a whole."""

    text: str
    style: Style
    width: float
    backwards: bool = False


@dataclass(slots=True)
class Line:
    """What stands in one line, in the order it was written."""

    pieces: list[Piece] = field(default_factory=list)
    width: float = 0.0
    backwards: bool = False

    def add(self, piece: Piece) -> None:
        """Put a piece at the end, joined with the one before where they look the same."""
        if self.pieces and self.pieces[-1].style == piece.style:
            last = self.pieces[-1]
            self.pieces[-1] = replace(last, text=last.text + piece.text, width=last.width + piece.width)
        else:
            self.pieces.append(piece)
        self.width += piece.width

    def ended(self, measure: Measure) -> 'Line':
        """Take the spaces at the end away."""
        while self.pieces and self.pieces[-1].text.endswith(' '):
            last = self.pieces.pop()
            if text := last.text.rstrip(' '):
                self.pieces.append(replace(last, text=text, width=measure(text, last.style)))
        self.width = sum(piece.width for piece in self.pieces)
        return self


class Typesetter:
    """Breaks texts into lines and draws them. Faces are loaded when a character asks for them."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._face_of = lru_cache(maxsize=None)(self._find_face)
        self._pieces = lru_cache(WORDS_REMEMBERED)(self._cut)

    def close(self) -> None:
        """Close the files of the faces."""
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def width(self, text: str, style: Style) -> float:
        """Measure a text whose characters are all in the style's face."""
        return sum(self._font(style.face).cw[ord(char)] for char in text) * style.size / 1000

    def _cut(self, text: str, style: Style) -> tuple[Piece, ...]:
        """Cut a text where its face has to change."""
        text = INVISIBLE.sub('', unicodedata.normalize('NFC', text)).replace('\t', '    ')
        faces = groupby(text, lambda char: self._face_of(char, style.face))
        made: list[Piece] = []
        for face, group in faces:
            said = ''.join(group) if face else BOX * len(list(group))
            dressed = replace(style, face=face or 'wide')
            made.append(Piece(said, dressed, self.width(said, dressed)))
        return tuple(made)

    def lines(self, texts: Iterable[tuple[str, Style]], width: float) -> list[Line]:
        """Break texts of several styles into lines of at most `width`, at least one."""
        texts = list(texts)
        breaker = _Breaker(width, self.width)
        for text, style in texts:
            for atom in ATOM.findall(text):
                if atom == '\n':
                    breaker.end_line()
                else:
                    breaker.take(atom, self._pieces(atom, style))
        lines = breaker.finish()
        whole = ''.join(text for text, _ in texts)
        if RIGHT_TO_LEFT.search(whole):
            backwards = runs_backwards(whole)
            for line in lines:
                line.pieces, line.backwards = self._ordered(line.pieces, backwards=backwards), backwards
                line.width = sum(piece.width for piece in line.pieces)
        return lines

    def draw(self, line: Line, x: float, baseline: float) -> None:
        """Draw a line from its left end."""
        for piece in line.pieces:
            self._draw_piece(piece, x, baseline)
            x += piece.width

    def _draw_piece(self, piece: Piece, x: float, baseline: float) -> None:
        pdf, style = self._pdf, piece.style
        if style.chip:
            pdf.set_fill_color(COLOURS['bubble'])
            pdf.rect(x - 1.5, baseline - style.size * 0.92, piece.width + 3, style.size * 1.22, 'F', True, 2.5)
        self._font(style.face)
        pdf.set_font(style.face, size=style.size)
        pdf.set_text_color(COLOURS[style.colour])
        if piece.backwards:
            self._draw_backwards(piece, x, baseline)
        else:
            pdf.text(x, baseline, piece.text)
        if style.link or style.struck:
            pdf.set_draw_color(COLOURS[style.colour])
            pdf.set_line_width(0.5)
            below = baseline - style.size * 0.3 if style.struck else baseline + 1.6
            pdf.line(x, below, x + piece.width, below)
        if style.link:
            pdf.link(x, baseline - style.size, piece.width, style.size * 1.3, style.link)

    def _draw_backwards(self, piece: Piece, x: float, baseline: float) -> None:
        pdf, size = self._pdf, piece.style.size
        pdf.set_text_shaping(True, direction='rtl')
        pdf.set_xy(x, baseline - 0.8 * size)  # where `cell` puts the baseline of a line as high as its letters
        pdf.cell(piece.width, size, piece.text)
        pdf.set_text_shaping(False)

    def _ordered(self, pieces: Sequence[Piece], *, backwards: bool) -> list[Piece]:
        """Put the pieces of a line into the order they are seen in (Unicode's rule L2, by pieces)."""
        text = ''.join(piece.text for piece in pieces)
        base = TextDirection.RTL if backwards else TextDirection.LTR
        found = BidiParagraph(text, base, preserve_bn_chars=True).get_characters_with_embedding_level()
        levels = {char.character_index: char.embedding_level for char in found}
        cut: list[tuple[int, Piece]] = []
        at = 0
        for piece in pieces:
            numbered = [(levels.get(at + index, int(backwards)), char) for index, char in enumerate(piece.text)]
            at += len(piece.text)
            for level, group in groupby(numbered, lambda pair: pair[0]):
                cut.append((level, self._directed(''.join(char for _, char in group), piece.style, level)))
        return [piece for _, piece in _reversed_by_level(cut)]

    def _directed(self, text: str, style: Style, level: int) -> Piece:
        if level % 2 == 0:
            return Piece(text, style, self.width(text, style))
        pdf = self._pdf
        self._font(style.face)
        pdf.set_font(style.face, size=style.size)
        pdf.set_text_shaping(True, direction='rtl')
        width = pdf.get_string_width(text)
        pdf.set_text_shaping(False)
        return Piece(text, style, width, backwards=True)

    def _find_face(self, char: str, wanted: str) -> str:
        """Give the first face that has a character, nothing if none has it."""
        others = ('emoji', 'wide', 'cjk') if ord(char) >= FIRST_EMOJI else ('regular', 'wide', 'emoji', 'cjk')
        faces = (wanted, *others) if ord(char) < FIRST_EMOJI else (*others, wanted)
        return next((face for face in faces if ord(char) in self._font(face).cmap), '')

    def _font(self, face: str) -> TTFFont:
        if face not in self._pdf.fonts:
            self._pdf.add_font(face, fname=FONTS / FACES[face])
        font = self._pdf.fonts[face]
        assert isinstance(font, TTFFont)
        return font


class _Breaker:
    """Fills lines. What is written without a space in between stays together if it can.

    Spaces stay at the beginning of a line only where the text itself begins one (`_begins`).
    """

    def __init__(self, width: float, measure: Measure) -> None:
        self._width = width
        self._measure = measure
        self._lines: list[Line] = []
        self._line = Line()
        self._word: list[Piece] = []
        self._begins = True

    def take(self, atom: str, pieces: tuple[Piece, ...]) -> None:
        if atom.isspace():
            self._put_word()
            for piece in pieces if self._line.pieces or self._begins else ():
                if self._line.width + piece.width <= self._width:
                    self._line.add(piece)
        elif len(atom) == 1 and unicodedata.east_asian_width(atom) in 'WF':
            self._put_word()
            self._word += pieces
            self._put_word()
        else:
            self._word += pieces

    def end_line(self) -> None:
        self._put_word()
        self._next_line()
        self._begins = True

    def finish(self) -> list[Line]:
        self.end_line()
        return self._lines

    def _put_word(self) -> None:
        word, self._word = self._word, []
        width = sum(piece.width for piece in word)
        if self._line.pieces and self._line.width + width > self._width:
            self._next_line()
        for piece in word if width <= self._width else self._letters(word):
            if self._line.pieces and self._line.width + piece.width > self._width:
                self._next_line()
            self._line.add(piece)

    def _next_line(self) -> None:
        self._lines.append(self._line.ended(self._measure))
        self._line, self._begins = Line(), False

    def _letters(self, word: Iterable[Piece]) -> Iterator[Piece]:
        """Cut a word that is wider than any line."""
        for piece in word:
            for char in piece.text:
                yield replace(piece, text=char, width=self._measure(char, piece.style))


def _reversed_by_level(pieces: list[tuple[int, Piece]]) -> list[tuple[int, Piece]]:
    highest = max((level for level, _ in pieces), default=0)
    for level in range(highest, 0, -1):
        ordered: list[tuple[int, Piece]] = []
        run: list[tuple[int, Piece]] = []
        for each in pieces:
            if each[0] >= level:
                run.insert(0, each)
                continue
            ordered += [*run, each]
            run = []
        ordered += run
        pieces = ordered
    return pieces


def runs_backwards(text: str) -> bool:
    """Tell whether a paragraph is written from right to left, by its first letter that has a direction."""
    return bool(RIGHT_TO_LEFT.search(text)) and auto_detect_base_direction(text) is TextDirection.RTL
