"""What reads foreign text does so at a cost that is linear in its length: a process with a budget of CPU reads it all.

The budget is generous; a cost of the square of these lengths would be hours.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.chat.title_text import title_from
from app.commands.cited_times import CitedTimes, as_cited
from app.commands.markdown_text import escaped
from app.commands.parts import split_text
from app.commands.registry import read
from app.commands.videos import read_request
from app.domain.addresses import hide_secrets, without_secrets
from app.domain.document import Passage
from app.domain.thoughts import apart
from app.errors import GuilhermeError
from app.providers.faults import Asked, from_answer, from_message
from app.providers.lines import broken
from app.replies.token_estimate import weigh
from app.sources.youtube.captions import transcript_from_text
from app.sources.youtube.links import video_id
from app.sources.youtube.session import TooLarge, check_captions
from app.storage.search_terms import wanted

CPU_SECONDS = 30
LENGTH = 200_000
"""Characters: half of the longest message. The square of it is 40,000,000,000: minutes, for any reader."""

ASKED = Asked('ollama', 'http://there', 'm')
CITED = '[0:00](https://www.youtube.com/watch?'
CUE = 'WEBVTT\n\n00:00.000 --> 00:01.000\n'

ATTACKS: tuple[tuple[Callable[[str], object], str, str], ...] = (
    # reader, beginning, and what follows again and again
    *((lambda text: from_message(text, ASKED), '', unit) for unit in ('model ', 'runner process has terminated ', '<')),
    (lambda text: from_answer(500, json.dumps({'error': text}).encode(), ASKED), '', 'model '),
    (lambda text: from_answer(502, text.encode(), ASKED), '<', '<a'),
    (lambda text: broken(text.encode(), 'ollama'), '', '<'),
    (hide_secrets, '', '://'),
    (without_secrets, '', '://@'),
    *((split_text, '', unit) for unit in ('.', '…', '.)', '。', '"', ' ')),
    *((as_cited, '', unit) for unit in (CITED, '[', '[0:00](')),
    *((CitedTimes([Passage('x', 0.0)], 'v').whole, '', unit) for unit in ('[', '[](', '<https:')),
    *((CitedTimes([Passage('x', 0.0)], 'v').feed, '', unit) for unit in ('[', '<https:')),
    *((transcript_from_text, '', unit) for unit in ('0', ' ', '\n', '0:00 ', '1:1')),
    *((transcript_from_text, CUE, unit) for unit in ('<', '&#9', ' ')),
    *((check_captions, '<t>', unit) for unit in ('&lt;', '</', '<!')),
    *((escaped, '', unit) for unit in ('0', ' ', '-')),
    *((read, '/', unit) for unit in ('a', ' ', 'a ')),
    *((read_request, '', unit) for unit in ('![](', '[](x', '0', ' ')),
    (video_id, '', '?v='),
    *((title_from, '', unit) for unit in ('*a', '"', '"title" ', '<think>', '> ')),
    *((apart, '', unit) for unit in ('<think>', '<', '`', '> ')),
    *((weigh, '', unit) for unit in ('a', '0', '中', ' ')),
    *((wanted, '', unit) for unit in ('"', 'a', '中')),
)


def read_everything() -> None:
    for reader, beginning, unit in ATTACKS:
        with suppress(GuilhermeError, TooLarge):
            reader(beginning + unit * (LENGTH // len(unit)) + '!')


def test_no_reader_of_foreign_text_is_ever_stuck() -> None:
    ran = subprocess.run(
        [sys.executable, '-c', f'from {__name__} import read_everything; read_everything()'],
        cwd=Path(__file__).parents[1],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS)),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.decode()[-2000:]) == (0, '')
