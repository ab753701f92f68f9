"""What a viewer has to do when a text has grown, and the record of what viewers show.

A viewer keeps, for each block, a wrapper element and the *given HTML*: the string of the last `ReplaceFrom`,
`ReplaceTail` or snapshot (`blocks()`) for it. The three changes, in the words of a browser:

- `ReplaceFrom(block, html)`: remove the wrappers from `block` on, then append one wrapper for each string of `html`.
- `ReplaceTail(block, keep, html)`: the given HTML becomes `given.slice(0, keep) + html`; show it in that wrapper.
- `AppendText(block, text)`: the given HTML stays as it is. Append `text` as text at the end of the wrapper's text:

      const open = 'p, li, ul, ol, blockquote, details, div, pre, pre > code';
      let node = wrapper;
      while (node.lastChild?.matches?.(open)) node = node.lastChild;
      if (node.lastChild instanceof Text) node.lastChild.appendData(text); else node.append(text);

`keep` never reaches into text that came by `AppendText`, so it holds for a viewer that got every change and for one
that began with a snapshot in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_CLOSING_TAGS = ('</p>', '</li>', '</ul>', '</ol>', '</blockquote>', '</details>', '</code></pre></div>')


@dataclass(frozen=True, slots=True)
class ReplaceFrom:
    """The blocks from number `block` on are these; any beyond are gone."""

    block: int
    html: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplaceTail:
    """Of the HTML given for `block`, the first `keep` UTF-16 code units stay and `html` follows."""

    block: int
    keep: int
    html: str


@dataclass(frozen=True, slots=True)
class AppendText:
    """`text` (not HTML) is appended at the end of the text of `block`, which is the last block."""

    block: int
    text: str


Change = ReplaceFrom | ReplaceTail | AppendText


def end_of_text(html: str) -> int:
    """Find where in a block's HTML text is appended: before the closing tags it ends with."""
    end = len(html)
    while closing := next((tag for tag in _CLOSING_TAGS if html.endswith(tag, 0, end)), None):
        end -= len(closing)
    return end


def text_as_html(text: str) -> str:
    """Escape text as browsers do when they write HTML."""
    return escape(text, quote=False).replace('\xa0', '&nbsp;')


@dataclass(slots=True)
class _Shown:
    """A block's HTML, and how many of its characters stand at the start of what every viewer was given."""

    html: str
    certain: int


class Screen:
    """What every viewer shows that has followed all changes. Tells how to get on from there with few bytes."""

    def __init__(self) -> None:
        self._shown: list[_Shown] = []
        self._appended: list[str] = []

    def html(self) -> list[str]:
        """Give the HTML of every block."""
        self._settle_appended()
        return [block.html for block in self._shown]

    def append(self, text: str) -> list[Change]:
        """Append text to the last block, at a cost that does not depend on the block's length."""
        if not text:
            return []
        self._appended.append(text)
        return [AppendText(len(self._shown) - 1, text)]

    def show(self, first: int, blocks: Sequence[str]) -> list[Change]:
        """Let the blocks from number `first` on be these."""
        self._settle_appended()
        old = [block.html for block in self._shown[first:]]
        differing = [index for index, (was, now) in enumerate(zip(old, blocks, strict=False)) if was != now]
        common = min(len(old), len(blocks))
        if len(old) != len(blocks) and differing:
            common, differing = differing[0] + 1, differing[:1]
        changes: list[Change] = [self._replace_tail(first + index, blocks[index]) for index in differing]
        if common < max(len(old), len(blocks)):
            changes.append(ReplaceFrom(first + common, tuple(blocks[common:])))
            self._shown[first + common :] = [_Shown(html, len(html)) for html in blocks[common:]]
        return changes

    def _replace_tail(self, block: int, html: str) -> ReplaceTail:
        was = self._shown[block]
        keep = _common_prefix(was.html[: was.certain], html)
        self._shown[block] = _Shown(html, len(html))
        return ReplaceTail(block, _utf16_length(html[:keep]), html[keep:])

    def _settle_appended(self) -> None:
        if self._appended:
            last = self._shown[-1]
            end = end_of_text(last.html)
            last.certain = min(last.certain, end)
            last.html = last.html[:end] + text_as_html(''.join(self._appended)) + last.html[end:]
            self._appended.clear()


def _common_prefix(left: str, right: str) -> int:
    """Length of the common prefix, by bisection: comparing slices is far quicker than a loop over characters."""
    same, limit = 0, min(len(left), len(right))
    while same < limit:
        middle = (same + limit + 1) // 2
        if left[same:middle] == right[same:middle]:
            same = middle
        else:
            limit = middle - 1
    return same


def _utf16_length(text: str) -> int:
    """Length as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode('utf-16-le')) // 2
