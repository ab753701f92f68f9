"""Transcripts given by hand, in the forms people have them."""

import pytest

from app.domain.document import Passage
from app.sources.youtube.captions import transcript_from_text

VTT = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.230 align:start position:0%
\u0020
hello<00:00:00.480><c> everyone</c>

00:00:02.230 --> 00:00:02.240 align:start position:0%
hello everyone
\u0020

00:00:02.240 --> 00:00:04.390 align:start position:0%
hello everyone
to tea &amp; <b>cake</b>

NOTE nobody says this

01:00:04.390 --> 01:00:04.400
and goodbye
"""
SRT = '1\n00:00:01,000 --> 00:00:02,500\nOlá <i>mundo</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nTudo bem?\nSim.\n'
PANEL = '0:00\nhello there\n0:05\nthis is the talk\n1:02:03\ngoodbye'


def test_webvtt_with_the_doubles_and_tags_of_youtube() -> None:
    assert transcript_from_text(VTT) == (Passage('hello everyone to tea & cake and goodbye', 0.16),)


@pytest.mark.parametrize('line_end', ['\n', '\r\n', '\r'])
def test_subrip(line_end: str) -> None:
    assert transcript_from_text(SRT.replace('\n', line_end)) == (Passage('Olá mundo Tudo bem? Sim.', 1.0),)


@pytest.mark.parametrize(
    'text', [VTT.removeprefix('WEBVTT\n'), VTT.partition('\n\n')[2], '\ufeff' + VTT], ids=['no name', 'no head', 'mark']
)
def test_webvtt_that_lost_its_head(text: str) -> None:
    [passage] = transcript_from_text(text)
    assert passage.text.endswith('hello everyone to tea & cake and goodbye')


def test_timings_that_nobody_can_read_cost_no_words() -> None:
    broken = 'WEBVTT\n\n00:00:01.000 --> soon\nfirst words\n\n00:00:02.000 -->\nlast words\n'
    said = ' '.join(passage.text for passage in transcript_from_text(broken))
    assert 'first words' in said
    assert 'last words' in said


def test_a_copy_of_the_transcript_panel() -> None:
    assert transcript_from_text(PANEL) == (Passage('hello there this is the talk goodbye', 0.0),)
    long = '\n'.join(f'{minute}:00\n' + f'word{minute} ' * 30 + '.' for minute in range(12))
    starts = [passage.start for passage in transcript_from_text(long)]
    assert starts[:2] == [0.0, 120.0]
    assert len(starts) == 6


@pytest.mark.parametrize('text', ['[0:05] one\n[0:09] two', '0:05 one\n0:09 two', '(0:05) - one\n(0:09) - two'])
def test_lines_that_begin_with_their_time(text: str) -> None:
    assert transcript_from_text(text) == (Passage('one two', 5),)


def test_the_head_of_a_copied_panel_goes() -> None:
    assert transcript_from_text(f'Transcript\n\n{PANEL}') == transcript_from_text(PANEL)


def test_many_blank_lines_take_no_time() -> None:
    """Searching them again from each line on would take minutes."""
    assert transcript_from_text('One.' + '\n' * 300_000 + 'Two.') == (Passage('One.'), Passage('Two.'))


def test_plain_text_has_paragraphs_and_no_times() -> None:
    assert transcript_from_text('One\nline.\n\n\nAt 12:30 we eat.\n') == (
        Passage('One line.'),
        Passage('At 12:30 we eat.'),
    )


@pytest.mark.parametrize('text', ['', ' \n ', '0:00\n0:05', 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\n'])
def test_nothing_said(text: str) -> None:
    assert [passage for passage in transcript_from_text(text) if passage.text != 'WEBVTT'] == []
