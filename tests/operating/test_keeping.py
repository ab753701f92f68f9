"""`backup` and `restore` beside the app that runs."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.operating.running import begun, names, run
from tests.replies.waiting import until
from tests.support.app_process import AppProcess, running_app
from tests.support.counting_app import REPLY

COUNTING = ('-m', 'tests.support.counting_app')
"""The app, in which a reply counts for ever."""


def counted(text: str) -> int:
    """Give how far a reply has counted; it must not have left anything out."""
    words = text.split()
    assert words == [f'w{number}' for number in range(len(words))]
    return len(words)


def stored_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute('PRAGMA integrity_check').fetchone() == ('ok',)
        query = 'SELECT text FROM reply_delta WHERE message_id = ? ORDER BY seq'
        return counted(''.join(text for (text,) in database.execute(query, [REPLY])))


async def streams_on(app: AppProcess) -> int:
    """Wait until the reply has more than it has now; give how much that was."""
    before = counted(app.stored_reply(REPLY)[1])
    await until(lambda: counted(app.stored_reply(REPLY)[1]) > before + 5, timeout=20)
    return before


async def test_a_backup_while_a_reply_streams_has_all_there_was(tmp_path: Path) -> None:
    async with running_app(tmp_path, 'http://127.0.0.1:1', command=COUNTING) as app:
        await streams_on(app)
        for number in range(3):
            file = tmp_path / f'{number}.db'
            before = counted(app.stored_reply(REPLY)[1])
            code, out, err = await run('backup', str(file), '--data-dir', str(app.data_dir))
            after = counted(app.stored_reply(REPLY)[1])
            assert (code, err) == (0, '')
            assert f'The backup is in {file} (' in out
            assert before <= stored_in(file) <= after
            await streams_on(app)  # it never stopped
        assert app.new_complaints() == ''


async def test_a_restore_waits_for_the_app_to_end_and_brings_back_what_was(tmp_path: Path) -> None:
    file = tmp_path / 'backup.db'
    async with running_app(tmp_path, 'http://127.0.0.1:1', command=COUNTING) as app:
        await streams_on(app)
        where = ('--data-dir', str(app.data_dir))
        assert (await run('backup', str(file), *where))[0] == 0
        kept = stored_in(file)
        code, out, err = await run('restore', str(file), *where)
        assert (code, out) == (1, '')
        assert app.url in err
        await streams_on(app)
        await app.kill()
        code, out, err = await run('restore', str(file), *where)
        assert (code, err) == (0, '')
        assert 'What was there before is kept in ' in out
        assert stored_in(app.data_dir / 'guilherme.db') == kept

    async with running_app(tmp_path, 'http://127.0.0.1:1', GUILHERME_DEMO='true') as app:
        status, text = app.stored_reply(REPLY)
        assert (status, counted(text)) == ('interrupted', kept)
        assert app.new_complaints() == ''


async def test_a_backup_is_made_also_if_nobody_reads_what_is_said(tmp_path: Path) -> None:
    async with running_app(tmp_path, 'http://127.0.0.1:1', GUILHERME_DEMO='true') as app:
        reading, writing = os.pipe()
        os.close(reading)
        async with begun('backup', str(tmp_path / 'x.db'), '--data-dir', str(app.data_dir), stdout=writing) as process:
            os.close(writing)
            _, err = await process.communicate()
    assert (process.returncode, err) == (0, b'')
    with closing(sqlite3.connect(tmp_path / 'x.db')) as database:
        assert database.execute('PRAGMA integrity_check').fetchone() == ('ok',)


@pytest.mark.parametrize('language', ['en_US.UTF-8', 'pt_BR.UTF-8'])
async def test_what_cannot_be_done_is_said_in_one_sentence(language: str, tmp_path: Path) -> None:
    code, out, err = await run('backup', str(tmp_path / 'x.db'), '--data-dir', str(tmp_path / 'nowhere'), LANG=language)
    assert (code, out, err.count('\n')) == (1, '', 1)
    assert err.startswith('There is no database at ' if 'en' in language else 'Não há banco de dados em ')
    assert names(tmp_path) == []
