"""Documents that were written beside an answer: a canvas, an artifact, a created file.

Where one is made or changed it is shown as it was then. Which one an edit is about depends on what came before it on
its branch, so each place of a conversation has a `Desk` of its own.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.exchange.reading import notes

MOST_WRITTEN = 20_000_000
"""Characters that the edits of one conversation may write: each writes its whole document out once more."""

MOST_OPEN = 100
"""Documents on a desk that are looked through for the one an edit is about."""

LANGUAGES: Mapping[str, str] = {
    'application/vnd.ant.react': 'jsx',
    'application/vnd.ant.mermaid': 'mermaid',
    'application/vnd.ant.code': '',
    'application/vnd.react': 'tsx',
    'application/vnd.mermaid': 'mermaid',
    'application/vnd.code-html': 'html',
    'text/md': 'markdown',
    'text/html': 'html',
    'text/css': 'css',
    'text/markdown': 'markdown',
    'text/plain': '',
    'image/svg+xml': 'svg',
    'document': 'markdown',
    'react': 'jsx',
    'md': 'markdown',
    'py': 'python',
    'js': 'javascript',
    'ts': 'typescript',
    'rb': 'ruby',
    'rs': 'rust',
    'sh': 'bash',
    'txt': '',
    'mmd': 'mermaid',
}
"""Languages of code blocks for what programs call a kind of document, and for endings of names."""


@dataclass(frozen=True, slots=True)
class Document:
    """What was written, under the name and in the language of a code block that it has."""

    name: str
    language: str
    content: str

    def shown(self) -> str:
        """Give its name and its text."""
        heading = f'**{notes.plain(self.name)}**\n\n' if self.name.strip() else ''
        return heading + notes.fenced(self.content, self.language)


class Allowance:
    """What the edits of one conversation may still write, in characters."""

    def __init__(self, left: int = MOST_WRITTEN) -> None:
        self._left = left

    def replaced(self, content: str, old: str, new: str, *, everywhere: bool = False) -> str | None:
        """Replace a text once or `everywhere`; None if it is not there, or if too much was written already."""
        self._left -= len(content)
        if not old or self._left < 0:
            return None
        count = content.count(old) if everywhere else int(old in content)
        growth = count * max(0, len(new) - len(old))
        if not count or growth > self._left:
            return None
        self._left -= growth
        return content.replace(old, new, count)


@dataclass(frozen=True, slots=True)
class Desk:
    """The documents that lie open at one place of a conversation, the one that was touched last on top.

    All desks of a conversation share what its edits may still write.
    """

    allowance: Allowance
    key: str = ''
    document: Document | None = None
    below: 'Desk | None' = None

    def put(self, key: str, document: Document) -> 'Desk':
        """Give the desk with a document on top."""
        return Desk(self.allowance, key, document, self)

    def find(self, key: str) -> Document | None:
        """Give the document of that name, the one on top for an empty name; None if it does not lie here."""
        desk: Desk | None = self
        for _ in range(MOST_OPEN):
            if desk is None or desk.document is None:
                return None
            if key in ('', desk.key):
                return desk.document
            desk = desk.below
        return None


def from_the_top(parents: Mapping[str, str]) -> list[str]:
    """Put the keys of messages so that each comes behind its parent; those that stand in a circle come last."""
    below: dict[str, list[str]] = defaultdict(list)
    for key, parent in parents.items():
        below[parent if parent in parents else ''].append(key)
    ordered, waiting = [], below.pop('', [])[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting += below.pop(ordered[-1], [])[::-1]
    return [*ordered, *(key for rest in below.values() for key in rest)]


def language(kind: str) -> str:
    """Give the language for a kind of document: a media type, `code/python`, or a language itself."""
    kind = ' '.join(kind.split()).lower().removeprefix('code/')
    found = LANGUAGES.get(kind, '' if '/' in kind else kind)
    return found if len(found) <= 30 and not set(found) & set('` ~\n') else ''


def language_of_file(path: str) -> str:
    """Give the language for the ending of a file's name."""
    return language(PurePosixPath(path.strip()).suffix.removeprefix('.'))
