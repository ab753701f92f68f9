"""Blocks between colons in the texts of LibreChat's answers: documents (`:::artifact{…}`) and, once, thoughts.

A document stands in a code block between its colons, mostly; what it says may have code blocks of its own.
"""

import re
from collections.abc import Mapping

from app.exchange.reading import fences
from app.exchange.reading.documents import Document, language
from app.exchange.reading.fences import FENCE
from app.exchange.reading.written import Written

_MARK = re.compile(
    FENCE
    + r'|^[ \t]{0,3}+:{3,}(?P<kind>artifact|thinking)\b'
    + r'(?:\{(?P<attributes>(?:[^"}\n]|"[^"\n]*+")*+)\})?[ \t]*+$',
    re.MULTILINE,
)
_END = re.compile(r'^[ \t]*+:{3,}[ \t]*+$', re.MULTILINE)
_FENCE_LINE = re.compile(r'^[ \t]*+(?:`{3,}|~{3,})(?P<info>[^\n]*)', re.MULTILINE)
_END_BELOW = re.compile(r'\s*+(?P<end>:{3,})[ \t]*+$', re.MULTILINE)

_ATTRIBUTE = re.compile(r'([\w-]++)="([^"]*+)"')
_FENCED = re.compile(r'\s*+(?:`{3,}|~{3,})(?P<language>[^\n]*)\n(?P<code>.*)', re.DOTALL)


def unfold(text: str, written: Written) -> None:
    """Add a text to what was written, its documents as code blocks under their titles, thoughts as thoughts."""
    told = at = 0
    ends = _Ends(text)
    while ':::' in text and (mark := _MARK.search(text, at)) is not None:
        at = mark.end()
        if mark['fence']:
            if (at := fences.behind(text, mark)) < 0:
                break
            continue
        written.say(text[told : mark.start()].strip('\n').rstrip())
        end, told = ends.behind(at)
        if mark['kind'] == 'thinking':
            written.think(text[at:end].strip())
        else:
            _tell_document(dict(_ATTRIBUTE.findall(mark['attributes'] or '')), text[at:end], written)
        at = told
    written.say(text[told:].strip('\n').rstrip() if told else text)


class _Ends:
    """Finds the ends of blocks. What is not there is looked for only once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._more_code = self._more = True

    def behind(self, at: int) -> tuple[int, int]:
        """Give where the content of a block ends that begins at `at`, and where the block does: it may lack its end."""
        if self._more_code and _FENCED.match(self._text, at, at + 300):
            if (end := self._below_code(at)) is not None:
                return end.start('end'), end.end()
            self._more_code = False
        found = _END.search(self._text, at) if self._more else None
        self._more = found is not None
        return (len(self._text),) * 2 if found is None else (found.start(), found.end())

    def _below_code(self, at: int) -> re.Match[str] | None:
        """Find the end right below the code that begins at `at`: `:::` may stand in a document, and so may code.

        A fence that names a language opens, a bare one closes.
        """
        depth = 0
        for fence in _FENCE_LINE.finditer(self._text, at):
            depth += 1 if fence['info'].strip() or not depth else -1
            if not depth and (end := _END_BELOW.match(self._text, fence.end())) is not None:
                return end
        return None


def _tell_document(attributes: Mapping[str, str], body: str, written: Written) -> None:
    kind = language(attributes.get('type', ''))
    if (fenced := _FENCED.match(body)) is not None:
        kind, body = language(fenced['language']) or kind, _without_last_fence(fenced['code'])
    title = attributes.get('title') or attributes.get('identifier') or ''
    written.say(Document(title, kind, body.strip('\n')).shown())


def _without_last_fence(code: str) -> str:
    rest, _, last = code.rstrip().rpartition('\n')
    return rest if set(last.strip()) in ({'`'}, {'~'}) and len(last.strip()) >= 3 else code
