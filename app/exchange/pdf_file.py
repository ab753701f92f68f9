"""A conversation as PDF that looks like the page in its light colours.

Laying out takes about 10 ms of Python for a message, so the app runs this in a process of its own (`python -m`), which
reads a transcript as JSON and writes the PDF.
"""

import json
import logging
import os
import sys

from app.exchange.pdf_blocks import Blocks
from app.exchange.pdf_flow import Flow
from app.exchange.pdf_look import BODY, BUBBLE_SHARE, COLUMN, LEADING, MARGIN, SMALL, TITLE
from app.exchange.pdf_text import Style
from app.exchange.transcript import Said, Transcript
from app.rendering.markdown import normalise
from app.rendering.outline import outline

SMALL_LINE = SMALL * LEADING
PADDING_X, PADDING_Y = 12.0, 7.0
LONGEST_MARK = 60
"""Characters of a question that its bookmark shows."""


def pdf_file(transcript: Transcript) -> bytes:
    """Write a transcript."""
    return _Writer(transcript).written()


class _Writer:
    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._flow = Flow(transcript.title, transcript.language)
        self._blocks = Blocks(self._flow, coloured=transcript.coloured)

    def written(self) -> bytes:
        flow, transcript = self._flow, self._transcript
        title = flow.type.lines([(transcript.title, Style('bold', TITLE))], COLUMN)
        flow.lines(title, MARGIN, COLUMN, TITLE * 1.3)
        self._small(transcript.about)
        for said in transcript.said:
            flow.gap(20)
            if said.by_person:
                self._question(said)
            else:
                self._answer(said)
        return flow.finish()

    def _question(self, said: Said) -> None:
        flow = self._flow
        style, height = Style(size=BODY), BODY * LEADING
        widest = COLUMN * BUBBLE_SHARE - 2 * PADDING_X
        lines = flow.type.lines([(normalise(said.text), style)], widest)
        width = max(line.width for line in lines) + 2 * PADDING_X
        x = MARGIN + COLUMN - width
        flow.need(SMALL_LINE + min(len(lines), 3) * height + 2 * PADDING_Y)
        self._mark(said)
        self._small(f'{said.speaker} · {said.at}', align='right')
        while lines:
            flow.need(height + 2 * PADDING_Y)
            fit = max(1, int((flow.room - 2 * PADDING_Y) / height))
            now, lines = lines[:fit], lines[fit:]
            flow.box(x, width, len(now) * height + 2 * PADDING_Y, 'bubble', 14)
            flow.down(PADDING_Y)
            flow.lines(now, x + PADDING_X, width - 2 * PADDING_X, height)
            flow.down(PADDING_Y)
        self._around(said)

    def _answer(self, said: Said) -> None:
        flow = self._flow
        flow.need(SMALL_LINE + 3 * BODY * LEADING)
        self._small(f'{said.speaker} · {said.at}')
        flow.gap(4)
        labels = self._transcript.labels
        folded = [(labels['thinking'], said.thinking)] if said.thinking else []
        for title, text in [*folded, *((f'{labels["steps"]}: {title}', text) for title, text in said.steps)]:
            self._folded(title, text)
        self._blocks.write(outline(said.text), MARGIN, COLUMN)
        self._around(said)

    def _folded(self, title: str, text: str) -> None:
        """Write what the page keeps folded: small and grey, behind a bar."""
        self._small(title)
        with self._flow.bar(MARGIN + 1):
            self._blocks.write(outline(text), MARGIN + 13, COLUMN - 13, size=SMALL, colour='soft')
        self._flow.gap(10)

    def _around(self, said: Said) -> None:
        """Write notes and sources below a message."""
        flow = self._flow
        for note in said.notes:
            flow.gap(4)
            self._small(note)
        if said.sources:
            flow.gap(8)
            self._small(self._transcript.labels['sources'])
        for title, url in said.sources:
            style = Style(size=SMALL, colour='accent' if url else 'faint', link=url)
            lines = flow.type.lines([('•  ', Style(size=SMALL, colour='faint')), (title, style)], COLUMN - 8)
            flow.lines(lines, MARGIN + 8, COLUMN - 8, SMALL_LINE)

    def _small(self, text: str, *, align: str = '') -> None:
        lines = self._flow.type.lines([(text, Style(size=SMALL, colour='faint'))], COLUMN) if text else []
        self._flow.lines(lines, MARGIN, COLUMN, SMALL_LINE, align=align)

    def _mark(self, said: Said) -> None:
        """Put a question into the outline that readers show beside the pages."""
        words = ' '.join(normalise(said.text).split())
        mark = words if len(words) <= LONGEST_MARK else f'{words[:LONGEST_MARK]}…'
        self._flow.pdf.set_y(self._flow.y)
        self._flow.pdf.start_section(mark or said.speaker, level=0, strict=False)


def main() -> None:
    """Write the transcript that comes in as JSON."""
    if hasattr(os, 'nice'):
        os.nice(10)  # replies come first
    logging.disable(logging.WARNING)  # of fontTools: what it leaves out of a font that is cut to the letters used
    transcript = Transcript.from_data(json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(pdf_file(transcript))


if __name__ == '__main__':
    main()
