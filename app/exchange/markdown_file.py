"""A conversation as Markdown, to be read and edited anywhere. Texts stay as they were written."""

import re
from collections.abc import Iterator

from app.exchange.transcript import Said, Transcript
from app.rendering.outline import open_fence, open_sections, with_fences_apart

_SPECIAL = re.compile(r'([\\`*_\[\]<>#])')


def markdown_file(transcript: Transcript) -> str:
    """Write a transcript."""
    parts = [f'# {_escaped(transcript.title)}']
    if transcript.about:
        parts.append(f'*{_escaped(transcript.about)}*')
    for said in transcript.said:
        parts.extend(_message(said, transcript))
    return '\n\n'.join(parts) + '\n'


def _message(said: Said, transcript: Transcript) -> Iterator[str]:
    labels = transcript.labels
    yield '---'
    yield f'**{_escaped(said.speaker)}** · {said.at}'
    if said.thinking:
        yield _quoted(f'*{_escaped(labels["thinking"])}*\n\n{_closed(said.thinking)}')
    for title, text in said.steps:
        yield _quoted(f'*{_escaped(labels["steps"])}: {_escaped(title)}*\n\n{_closed(text)}')
    if said.text.strip():
        yield _closed(said.text)
    yield from (f'*{_escaped(note)}*' for note in said.notes)
    if said.sources:
        listed = [
            f'- [{_escaped(title)}](<{_address(url)}>)' if url else f'- {_escaped(title)}'
            for title, url in said.sources
        ]
        yield '\n'.join([f'{_escaped(labels["sources"])}:', '', *listed])


def _closed(text: str) -> str:
    """Give a text that cannot swallow what stands after it: one that was stopped may leave something open."""
    text = with_fences_apart(text).strip('\n')
    if fence := open_fence(text):
        text = f'{text}\n{fence}'
    if sections := open_sections(text):
        text = '\n\n'.join([text, *['</details>'] * sections])
    if text.rfind('<!--') > text.rfind('-->'):
        text = f'{text}\n\n<!-- -->'
    return text


def _quoted(text: str) -> str:
    return '\n'.join(f'> {line}'.rstrip() for line in text.split('\n'))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r'\\\1', ' '.join(text.split()))


def _address(url: str) -> str:
    return url.replace('<', '%3C').replace('>', '%3E').replace('\n', '%0A')
