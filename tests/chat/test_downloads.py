import asyncio
from pathlib import Path

import pytest

from app.chat import Downloads, ModelCatalog, downloads
from app.chat.downloads import Download
from app.domain.model import ModelRef
from app.errors import GuilhermeError, InvalidInput, ModelNotFound, ServerUnreachable, UpstreamUnreachable
from app.providers.scripted import Scripted
from tests.chat.desk import Desk, open_desk
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer
from tests.support.raw_server import RawServer, said

PHI = ModelRef('ollama', 'phi3:mini')


@pytest.fixture
def told(desk: Desk) -> list[Download]:
    """Give every step that was told of."""
    steps: list[Download] = []
    desk.chat.downloads.changed.subscribe(steps.append)
    return steps


async def test_a_download_tells_how_far_it_is_and_that_it_is_done(desk: Desk, told: list[Download]) -> None:
    desk.chat.downloads.start(PHI)
    assert [each.ref for each in desk.chat.downloads.current()] == [PHI]
    await until(lambda: told[-1].done)
    assert (told[-1].error, told[-1].completed) == (None, told[-1].total)
    steps = [each.completed for each in told]
    assert steps == sorted(steps)
    assert len(set(steps)) > 3
    assert any(each.speed > 1_000_000 for each in told)
    assert desk.chat.downloads.current() == []
    assert PHI in {info.ref for info in desk.chat.models.overview.models}


async def test_a_download_that_runs_is_not_begun_again(desk: Desk, told: list[Download], server: OllamaServer) -> None:
    desk.chat.downloads.start(PHI)
    desk.chat.downloads.start(PHI)
    await until(lambda: told[-1].done)
    assert len(server.asked('/api/pull')) == 1


async def test_a_download_can_be_cancelled_and_goes_on_where_it_was(
    desk: Desk, told: list[Download], server: OllamaServer
) -> None:
    desk.chat.downloads.start(PHI)
    await until(lambda: told[-1].completed)
    desk.chat.downloads.cancel(PHI)
    await until(lambda: not desk.chat.downloads.current())
    assert (told[-1].done, told[-1].error) == (False, None)
    [request] = server.asked('/api/pull')
    await server.until(lambda: request.disconnected_at)
    fetched = told[-1].completed
    told.clear()
    desk.chat.downloads.start(PHI)
    first = await until(lambda: next((each.completed for each in told if each.completed), 0))
    assert first >= fetched
    desk.chat.downloads.cancel(ModelRef('ollama', 'another'))


async def test_a_download_cancelled_before_its_first_step(desk: Desk, told: list[Download]) -> None:
    desk.chat.downloads.start(PHI)
    desk.chat.downloads.cancel(PHI)
    await until(lambda: not desk.chat.downloads.current())
    assert [(each.done, each.error) for each in told] == [(False, None)] * 2


@pytest.mark.parametrize(
    ('name', 'error'), [('missing', ModelNotFound), ('broken', UpstreamUnreachable), ('offline', UpstreamUnreachable)]
)
async def test_what_goes_wrong_is_said(
    desk: Desk, told: list[Download], name: str, error: type[GuilhermeError]
) -> None:
    desk.chat.downloads.start(ModelRef('ollama', name))
    assert isinstance(await until(lambda: told[-1].error), error)
    assert (told[-1].done, desk.chat.downloads.current()) == (False, [])


@pytest.mark.parametrize('name', ['standing', 'silent'])
async def test_a_download_that_stands_still_says_so(
    desk: Desk, told: list[Download], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both when the server goes on to tell the same figure and when it says nothing at all."""
    monkeypatch.setattr(downloads, 'STILL_AFTER', 1.2)
    monkeypatch.setattr(downloads, 'LOOK', 0.1)
    desk.chat.downloads.start(ModelRef('ollama', name))
    still = await until(lambda: next((each for each in told if each.still), None))
    assert still is not None
    assert still.still >= 1
    assert still.completed == max(each.completed for each in told)
    desk.chat.downloads.cancel(ModelRef('ollama', name))
    await until(lambda: not desk.chat.downloads.current())


async def test_a_server_that_is_not_there(desk: Desk, told: list[Download], server: OllamaServer) -> None:
    await server.stop()
    desk.chat.downloads.start(PHI)
    assert isinstance(await until(lambda: told[-1].error), ServerUnreachable)


async def test_a_server_that_cannot_fetch_models() -> None:
    unable = Downloads(ModelCatalog([Scripted()], 'demo'))
    with pytest.raises(InvalidInput) as caught:
        unable.start(ModelRef('demo', 'demo'))
    assert caught.value.details['reason'] == 'cannot_pull'
    with pytest.raises(ModelNotFound):
        unable.start(PHI)


async def test_two_downloads_at_once_and_the_end_of_the_process(desk: Desk, told: list[Download]) -> None:
    for name in ('a', 'b'):
        desk.chat.downloads.start(ModelRef('ollama', name))
    await until(lambda: len({each.ref for each in told if each.completed}) == 2)
    await asyncio.wait_for(desk.chat.downloads.close(), 2)
    assert desk.chat.downloads.current() == []


async def test_a_flood_of_steps_is_told_of_now_and_then(tmp_path: Path) -> None:
    line = b'{"status": "x", "digest": "d", "completed": 5, "total": 9}\n'
    told: list[Download] = []
    async with (
        RawServer(said(line * 50_000 + b'{"status": "success"}\n')) as server,
        open_desk(tmp_path / 'flooded', ollama_host=server.url) as desk,
    ):
        downloads = desk.chat.downloads
        downloads.changed.subscribe(told.append)
        downloads.start(ModelRef('ollama', 'a'))
        await until(lambda: told[-1].done or told[-1].error)
    assert (told[-1].completed, told[-1].total) == (5, 9)
    assert len(told) < 5_000
