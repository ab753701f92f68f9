"""A viewer as a browser is one: it keeps strings of HTML, and changes them by the rules of `app.rendering.changes`."""

from collections.abc import Iterable, Sequence

from app.rendering.changes import AppendText, Change, ReplaceFrom, ReplaceTail, end_of_text, text_as_html


class Viewer:
    """Shows the blocks of one text. `given` is the HTML last given for each block, `html` what it shows now."""

    def __init__(self, snapshot: Sequence[str] = ()) -> None:
        self.given = list(snapshot)
        self.html = list(snapshot)

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            match change:
                case ReplaceFrom(block, html):
                    assert block <= len(self.given)
                    self.given[block:] = html
                    self.html[block:] = html
                case ReplaceTail(block, keep, html):
                    kept = self.given[block].encode('utf-16-le')[: 2 * keep].decode('utf-16-le')
                    assert 2 * keep == len(kept.encode('utf-16-le'))
                    self.given[block] = self.html[block] = kept + html
                case AppendText(block, text):
                    assert block == len(self.html) - 1
                    shown = self.html[block]
                    end = end_of_text(shown)
                    self.html[block] = shown[:end] + text_as_html(text) + shown[end:]
