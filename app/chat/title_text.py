"""Makes a title of what a model said when it was asked for one."""

import re

LONGEST = 60
"""Characters of a title: what the list and a tab of the browser can show."""

_THOUGHTS = re.compile(r'<(think|thinking|reasoning)>.*?(</\1>|\Z)', re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(
    r'^(chat |conversation |suggested )?(title|t[ií]tulo|titre|titel|titolo)\s*[:：\-–—]\s*', re.IGNORECASE
)
_LIST_MARK = re.compile(r'^(#{1,6}\s+|[-*+•]\s+|>\s*|\d{1,2}[.)]\s+)+')
_EMPHASIS = re.compile(r'(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1')
_QUOTES = '"\'“”„‘’«»‹›「」『』'


def without_thoughts(said: str) -> str:
    """Leave out what a model thinks aloud, finished or not."""
    return _THOUGHTS.sub('', said)


def is_whole(said: str) -> bool:
    """Tell whether what was said so far holds a whole title, so that no more is needed."""
    lines = [line for line in without_thoughts(said).split('\n')[:-1] if _cleaned(line)]
    return bool(lines) or len(without_thoughts(said).strip()) > 2 * LONGEST


def title_from(said: str) -> str:
    """Give the title in what a model said, empty if there is none.

    The first line that says something, without thoughts, labels, markdown, quotes and a full stop; cut between words.
    """
    lines = (_cleaned(line) for line in without_thoughts(said).split('\n'))
    return _cut(next(filter(None, lines), ''))


def _cleaned(line: str) -> str:
    """Clean a line; one that only announces the next (`Here is a title:`) holds nothing."""
    text = _LIST_MARK.sub('', ' '.join(line.split()))
    while (bare := _unwrapped(text)) != text:
        text = bare
    if text.endswith((':', '：')) or not any(char.isalnum() for char in text):
        return ''
    return text


def _unwrapped(text: str) -> str:
    text = _EMPHASIS.sub(r'\2', text).strip()
    text = _LABEL.sub('', text).strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text[:-1].rstrip() if text.endswith('.') and not text.endswith('..') else text


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 1]
    words, space, _ = head.rpartition(' ')
    return (words if space and len(words) > LONGEST // 2 else head).rstrip(' ,;:-–—') + '…'
