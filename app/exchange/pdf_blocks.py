"""Blocks of Markdown in a PDF: paragraphs, lists, quotes, code and tables."""

from collections.abc import Iterator, Sequence

from app.exchange.pdf_flow import Flow
from app.exchange.pdf_look import BODY, CODE, CODE_LEADING, COLOURS, HEADINGS, LEADING, SMALL, TOKEN_COLOURS
from app.exchange.pdf_text import Line, Style, runs_backwards
from app.rendering.highlight import coloured
from app.rendering.outline import Code, Item, Listing, Paragraph, Part, Quote, Rule, Run, Runs, Section, Table

INDENT = 18.0
QUOTE_INDENT = 14.0
CELL_GAP = 14.0
NARROWEST = 30.0
"""A list or quote within others is not made narrower than this."""


class Blocks:
    """Writes blocks where the flow is; code in colours if it is to be `coloured`."""

    def __init__(self, flow: Flow, *, coloured: bool = True) -> None:
        self._flow = flow
        self._coloured = coloured
        self._size, self._colour = BODY, 'text'

    def write(
        self, parts: Sequence[Part], x: float, width: float, *, size: float | None = None, colour: str = ''
    ) -> None:
        """Write blocks below each other."""
        before = self._size, self._colour
        self._size, self._colour = size or self._size, colour or self._colour
        for index, part in enumerate(parts):
            if index:
                self._flow.gap(self._size * (1.5 if isinstance(part, Paragraph) and part.level in (1, 2, 3) else 0.8))
            self._part(part, x, max(width, NARROWEST))
        self._size, self._colour = before

    def _part(self, part: Part, x: float, width: float) -> None:
        match part:
            case Paragraph():
                self._paragraph(part, x, width)
            case Code():
                self._code(part, x, width)
            case Quote(parts):
                backwards = _backwards(parts)
                with self._flow.bar(x + width - 3.2 if backwards else x + 1):
                    self.write(parts, x if backwards else x + QUOTE_INDENT, width - QUOTE_INDENT, colour='soft')
            case Listing():
                self._listing(part, x, width)
            case Table():
                self._table(part, x, width)
            case Rule():
                self._rule(x, width)
            case Section():
                self._section(part, x, width)

    def _paragraph(self, part: Paragraph, x: float, width: float) -> None:
        size = self._size
        if part.level and self._size == BODY:
            size = HEADINGS.get(part.level, BODY)
        leading = size * (1.35 if part.level else LEADING)
        lines = self._flow.type.lines(self._styled(part.runs, size, bold=bool(part.level)), width)
        if part.level:
            self._flow.need(leading * len(lines) + 3 * self._size * LEADING)
        self._flow.lines(lines, x, width, leading, together=2)

    def _styled(self, runs: Runs, size: float, *, bold: bool = False) -> Iterator[tuple[str, Style]]:
        for run in runs:
            yield run.text, self._style(run, size, bold=bold)

    def _style(self, run: Run, size: float, *, bold: bool) -> Style:
        face = 'mono' if run.code else 'bold' if bold or run.bold else 'italic' if run.italic else 'regular'
        link = '' if run.link.startswith('/') else run.link  # to the app itself: nowhere, from a file
        colour = 'accent' if link or run.note else self._colour
        if run.note:
            return Style('regular', size * 0.75, colour)
        return Style(face, size * 0.88 if run.code else size, colour, link, run.struck, chip=run.code)

    def _listing(self, part: Listing, x: float, width: float) -> None:
        for number, item in enumerate(part.items):
            if number:
                self._flow.gap(self._size * 0.3)
            self._item(item, None if part.start is None else part.start + number, x, width)

    def _item(self, item: Item, number: int | None, x: float, width: float) -> None:
        flow, height = self._flow, self._size * LEADING
        backwards = _backwards(item.parts)
        flow.need(height)
        if item.done is not None:
            self._task_box(x + width - INDENT if backwards else x, height, done=item.done)
        else:
            mark = '•' if number is None else f'.{number}' if backwards else f'{number}.'
            [line] = flow.type.lines([(mark, Style(size=self._size, colour='faint'))], INDENT * 3)[:1]
            flow.line(line, x + (width - INDENT + 6 if backwards else INDENT - 6 - line.width), line.width, height)
        if item.parts:
            first_page, y = flow.pdf.page, flow.y
            self.write(item.parts, x if backwards else x + INDENT, width - INDENT)
            if (flow.pdf.page, flow.y) == (first_page, y):
                flow.down(height)
        else:
            flow.down(height)

    def _task_box(self, x: float, height: float, *, done: bool) -> None:
        pdf, side = self._flow.pdf, self._size * 0.8
        left, top = x + INDENT - 6 - side, self._flow.y + (height - side) / 2
        pdf.set_draw_color(COLOURS['accent' if done else 'faint'])
        pdf.set_fill_color(COLOURS['accent'])
        pdf.set_line_width(0.8)
        pdf.rect(left, top, side, side, 'DF' if done else 'D', round_corners=True, corner_radius=1.2)
        if done:
            pdf.set_draw_color(255, 255, 255)
            pdf.set_line_width(1.1)
            middle = left + side * 0.42, top + side * 0.72
            pdf.line(left + side * 0.22, top + side * 0.52, *middle)
            pdf.line(*middle, left + side * 0.8, top + side * 0.28)

    def _rule(self, x: float, width: float) -> None:
        self._flow.need(9)
        self._flow.pdf.set_draw_color(COLOURS['line'])
        self._flow.pdf.set_line_width(0.8)
        self._flow.pdf.line(x, self._flow.y + 4, x + width, self._flow.y + 4)
        self._flow.down(9)

    def _section(self, part: Section, x: float, width: float) -> None:
        """Write what folds on the page under its summary: a file has nothing to click on."""
        if part.summary:
            lines = self._flow.type.lines(self._styled(part.summary, self._size, bold=True), width)
            self._flow.need(self._size * LEADING * (len(lines) + 2))
            self._flow.lines(lines, x, width, self._size * LEADING, together=2)
            self._flow.gap(self._size * 0.4)
        with self._flow.bar(x + 1):
            self.write(part.parts, x + QUOTE_INDENT, width - QUOTE_INDENT)

    def _code(self, part: Code, x: float, width: float) -> None:
        flow, size, padding = self._flow, CODE * self._size / BODY, 10.0
        height = size * CODE_LEADING
        pieces = coloured(part.code, part.language if self._coloured else '')
        texts = [(text, Style('mono', size, _token_colour(name))) for name, text in pieces]
        lines = flow.type.lines(texts, width - 2 * padding)
        head = flow.type.lines([(part.language, Style(size=SMALL, colour='faint'))], width - 2 * padding)[:1]
        heading = SMALL * LEADING if part.language else 0.0
        flow.need(min(len(lines), 4) * height + heading + 2 * padding)
        while lines:
            flow.need(height + heading + 2 * padding)
            fit = max(1, int((flow.room - heading - 2 * padding) / height))
            now, lines = lines[:fit], lines[fit:]
            flow.box(x, width, len(now) * height + heading + 2 * padding - 2, 'code', 7, edge=True)
            flow.down(padding - 2)
            if heading:
                flow.lines(head, x + padding, width, heading)
            flow.lines(now, x + padding, width - 2 * padding, height)
            flow.down(padding)
            heading = 0.0

    def _table(self, part: Table, x: float, width: float) -> None:
        columns = max(map(len, part.rows), default=0)
        if not columns:
            return
        size = self._size if columns <= 8 else self._size * 0.8
        widths = self._column_widths(part, columns, width, size)
        rows = [self._cells(row, widths, size, bold=index == 0) for index, row in enumerate(part.rows)]
        for index, cells in enumerate(rows):
            fresh = self._flow.need(min(max(map(len, cells)), 3) * size * LEADING + 8)
            if fresh and index:
                self._row(rows[0], part.aligns, widths, x, size)
            self._row(cells, part.aligns, widths, x, size)

    def _cells(self, row: Sequence[Runs], widths: Sequence[float], size: float, *, bold: bool) -> list[list[Line]]:
        return [
            self._flow.type.lines(self._styled(runs, size, bold=bold), width)
            for runs, width in zip(row, widths, strict=False)
        ]

    def _row(
        self, cells: Sequence[Sequence[Line]], aligns: Sequence[str], widths: Sequence[float], x: float, size: float
    ) -> None:
        flow, height = self._flow, size * LEADING
        flow.gap(4)
        for index in range(max(map(len, cells))):
            flow.need(height)
            left = x
            for column, (lines, width) in enumerate(zip(cells, widths, strict=False)):
                if index < len(lines):
                    flow.line(lines[index], left, width, height, align=aligns[column] if column < len(aligns) else '')
                left += width + CELL_GAP
            flow.down(height)
        flow.down(4)
        flow.pdf.set_draw_color(COLOURS['line'])
        flow.pdf.set_line_width(0.7)
        flow.pdf.line(x, flow.y, x + sum(widths) + CELL_GAP * (len(widths) - 1), flow.y)

    def _column_widths(self, part: Table, columns: int, width: float, size: float) -> list[float]:
        """Give every column what its widest cell asks for if all fit, otherwise a fair share."""
        free = max(width - CELL_GAP * (columns - 1), columns * 4.0)
        wanted = [4.0] * columns
        for index, row in enumerate(part.rows):
            for column, runs in enumerate(row):
                lines = self._flow.type.lines(self._styled(runs, size, bold=index == 0), 10_000)
                wanted[column] = max(wanted[column], *(line.width + 0.5 for line in lines))
        return wanted if sum(wanted) <= free else _shared(wanted, free)


def _shared(wanted: Sequence[float], free: float) -> list[float]:
    """Share out a width: who asks for less than an even share gets it, the others share the rest."""
    given: dict[int, float] = {}
    left = free
    for count, index in enumerate(sorted(range(len(wanted)), key=lambda each: wanted[each])):
        given[index] = min(wanted[index], left / (len(wanted) - count))
        left -= given[index]
    return [given[index] for index in range(len(wanted))]


def _token_colour(name: str) -> str:
    colour = TOKEN_COLOURS.get(name, name)
    return colour if colour in COLOURS else 'text'


def _backwards(parts: Sequence[Part]) -> bool:
    """Tell whether what begins so is written from right to left, and has its mark at the right."""
    first = parts[0] if parts else None
    return isinstance(first, Paragraph) and runs_backwards(''.join(run.text for run in first.runs))
