"""The command that docs/commands.md shows works, announced as it says there."""

import re
import sys
from pathlib import Path

import pytest

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Status
from tests.chat.desk import open_desk
from tests.commands.test_registry import install
from tests.support.ollama_server import OllamaServer

PAGE = (Path(__file__).parents[2] / 'docs' / 'commands.md').read_text('utf-8')


def block(language: str) -> str:
    """Give the one block of code in that language."""
    [found] = re.findall(rf'^```{language}\n(.*?)^```', PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


async def test_the_example_answers_and_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, target = block('toml').splitlines()[1].partition(' = ')
    packages = tmp_path / 'packages'
    packages.mkdir()
    install(packages, 'guilherme_dice', block('python'), f'{name} = {target.strip(chr(34))}')
    monkeypatch.syspath_prepend(str(packages))
    async with OllamaServer() as server, open_desk(tmp_path / 'data', ollama_host=server.url) as desk:
        state, reply = await desk.exchange('/dado 1')
        assert (reply.status, reply.content) == (Status.COMPLETE, 'You rolled **1**.')
        _, listed = await desk.exchange('/help', state.id)
        assert '`/dice [sides]`' in listed.content
        assert 'Roll a die.' in listed.content
        await desk.chat.asking.regenerate(LOCAL_OWNER, reply.id)
    del sys.modules['guilherme_dice']


def test_it_is_as_short_as_promised() -> None:
    lines = [line for line in block('python').splitlines() if line.strip()]
    assert len(lines) <= 10
