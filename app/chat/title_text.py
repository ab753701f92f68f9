"""Makes a title of what a model said when it was asked for one."""

import json
import re

from app.domain.thoughts import apart

LONGEST = 60
"""Characters of a title: what the list and a tab of the browser can show."""

_NOUN = r'(?:title|t[ií]tulo|titre|titel|titolo)'
_BEFORE = (
    r'an?|the|one|my|chat|conversation|short|concise|good|possible|suggested|um|o|meu|bom|curto|possível|sugestão de'
)
_BEHIND = (
    r'suggestion|option|idea|for (?:the|this) (?:chat|conversation)|in \w+'
    r'|sugerido|proposto|curto|conciso|possível|(?:da|para (?:a|esta|essa)) conversa|em \w+'
)
_LABEL = re.compile(rf'^(?:(?:{_BEFORE}) ){{0,4}}{_NOUN}(?: (?:{_BEHIND})){{0,3}}\s*[:：\-–—]\s*', re.IGNORECASE)
_WRAPPING = re.compile(r'^<([a-z]{1,20})>(.+)</\1>$', re.IGNORECASE)
_END_SIGN = re.compile(r'\s*(?:<\|\w{1,30}\|>|</s>)$')
"""The token that ends a text, where a server does not know it for one."""

_LIST_MARK = re.compile(r'^(#{1,6}\s+|[-*+•]\s+|>\s*|\d{1,2}[.)]\s+)+')
_EMPHASIS = re.compile(r'(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1')
_QUOTES = '"\'“”„‘’«»‹›「」『』'
_FENCE = re.compile(r'^(`{3,}|~{3,})\s*[\w+-]*$')

_FIELD = re.compile(
    rf'(?:["\'][\w -]{{0,30}}{_NOUN}[\w -]{{0,30}}["\']|[{{,]\s{{0,20}}{_NOUN})\s{{0,20}}:\s{{0,20}}'
    rf'("(?:[^"\\]|\\.){{0,400}}"|\'(?:[^\'\\]|\\.){{0,400}}\')',
    re.IGNORECASE,
)
"""A title as a field of JSON: models that are often asked for data answer so."""

_PREAMBLE = re.compile(
    r"^(?:(?:sure|certainly|of course|absolutely|great|okay|ok|alright|here(?:'s|’s| is| you go)|how about|"
    r'claro|certo|com certeza|ok|perfeito|aqui (?:está|vai|tem)|eis|segue|que tal)\b)',
    re.IGNORECASE,
)
_ALOUD = re.compile(
    r'^(?:h+m+|well|so|let me|let\'s|we (?:need|should|have)|i (?:need|should|have|will|think|must)|'
    r'the (?:user|person|conversation)|vamos|deixe-me|preciso|devo|o usuário|a usuária|a pessoa|a conversa)\b',
    re.IGNORECASE,
)
"""How small models begin a line before the title: with a courtesy, or thinking aloud."""

_COURTESY = re.compile(
    r'^(?:sure(?: thing)?|certainly|of course|absolutely|great|okay|ok|hello|hi|'
    r'claro|certo|com certeza|perfeito|tudo bem|olá|oi)\s*!\s+(\S.*)$',
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(rf'\b{_NOUN}\b[^:：\n]{{0,60}}\b(?:is|be|é|ser|seria)\s*[:：]\s*(\S.*)$', re.IGNORECASE)
_SUGGESTED = re.compile(
    rf'(?:\b{_NOUN}\b[^"“«\n]{{0,60}}\b(?:is|be|é|ser|seria)'
    r'|^(?:i(?:\'d| would)? |eu )?(?:suggest|propose|sugiro|proponho))'
    r'\s*[:：]?\s*["“«]([^"“”«»\n]{1,200})["”»][.!]?$',
    re.IGNORECASE,
)
"""A line that says which title it is, and one that has it in quotes. `Job title: what to write` is a title itself."""

_AFTER_LABEL = re.compile(rf'\b{_NOUN}\b[^:：\n]{{0,60}}[:：]\s*(\S.*)$', re.IGNORECASE)
LONGEST_LINE = 500
"""Characters of a line that are looked at."""


def is_whole(said: str) -> bool:
    """Tell whether what was said so far holds a whole title, so that no more is needed."""
    text = apart(said)[1]
    *lines, last = text.split('\n')
    is_long = len(last) > 2 * LONGEST and bool(_as_title(last))
    return is_long or any(map(_as_title, lines)) or bool(_FIELD.search(text))


def title_from(said: str) -> str:
    """Give the title in what a model said, empty if there is none.

    The field of that name if it answered with JSON, else the first line that says something, without thoughts,
    courtesies, labels, markdown, quotes and a full stop; cut between words.
    """
    text = apart(said)[1]
    if found := _FIELD.search(text):
        return _cut(_cleaned(_decoded(found[1])))
    if only := _only_text(text):
        return _cut(_cleaned(only))
    return _cut(next(filter(None, map(_as_title, text.split('\n'))), ''))


def _decoded(written: str) -> str:
    try:
        return str(json.loads(written, strict=False))
    except ValueError:
        return written[1:-1]


def _only_text(said: str) -> str:
    """Give the only text in an answer of JSON, whatever its field is called; empty for any other answer."""
    lines = [line for line in said[:LONGEST_LINE].strip().split('\n') if not _FENCE.match(line.strip())]
    try:
        found = json.loads('\n'.join(lines))
    except (ValueError, RecursionError):
        return ''
    while isinstance(found, dict | list) and len(found) == 1:
        [found] = found.values() if isinstance(found, dict) else found
    return found if isinstance(found, str) else ''


def _as_title(line: str) -> str:
    """Give the title a line holds, empty if it holds none."""
    line = line[:LONGEST_LINE]
    text = '' if _FENCE.match(line.strip()) or line.strip()[:1] in ('{', '}') else _cleaned(line)
    if found := _COURTESY.match(text):
        return _as_title(found[1])
    if found := _ANNOUNCED.search(text) or _SUGGESTED.search(text):
        return _cleaned(found[1])
    if _ALOUD.match(text) and _is_sentence(line):
        return ''
    if _PREAMBLE.match(text):
        found = _AFTER_LABEL.search(text)
        if found:
            return _cleaned(found[1])
        return '' if _is_about_the_title(text) or _is_sentence(line) else text
    return text


def _is_sentence(line: str) -> bool:
    return line.rstrip().endswith(('.', '!', ',', ':', '…')) or len(line.split()) > 8


def _is_about_the_title(text: str) -> bool:
    return re.search(rf'\b{_NOUN}\b', text, re.IGNORECASE) is not None


def _cleaned(line: str) -> str:
    """Clean a line; one that only announces the next (`Here is a title:`) holds nothing."""
    text = _LIST_MARK.sub('', ' '.join(line.split()))
    while (bare := _unwrapped(text)) != text:
        text = bare
    if text.endswith((':', '：')) or not any(char.isalnum() for char in text):
        return ''
    return text


def _unwrapped(text: str) -> str:
    text = _WRAPPING.sub(r'\2', _END_SIGN.sub('', text))
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
