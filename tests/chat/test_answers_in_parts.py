"""Answers that were stopped and continued: their figures, and their thoughts."""

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from tests.chat.desk import Desk
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer


async def stopped_after(desk: Desk, text: str, pieces: int, model: str = 'ollama/gemma2:2b') -> Message:
    """Ask, and stop once so many pieces have come."""
    state, reply = await desk.ask(text, model=model)
    live = state.replies[reply.id]
    await until(lambda: len((live.current().content + live.current().thinking).split()) >= pieces)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    return await desk.ended(reply)


async def test_a_stopped_answer_has_the_figures_that_are_known_here(desk: Desk) -> None:
    stopped = await stopped_after(desk, 'kind=num tokens=5000 rate=100', 70)
    stats = stopped.stats
    assert stats['tokens'] == len(stopped.content.split())
    assert stats['seconds'] > 0.5
    assert (stats['counted_here'], stats['timed_here']) == (True, True)
    assert 'prompt_tokens' not in stats


async def test_a_whole_answer_has_the_figures_of_its_server(desk: Desk) -> None:
    _, reply = await desk.exchange('kind=num tokens=5')
    assert reply.stats['tokens'] == 5
    assert not {'counted_here', 'timed_here', 'earlier_tokens'} & reply.stats.keys()


async def test_the_figures_of_a_continued_answer_are_those_of_its_parts(desk: Desk, server: OllamaServer) -> None:
    stopped = await stopped_after(desk, 'kind=num tokens=100 rate=100', 20)
    await desk.chat.asking.resume(LOCAL_OWNER, stopped.id)
    whole = await desk.ended(stopped)
    assert whole.status is Status.COMPLETE
    stats = whole.stats
    assert stats['earlier_tokens'] == len(stopped.content.split())
    assert stats['tokens'] + stats['earlier_tokens'] == 100
    assert stats['earlier_seconds' if 'seconds' in stopped.stats else 'seconds'] > 0
    assert not {'counted_here', 'timed_here'} & stats.keys()


async def test_a_thought_that_was_stopped_and_the_next_one_stand_apart(desk: Desk) -> None:
    asked = 'kind=thinking thinking=500 tokens=3 rate=200'
    stopped = await stopped_after(desk, asked, 5, model='ollama/qwen3:4b')
    assert stopped.content == ''
    before = stopped.thinking
    await desk.chat.asking.resume(LOCAL_OWNER, stopped.id)
    whole = await desk.ended(stopped)
    assert whole.thinking.startswith(f'{before}\n\nt0 t1 ')
