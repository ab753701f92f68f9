"""The pages of a PDF: where the next line goes, and what runs beside several lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from fpdf import FPDF

from app.exchange.pdf_look import BOTTOM, COLOURS, COLUMN, MARGIN, PAGE_HEIGHT, SMALL, TOP
from app.exchange.pdf_text import Line, Style, Typesetter


class _Document(FPDF):
    """A4 in points, with a number at the foot of every page."""

    def __init__(self) -> None:
        super().__init__(unit='pt', format='A4')
        self.set_auto_page_break(False)
        self.alias_nb_pages('')
        self.c_margin = 0

    def footer(self) -> None:
        """Write the page's number."""
        self.set_font('regular', size=SMALL)
        self.set_text_color(COLOURS['faint'])
        number = str(self.page)
        self.text(MARGIN + COLUMN - self.get_string_width(number), PAGE_HEIGHT - 34, number)


class Flow:
    """Puts lines below each other, from page to page."""

    def __init__(self, title: str, language: str) -> None:
        self.pdf = _Document()
        self.type = Typesetter(self.pdf)
        self.type.width('0', Style())  # loads the face of the footer
        self.pdf.set_title(title)
        self.pdf.set_creator('Guilherme')
        self.pdf.set_lang(language)
        self.pdf.set_creation_date(datetime.now(UTC))
        self._bars: list[float] = []
        self.new_page()

    def finish(self) -> bytes:
        """Give the whole file, and the fonts back."""
        try:
            return bytes(self.pdf.output())
        finally:
            self.close()

    def close(self) -> None:
        """Give the fonts back."""
        self.type.close()

    @property
    def room(self) -> float:
        """How much is left of the page."""
        return PAGE_HEIGHT - BOTTOM - self.y

    def new_page(self) -> None:
        """Go on at the top of the next page."""
        self.pdf.add_page()
        self.y = TOP

    def need(self, height: float) -> bool:
        """Make sure that so much fits, on the next page if not on this one; say whether it is a new one."""
        if self.room >= height or self.y == TOP:
            return False
        self.new_page()
        return True

    def gap(self, height: float) -> None:
        """Leave some space, none at the top of a page."""
        if self.y > TOP:
            self.down(min(height, max(self.room, 0)))

    def down(self, height: float) -> None:
        """Go down, with the bars of quotes beside."""
        for x in self._bars:
            self.pdf.set_fill_color(COLOURS['line'])
            self.pdf.rect(x, self.y, 2.2, height, 'F')
        self.y += height

    @contextmanager
    def bar(self, x: float) -> Iterator[None]:
        """Draw a bar at the left of all that comes within."""
        self._bars.append(x)
        yield
        self._bars.pop()

    def lines(
        self, lines: Sequence[Line], x: float, width: float, height: float, *, align: str = '', together: int = 1
    ) -> None:
        """Write lines of the same height; the first `together` stay on one page."""
        for index, line in enumerate(lines):
            self.need(height * (min(together, len(lines)) if index == 0 else 1))
            self.line(line, x, width, height, align=align)
            self.down(height)

    def line(self, line: Line, x: float, width: float, height: float, *, align: str = '') -> None:
        """Write one line where we are, without going down."""
        side = align or ('right' if line.backwards else 'left')
        free = width - line.width
        left = x + {'left': 0.0, 'center': free / 2, 'right': free}.get(side, 0.0)
        size = max((piece.style.size for piece in line.pieces), default=0)
        self.type.draw(line, left, self.y + height / 2 + size * 0.36)

    def box(self, x: float, width: float, height: float, colour: str, radius: float, *, edge: bool = False) -> None:
        """Fill a box with round corners from here down, without going down."""
        self.pdf.set_fill_color(COLOURS[colour])
        self.pdf.set_draw_color(COLOURS['line'])
        self.pdf.set_line_width(0.6)
        self.pdf.rect(x, self.y, width, height, 'DF' if edge else 'F', round_corners=True, corner_radius=radius)
