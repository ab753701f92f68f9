from time import perf_counter

import pytest

from app.domain.delta import DeltaKind
from app.errors import ModelNotFound
from app.providers.scripted import Scripted
from tests.providers.asking import question, text_of, whole


@pytest.fixture
def demo() -> Scripted:
    return Scripted(tokens_per_second=0)


async def answer(demo: Scripted, text: str, *, model: str = 'demo', partial: str | None = None) -> str:
    return text_of(await whole(demo.reply(question(text, model=model, partial=partial))))


@pytest.mark.parametrize(
    ('asked', 'notice', 'part'),
    [
        ('Me sugira ideias para o jantar', 'demonstração', '\n- **'),
        ('Compare café e chá numa tabela', 'demonstração', '\n|:--|'),
        ('Ajuda com código', 'demonstração', '\n```python\n'),
        ('A plan for the day', 'demo', '\n- [ ] '),
        ('Tell me a long story', 'demo', 'chapter 30'),
        ('What is this?', 'demo', '## '),
    ],
)
async def test_says_that_it_is_a_demo_and_shows_markdown(demo: Scripted, asked: str, notice: str, part: str) -> None:
    text = await answer(demo, asked)
    assert notice in text.splitlines()[0]
    assert part in text


async def test_the_same_question_gets_the_same_answer(demo: Scripted) -> None:
    assert await answer(demo, 'Hello there') == await answer(Scripted(tokens_per_second=0), 'Hello there')


async def test_goes_on_after_any_partial_text(demo: Scripted) -> None:
    text = await answer(demo, 'Tabela, por favor')
    for place in range(0, len(text), 17):
        assert text[:place] + await answer(demo, 'Tabela, por favor', partial=text[:place]) == text


async def test_one_model_thinks_first(demo: Scripted) -> None:
    deltas = await whole(demo.reply(question('Hello', model='demo-thinking')))
    kinds = [delta.kind for delta in deltas]
    assert kinds[0] is DeltaKind.THINKING
    assert kinds[-1] is DeltaKind.STATISTICS
    assert kinds == sorted(kinds, key=[DeltaKind.THINKING, DeltaKind.TEXT, DeltaKind.STATISTICS].index)
    assert [info.thinks for info in await demo.models()] == [False, True]


async def test_keeps_its_pace() -> None:
    demo = Scripted(tokens_per_second=200, script=lambda request: ['a '] * 21)
    start = perf_counter()
    deltas = await whole(demo.reply(question('Hello', model='demo')))
    assert text_of(deltas) == 'a ' * 21
    assert perf_counter() - start >= 0.1
    assert deltas[-1].data['tokens'] == 21


async def test_an_unknown_model(demo: Scripted) -> None:
    with pytest.raises(ModelNotFound):
        await answer(demo, 'Hello', model='other')
    assert demo.is_demo
