from typing import Any

import pytest

from app.domain.message import Message, Role
from app.domain.model import ModelRef
from app.ui.components.composer import gauge
from app.ui.figures import figures, thought_sentence
from app.ui.translations import translator
from tests.storage.samples import conversation, message

ENGLISH, PORTUGUESE = translator('en'), translator('pt-BR')


def answer(**stats: Any) -> Message:
    return message(conversation(), None, Role.ASSISTANT, model=ModelRef('ollama', 'gemma2:2b'), stats=stats)


@pytest.mark.parametrize(
    ('stats', 'line'),
    [
        ({'tokens': 1}, '1 token'),
        ({'tokens': 250, 'seconds': 10}, '25.0 tokens/s'),
        ({'tokens': 5000, 'seconds': 10}, '500 tokens/s'),
        ({'tokens': 2, 'seconds': 0}, '2 tokens'),
    ],
)
def test_one_figure_stands_for_all(stats: dict[str, float], line: str) -> None:
    shown = figures(ENGLISH, answer(**stats))
    assert shown is not None
    assert shown['line'] == line


def test_nothing_known_shows_nothing() -> None:
    assert figures(ENGLISH, answer(load_seconds=2.0)) is None


def test_unfolded_figures_say_how_an_answer_was_made() -> None:
    stats = {'tokens': 100, 'seconds': 4, 'prompt_tokens': 924, 'num_ctx': 8192, 'load_seconds': 2.5}
    shown = figures(PORTUGUESE, answer(**stats, first_token_seconds=3.25, thinking_seconds=1.5, total_seconds=7.9))
    assert shown is not None
    assert shown['rows'] == [
        ('Modelo', 'gemma2:2b'),
        ('Tamanho', '100 tokens'),
        ('Velocidade', '25,0 tokens/s'),
        ('Primeira palavra depois de', '3,2 s'),
        ('Carregar o modelo', '2,5 s'),
        ('Pensar', '1,5 s'),
        ('No total', '7,9 s'),
        ('Contexto usado', '1024 de 8192 tokens (12 %)'),
    ]


@pytest.mark.parametrize(
    ('stats', 'used'),
    [
        ({'prompt_tokens': 4628, 'tokens': 512, 'num_ctx': 512}, '512 of 512 tokens (100 %)'),
        ({'prompt_tokens': 1054, 'tokens': 46, 'num_ctx': None}, '1100 tokens'),
        ({'prompt_tokens': None, 'prompt_estimate': 300, 'tokens': 46, 'num_ctx': 512}, None),
    ],
)
def test_no_more_of_the_window_is_used_than_there_is_and_no_window_made_up(
    stats: dict[str, int | None], used: str | None
) -> None:
    shown = figures(ENGLISH, answer(**stats))
    assert shown is not None
    assert dict(shown['rows']).get('Context used') == used


@pytest.mark.parametrize(
    ('stats', 'shown'),
    [
        ({'num_ctx': 512, 'prompt_estimate': 64}, (0.125, 'Context: 64 of 512 tokens')),
        (
            {'num_ctx': 512, 'prompt_tokens': 400, 'prompt_estimate': 64, 'tokens': 48},
            (0.875, 'Context: 448 of 512 tokens'),
        ),
        ({'num_ctx': 512, 'prompt_tokens': 20, 'tokens': 5120}, (1.0, 'Context: 512 of 512 tokens')),
    ],
)
def test_the_gauge_says_how_full_the_window_is(stats: dict[str, int], shown: tuple[float, str]) -> None:
    assert gauge(ENGLISH, stats) == {'share': shown[0], 'label': shown[1]}


@pytest.mark.parametrize('stats', [{}, {'num_ctx': None, 'prompt_tokens': 1054}])
def test_a_window_nobody_tells_has_no_gauge(stats: dict[str, int | None]) -> None:
    assert gauge(ENGLISH, stats) is None


def test_figures_of_an_answer_that_was_continued_hold_for_all_of_it() -> None:
    parts = {'tokens': 20, 'seconds': 1.0, 'total_seconds': 2.0, 'earlier_tokens': 80, 'earlier_seconds': 3.0}
    shown = figures(ENGLISH, answer(**parts, earlier_total_seconds=5.0, prompt_tokens=180, num_ctx=400))
    assert shown is not None
    assert shown['rows'][1:] == [
        ('Length', '100 tokens'),
        ('Speed', '25.0 tokens/s'),
        ('In all', '7.0 s'),
        ('Context used', '200 of 400 tokens (50 %)'),
    ]


def test_what_was_counted_here_says_so() -> None:
    stats = {'tokens': 20, 'seconds': 2.0, 'counted_here': True, 'timed_here': True, 'num_ctx': 400}
    shown = figures(ENGLISH, answer(**stats))
    assert shown is not None
    assert shown['rows'][1:] == [('Length', 'about 20 tokens'), ('Speed, measured here', '10.0 tokens/s')]


def test_waits_nobody_notices_are_not_told() -> None:
    shown = figures(ENGLISH, answer(tokens=1, first_token_seconds=0.02, load_seconds=0.0))
    assert shown is not None
    assert [name for name, _ in shown['rows']] == ['Model', 'Length']


def test_the_time_of_thinking_is_said_once_it_is_known() -> None:
    assert thought_sentence(ENGLISH, answer()) == ''
    assert thought_sentence(ENGLISH, answer(thinking_seconds=12.04)) == 'Thought for 12.0 s'
