"""What docs/deployment.md tells people to type exists (files, flags, commands, settings, headings), and is run."""

import re

import pytest

from app.operating.command_line import arguments
from app.settings import Settings, environment_name
from tests.deployment.page import COMMANDS, DOCS, PAGE, blocks_below
from tests.deployment.test_container_files import COMPOSE, ONLY_COMPOSE
from tests.deployment.test_postgresql import LINES

TRIED = [
    *(block for heading in ('One machine', 'As a service', 'Below a path') for block in blocks_below(heading)),
    *blocks_below('In containers'),
    *blocks_below('With PostgreSQL')[1:],
]
"""Blocks of commands that `scripts/test-service` and `scripts/test-containers` type, as they stand on the page."""


def calls(*names: str) -> list[str]:
    """Give what is handed to a program wherever it is called in the blocks of commands."""
    found = [re.search(rf'(?:^|[\s/])(?:{"|".join(map(re.escape, names))})(?: (.*))?$', line) for line in COMMANDS]
    return [each[1] or '' for each in found if each]


def test_every_command_is_run_somewhere() -> None:
    """By one of those scripts, or by the test of PostgreSQL; the scripts take the blocks apart and miss none."""
    run = {line for block in TRIED for line in block.splitlines()} | {*LINES}
    assert [line for line in COMMANDS if line not in run] == []


def test_settings_exist() -> None:
    known = {environment_name(name) for name in Settings.model_fields} | ONLY_COMPOSE
    assert set(re.findall(r'\bGUILHERME_\w+', PAGE)) <= known


@pytest.mark.parametrize('given', calls('main.py', 'scripts/run'))
def test_flags_and_commands_are_taken(given: str) -> None:
    arguments(given.split())


def test_services_exist() -> None:
    plain = r'docker compose (?:exec(?: -T)?|stop|start|run --rm|up --no-deps) (\w+)'
    copied = r'docker compose cp (?:\S+\.\w+ )?(\w+):'
    named = [max(pair) for line in COMMANDS for pair in re.findall(f'{plain}|{copied}', line)]
    assert len(named) == len([line for line in COMMANDS if re.search(r'docker compose \S.* \S', line)])
    assert set(named) <= COMPOSE['services'].keys()


def test_files_exist() -> None:
    root = DOCS.parent
    named = set(re.findall(r'(?<![\w/])(?:deploy|scripts|tests)/[\w./-]*\w', PAGE))
    assert len(named) > 8
    assert [name for name in named if not (root / name).exists()] == []


def test_links_lead_somewhere() -> None:
    links = re.findall(r'\]\(([^)]+)\)', PAGE)
    for link in links:
        file, _, anchor = link.partition('#')
        target = DOCS / file if file else DOCS / 'deployment.md'
        assert target.exists(), link
        if anchor:
            headings = re.findall(r'^#+ (.*)$', target.read_text('utf-8'), re.MULTILINE)
            anchors = {re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-') for heading in headings}
            assert anchor in anchors, link
