"""The names of Claude's projects: conversations may name theirs by its id only (`project_uuid`).

An export has them in `projects.json`, or in `projects/*.json`, each with `uuid` and `name`. What else is in a project
(documents, an instruction) belongs to no conversation. Last looked up in public code on 2026-11-30.
"""

import zipfile
from contextlib import closing
from pathlib import PurePosixPath

from app.errors import ImportRefused
from app.exchange.reading import shapes, zip_members
from app.exchange.reading.intake import Meter
from app.exchange.reading.json_stream import values

MOST_FILES = 2_000
"""Files of projects that are looked into."""


def names(archive: zipfile.ZipFile, meter: Meter) -> dict[str, str]:
    """Give the names of the projects in an archive by their ids. A file that cannot be read has none.

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
                    found[shapes.side_field(value, 'uuid')] = shapes.side_field(value, 'name')
        except ImportRefused:
            continue
    return found


def _is_of_projects(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.name == 'projects.json' or (path.parent.name == 'projects' and path.suffix == '.json')
