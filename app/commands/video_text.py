"""What `/youtube` and `/youtube_resumo` say of a video in the same words."""

from collections.abc import Mapping

from app.commands.base import Words
from app.commands.markdown_text import escaped
from app.domain.document import Document
from app.domain.timestamps import stamp
from app.errors import SourceError
from app.sources.youtube.links import watch_url

BETWEEN = '\n\n---\n\n'
"""Between two videos."""


def heading(t: Words, document: Document) -> str:
    """Give title and facts."""
    title = escaped(document.title)
    link = f'### [{title}]({document.url})' if document.url else f'### {title}'
    return '\n\n'.join(filter(None, [link, _facts(t, document.data)]))


def failed(t: Words, video: str, error: SourceError) -> str:
    """Say why there is nothing of one video, among others that worked."""
    address = watch_url(video)
    return f'### [{escaped(address)}]({address})\n\n{escaped(t.fault(error))}'


def language_name(t: Words, name: str) -> str:
    """Say a language as the person does; YouTube names it in English, and rarer ones stay so."""
    known = {
        'Arabic': t('Arabic'),
        'Chinese': t('Chinese'),
        'Dutch': t('Dutch'),
        'English': t('English'),
        'French': t('French'),
        'German': t('German'),
        'Hindi': t('Hindi'),
        'Italian': t('Italian'),
        'Japanese': t('Japanese'),
        'Korean': t('Korean'),
        'Polish': t('Polish'),
        'Portuguese': t('Portuguese'),
        'Portuguese (Brazil)': t('Portuguese (Brazil)'),
        'Russian': t('Russian'),
        'Spanish': t('Spanish'),
        'Turkish': t('Turkish'),
        'Ukrainian': t('Ukrainian'),
    }
    return known.get(name, name)


def _facts(t: Words, data: Mapping[str, object]) -> str:
    parts = [f'**{escaped(str(data["channel"]))}**'] if data.get('channel') else []
    if isinstance(seconds := data.get('seconds'), int) and seconds:
        parts.append(stamp(seconds))
    if data.get('thumbnail'):
        label = t('Thumbnail')
        parts.append(f'[{label}]({data["thumbnail"]})')
    return ' · '.join(parts)
