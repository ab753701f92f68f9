import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from pypdf import PdfReader

from app.bootstrap import Parts
from app.domain.conversation import LOCAL_OWNER
from app.storage.conversations import Conversations
from tests.exchange.reading_files import read
from tests.replies.waiting import until
from tests.storage.samples import conversation, new_id
from tests.ui.simulated import Browser


async def asked(page: Browser, parts: Parts, text: str = 'one') -> str:
    """Ask in the page and wait for the end of the answer."""
    await page.open('/')
    conversation_id = page.send(text)
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    return conversation_id


async def test_one_conversation_in_every_format(page: Browser, parts: Parts) -> None:
    conversation_id = await asked(page, parts)
    for ending, media_type in (('md', 'text/markdown'), ('txt', 'text/plain'), ('json', 'application/json')):
        answer = await page.http.get(f'/c/{conversation_id}/export/{ending}')
        assert answer.status_code == 200
        assert answer.headers['content-type'].startswith(media_type)
        assert answer.headers['content-disposition'].startswith('attachment; filename="one.')
        assert answer.headers['cache-control'] == 'no-store'
        assert 'w0 w1 w2' in answer.text


async def test_a_pdf(page: Browser, parts: Parts) -> None:
    conversation_id = await asked(page, parts)
    answer = await page.http.get(f'/c/{conversation_id}/export/pdf')
    assert (answer.status_code, answer.headers['content-type']) == (200, 'application/pdf')
    assert 'filename="one.pdf"' in answer.headers['content-disposition']
    text = ' '.join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert 'w0 w1 w2' in text


async def test_a_reply_that_streams_is_there_as_far_as_it_is(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=2000 rate=100')
    await until(lambda: 'w3 ' in page.screen().last)
    address = f'/c/{conversation_id}/export'
    text = (await page.http.get(f'{address}/txt')).text
    assert 'w0 w1 w2 w3' in text
    assert '[This answer was still being written.]' in text
    written = json.loads((await page.http.get(f'{address}/json')).text)
    assert written['messages'][-1]['status'] == 'interrupted'
    await parts.chat.asking.stop(LOCAL_OWNER, conversation_id)


async def test_in_the_language_of_the_browser(page: Browser, parts: Parts) -> None:
    conversation_id = await asked(page, parts)
    portuguese = Browser('pt-BR')
    assert 'Você' in (await portuguese.http.get(f'/c/{conversation_id}/export/md')).text
    assert 'Você' not in (await page.http.get(f'/c/{conversation_id}/export/md')).text


async def test_what_is_not_there_is_refused_in_words(page: Browser, parts: Parts) -> None:
    theirs, deleted = conversation('somebody', content := 'A secret'), conversation()
    for each in (theirs, deleted):
        await Conversations(parts.database).create(each)
    await parts.chat.organising.delete(LOCAL_OWNER, deleted.id)
    mine = await asked(page, parts)
    for path in (theirs.id, deleted.id, new_id(), 'x', mine):
        answer = await page.http.get(f'/c/{path}/export/{"exe" if path == mine else "md"}')
        assert answer.status_code == 404
        assert answer.text == 'This does not exist any more, or it was deleted.\n'
        assert content not in answer.text


async def test_everything_as_one_archive(page: Browser, parts: Parts, tmp_path: Path) -> None:
    deleted = conversation(deleted_at=datetime.now(UTC))
    for each in (deleted, conversation('somebody')):
        await Conversations(parts.database).create(each)
    mine = await asked(page, parts)
    answer = await page.http.get('/export/archive')
    assert re.search(r'filename="guilherme-\d{4}-\d\d-\d\d\.zip"', answer.headers['content-disposition'])
    (tmp_path / 'all.zip').write_bytes(answer.content)
    carried = {each.conversation.id: each for each in read(tmp_path / 'all.zip')}
    assert carried.keys() == {mine, deleted.id}
    assert carried[mine].messages[1].content.startswith('w0 w1 ')
