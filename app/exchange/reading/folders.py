"""The folders an import may bring: how they may be called, and how many."""

from app.domain.conversation import LONGEST_FOLDER_NAME
from app.errors import ImportRefused
from app.exchange.reading import notes

MOST_FOLDERS = 500
"""Of one import: each is a line of the list on every page."""


class FolderNames:
    """The names of the folders that one file brings."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def kept(self, name: str) -> str:
        """Give a name as it can be kept; none stays none.

        Raises:
            ImportRefused: it would be one folder too many.
        """
        name = notes.plain(name, LONGEST_FOLDER_NAME)
        if name and name not in self._known:
            if len(self._known) >= MOST_FOLDERS:
                raise ImportRefused(reason='more_folders', limit=MOST_FOLDERS)
            self._known.add(name)
        return name
