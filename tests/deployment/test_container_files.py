"""The files containers are made from fit each other and the app. That the image works is for scripts/test-image."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

from app.settings import Settings, environment_name

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / 'Dockerfile').read_text('utf-8')
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / 'compose.yaml').read_text('utf-8'))
ONLY_COMPOSE = {'GUILHERME_OLLAMA_HOST'}


def lines(name: str) -> list[str]:
    """Give the lines of a file that are neither empty nor comments."""
    text = (ROOT / name).read_text('utf-8')
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith('#')]


def test_the_dockerfile_passes_hadolint() -> None:
    hadolint = Path(sys.executable).parent / 'hadolint'
    done = subprocess.run([hadolint, 'Dockerfile'], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, '')


def test_the_lock_has_what_the_requirements_ask_for() -> None:
    pinned = dict(
        re.findall(r'^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)', '\n'.join(lines('requirements.lock')), re.MULTILINE)
    )
    asked = [Requirement(line.partition('#')[0]) for line in lines('requirements.txt')]
    missing = [str(each) for each in asked if pinned.get(each.name, '') not in each.specifier]
    assert missing == [], 'run scripts/lock'


def test_only_what_the_image_needs_goes_to_the_builder() -> None:
    let_in = {line[1:] for line in lines('.dockerignore') if line.startswith('!')}
    copied = re.findall(r'^COPY (?!--from)(\S+) ', DOCKERFILE, re.MULTILINE)
    assert let_in == set(copied)
    assert lines('.dockerignore')[0] == '*'


def test_every_image_is_pinned() -> None:
    images = [service['image'] for service in COMPOSE['services'].values() if 'build' not in service]
    images += re.findall(r'^FROM (\S+:\S+)', DOCKERFILE, re.MULTILINE)
    assert len(images) == 3
    assert [image for image in images if not re.search(r':[a-z-]*\d+[\w.-]+@sha256:[0-9a-f]{64}$', image)] == []


def test_compose_reads_settings_that_exist() -> None:
    known = {environment_name(name) for name in Settings.model_fields}
    text = (ROOT / 'compose.yaml').read_text('utf-8')
    assert set(re.findall(r'\bGUILHERME_\w+', text)) - known == ONLY_COMPOSE
    assert set(re.findall(r'\bGUILHERME_\w+', DOCKERFILE)) <= known


def test_only_this_machine_reaches_the_app() -> None:
    published = [port for service in COMPOSE['services'].values() for port in service.get('ports', [])]
    assert len(published) == 1
    assert published[0].startswith('${GUILHERME_PUBLISHED_AT:-127.0.0.1}:')
