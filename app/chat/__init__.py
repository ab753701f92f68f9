"""What a person can do. Screens and the API enter through here alone, so both behave alike."""

from dataclasses import dataclass

from app.chat.about import About
from app.chat.asking import Asking
from app.chat.branching import Branching
from app.chat.commanding import Commanding
from app.chat.downloads import Downloads
from app.chat.erasing import Erasing
from app.chat.exporting import Exporting
from app.chat.filing import Filing
from app.chat.importing import Importing
from app.chat.listing import Listing
from app.chat.models import ModelCatalog
from app.chat.organising import Organising
from app.chat.preferring import Preferring
from app.chat.queueing import Queueing
from app.chat.reading import Reading
from app.chat.searching import Searching
from app.chat.trash import Trash
from app.chat.undoing import Undoing
from app.chat.wiping import Wiping
from app.replies.live import LiveConversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The desk.

    Ask and stop (`asking`), choose a branch (`branching`), see (`reading`, `listing`), find (`searching`), keep order
    (`organising`, `filing`, `trash`), choose what answers and how. `queueing` is what a person can do with messages
    that wait.
    """

    asking: Asking
    branching: Branching
    queueing: Queueing
    reading: Reading
    listing: Listing
    searching: Searching
    organising: Organising
    filing: Filing
    trash: Trash
    wiping: Wiping
    preferring: Preferring
    erasing: Erasing
    commanding: Commanding
    models: ModelCatalog
    downloads: Downloads
    exporting: Exporting
    importing: Importing
    undoing: Undoing
    about: About
    live: LiveConversations


__all__ = [
    'About',
    'Asking',
    'Branching',
    'Chat',
    'Commanding',
    'Downloads',
    'Erasing',
    'Exporting',
    'Filing',
    'Importing',
    'Listing',
    'ModelCatalog',
    'Organising',
    'Preferring',
    'Queueing',
    'Reading',
    'Searching',
    'Trash',
    'Undoing',
    'Wiping',
]
