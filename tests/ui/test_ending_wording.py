"""What is said below an answer of its end, and of what was left out."""

from typing import Any

import pytest

from app.domain.message import Role, Status
from app.ui.ending_wording import ending_sentence, omission_sentence
from app.ui.translations import translator
from tests.storage.samples import conversation, message


@pytest.mark.parametrize(
    ('stats', 'sentence'),
    [
        ({}, ''),
        ({'omitted': 0, 'shortened': False}, ''),
        ({'omitted': 1}, '1 earlier message did not fit into the context window and was left out.'),
        ({'omitted': 12}, '12 earlier messages did not fit into the context window and were left out.'),
        (
            {'omitted': 3, 'excerpts': True},
            'What was fetched does not fit into the context window: only what is closest to your question does.',
        ),
        ({'end_only': True}, 'To go on, the model read only the end of what it had answered.'),
        (
            {'end_only': True, 'omitted': 1},
            'To go on, the model read only the end of what it had answered. '
            '1 earlier message did not fit into the context window and was left out.',
        ),
        (
            {'omitted': 3, 'shortened': True},
            'Your message is longer than the context window, so its middle was left out.',
        ),
    ],
)
def test_what_was_left_out_is_said(stats: dict[str, object], sentence: str) -> None:
    assert omission_sentence(translator('en'), stats) == sentence


@pytest.mark.parametrize(
    ('said', 'stats', 'sentence'),
    [
        ({'content': 'So'}, {'done_reason': 'length', 'ended_by': 'window'}, 'The context window is full'),
        ({'content': 'So'}, {'done_reason': 'length', 'ended_by': 'limit'}, 'The answer has reached the limit'),
        ({'content': 'So'}, {'done_reason': 'length'}, 'The answer ends here because its length ran out'),
        ({'thinking': 'Hm'}, {'done_reason': 'length', 'ended_by': 'window'}, 'The context window was full while'),
        (
            {'thinking': 'Hm'},
            {'done_reason': 'length', 'ended_by': 'limit'},
            'The limit set for its length was reached',
        ),
        ({'thinking': 'Hm'}, {'done_reason': 'length'}, 'The length ran out while the model was still thinking'),
        ({'content': 'So'}, {'done_reason': 'stop'}, ''),
        ({'content': 'So', 'status': Status.STOPPED}, {'done_reason': 'length', 'ended_by': 'window'}, ''),
        ({'thinking': 'Hm'}, {'done_reason': 'stop'}, 'The model thought about it and then said nothing'),
        ({}, {}, 'The model answered with nothing'),
        ({'content': ' \u200b\n'}, {}, 'The model answered with nothing'),
    ],
)
def test_why_an_answer_ends_early_is_said(said: dict[str, Any], stats: dict[str, str], sentence: str) -> None:
    given = {'content': '', 'status': Status.COMPLETE, **said}
    shown = ending_sentence(translator('en'), message(conversation(), None, Role.ASSISTANT, stats=stats, **given))
    assert shown.startswith(sentence) if sentence else shown == ''
