"""The estimate against what real tokenizers make of 63 kinds of text; `token_samples.json` has what each counted."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Role
from app.domain.model import ModelRef
from app.domain.prompt import PromptMessage
from app.replies import token_estimate
from app.replies.token_counting import TEMPLATE_TOKENS, TOKENS_PER_MESSAGE, UNTAUGHT, TokenCounts, is_count
from app.replies.token_estimate import weigh

SAMPLES = json.loads((Path(__file__).parent / 'token_samples.json').read_text(encoding='utf-8'))
TOKENIZERS = ('Llama 2', 'Llama 3', 'Qwen 3', 'Gemma 3', 'DeepSeek V3', 'gpt-oss')
ORDINARY = {'english', 'portuguese', 'english_chat', 'portuguese_chat', 'code_python', 'code_js', 'json_pretty'}
FITS = 1.33
"""The answer's quarter of the window makes up for an estimate that is this far too low."""

Sample = dict[str, Any]

MODEL = ModelRef('ollama', 'some')
by_name = pytest.mark.parametrize('sample', SAMPLES, ids=lambda sample: sample['name'])
by_tokenizer = pytest.mark.parametrize('tokenizer', TOKENIZERS)


def said(*texts: str) -> list[PromptMessage]:
    return [PromptMessage(Role.USER, text) for text in texts]


@by_name
def test_no_tokenizer_makes_much_more_of_a_text(sample: Sample) -> None:
    estimate = sum(weigh(sample['text']).values())
    assert {name: tokens / estimate for name, tokens in sample['tokens'].items() if tokens > FITS * estimate} == {}


@by_name
def test_what_is_frequent_takes_little_room_for_nothing(sample: Sample) -> None:
    if sample['name'] in ORDINARY:
        assert min(sample['tokens'].values()) > 0.6 * sum(weigh(sample['text']).values())


@by_name
def test_at_the_second_turn_it_is_right_for_the_model_at_hand(sample: Sample) -> None:
    """The first prompt has the text ten times, the second one twenty times; nothing else is known than its count."""
    far_off = {}
    for tokenizer, once in sample['tokens'].items():
        counts = TokenCounts()
        counts.learn(MODEL, said(sample['text'] * 10), once * 10 + TOKENS_PER_MESSAGE)
        estimate = counts.of(MODEL).size(sample['text'] * 20)
        if not once * 20 / FITS - 2 * TEMPLATE_TOKENS <= estimate <= once * 20 * FITS + 2 * TEMPLATE_TOKENS:
            far_off[tokenizer] = once * 20, estimate
    assert far_off == {}


@by_tokenizer
def test_what_prose_teaches_says_nothing_about_digits(tokenizer: str) -> None:
    samples = {sample['name']: sample for sample in SAMPLES}
    english, digits = samples['english'], samples['csv_digits']
    counts = TokenCounts()
    for _ in range(3):
        counts.learn(MODEL, said(english['text'] * 20), english['tokens'][tokenizer] * 20)
    estimator = counts.of(MODEL)
    assert digits['tokens'][tokenizer] < FITS * estimator.size(digits['text'])
    assert estimator.size(english['text'] * 20) == pytest.approx(english['tokens'][tokenizer] * 20, rel=0.06)


def test_one_model_teaches_nothing_about_another() -> None:
    counts = TokenCounts()
    counts.learn(MODEL, said('word ' * 1000), 2000)
    assert counts.of(MODEL) != UNTAUGHT
    assert counts.of(ModelRef('ollama', 'other')) == UNTAUGHT


def test_what_a_template_adds_teaches_nothing() -> None:
    messages = said('Hello')
    assert UNTAUGHT.taught(messages, 40).tokens('word ' * 1000) == UNTAUGHT.tokens('word ' * 1000)


@pytest.mark.parametrize(('counted', 'whole'), [(1000, True), (3000, True), (40, False), (0, False), (10**9, False)])
def test_a_count_of_what_was_read_anew_is_told_from_one_of_the_whole(counted: int, whole: bool) -> None:
    assert is_count(said('word ' * 1000), counted) is whole


def test_a_count_far_off_changes_an_estimate_within_bounds_only() -> None:
    messages = said('word ' * 1000)
    least, most = (UNTAUGHT.taught(messages, counted).size('word ' * 1000) for counted in (1, 10**9))
    plain = UNTAUGHT.size('word ' * 1000)
    assert 0.1 * plain < least < plain < most < 4 * plain
    assert UNTAUGHT.least_tokens(messages) <= least


@pytest.mark.parametrize('text', ['', ' ', '?', '??????', 'a', '\ud800', '\x00', 'é' * 30, '语' * 9 + '?', '👨‍👩‍👧‍👦'])
def test_any_text_has_an_estimate(text: str) -> None:
    assert 0 <= sum(weigh(text).values()) <= 5 * len(text)


def test_question_marks_that_stand_for_other_letters_cost_nothing() -> None:
    assert sum(weigh('语言？').values()) == sum(weigh('？语言').values())
    assert weigh('语言?')['signs'] == weigh('?')['signs'] > weigh('语言')['signs'] == 0


def test_every_script_begins_where_it_can_be_told() -> None:
    firsts = [first for first, _, _ in token_estimate._SCRIPTS]
    assert firsts == sorted(firsts)
    assert {first % 256 for first in firsts} <= {*token_estimate._PARTS}
    assert len(token_estimate._SCRIPTS_OF_PAGE) < token_estimate._MARK_OF_PART


def test_no_letter_is_looked_at_in_python() -> None:
    """Nothing but the hashes in a text calls us back, so that a long text costs no more than copying it a few times."""
    text = 'word 123, ' * 40_000
    assert len(re.findall(r'[0-9A-Za-z]{24,}', text)) == 0
    assert token_estimate._without_codes(text.encode()) == (text.encode(), 0)
