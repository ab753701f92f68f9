"""The names of Claude's projects: conversations may name theirs by its id only (`project_uuid`).

An export has them in `projects.json`, or in `projects/*.json`, each with `uuid` and `name`. What else is in a project
(documents, an instruction) belongs to no conversation. Last looked up in public code on 2026-11-30.
"""

import zipfile
from contextlib import closing
from pathlib import PurePosixPath

from app.domain.conversation import LONGEST_FOLDER_NAME
from app.errors import ImportRefused
from app.exchange.reading import notes, shapes, zip_members
from app.exchange.reading.intake import Meter
from app.exchange.reading.json_stream import values

MOST_FILES = 2_000
"""Files of projects that are looked into."""

MOST_PROJECTS = 10_000
LONGEST_ID = 100
"""Characters; theirs are UUIDs of 36. With names as long as ours may be, all of them take at most 10 MB."""


def names(archive: zipfile.ZipFile, meter: Meter) -> dict[str, str]:
    """Give the names of the first projects in an archive by their ids, as long as names of folders may be.

    A file that cannot be read has none.

    Raises:
        ImportRefused: their files are a bomb.
        Stopped: the meter was stopped.
    """
    members = [member for member in archive.infolist() if _is_of_projects(member.filename)][:MOST_FILES]
    zip_members.check_sizes(archive, members)
    found: dict[str, str] = {}
    for member in members:
        try:
            with (
                closing(zip_members.intake(archive, member, meter)) as intake,
                closing(intake.again()) as file,
            ):
                for _, value, _ in values(file):
                    key, name = shapes.side_field(value, 'uuid'), shapes.side_field(value, 'name')
                    if 0 < len(key) <= LONGEST_ID:
                        found[key] = notes.plain(name, LONGEST_FOLDER_NAME)
                    if len(found) >= MOST_PROJECTS:
                        return found
        except ImportRefused:
            continue
    return found


def _is_of_projects(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.name == 'projects.json' or (path.parent.name == 'projects' and path.suffix == '.json')
