"""A conversation as it is read: the branch that is shown, with everything around the texts already in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Message, Role
from app.rendering.markdown import normalise

WEB = ('https://', 'http://')


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a person's language. `notes` says what the page says around a message (stopped, failed …)."""

    language: str
    person: str
    instruction: str
    thinking: str
    sources: str
    steps: str
    untitled: str
    notes: Callable[[Message], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message: who said it, when (in words), what, and what stands around it. `sources` are title and address."""

    speaker: str
    by_person: bool
    text: str
    at: str
    thinking: str = ''
    steps: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The whole: `about` is a line with model and dates, `labels` name the parts `thinking`, `sources` and `steps`.

    `coloured` says whether code gets colours where a format has them.
    """

    title: str
    about: str
    language: str
    said: tuple[Said, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    coloured: bool = True

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> 'Transcript':
        """Make it from what `dataclasses.asdict` gave of one, also when that went through JSON."""
        said = tuple(
            Said(
                **{
                    **each,
                    'steps': tuple((title, text) for title, text in each['steps']),
                    'sources': tuple((title, url) for title, url in each['sources']),
                    'notes': tuple(each['notes']),
                }
            )
            for each in data['said']
        )
        return cls(**{**data, 'said': said})


def branch(carried: Carried) -> list[Message]:
    """Give the messages of the branch that is shown, the first one first."""
    by_id = {message.id: message for message in carried.messages}
    found: list[Message] = []
    each = by_id.pop(carried.conversation.head_id or '', None)
    while each is not None:
        found.append(each)
        each = by_id.pop(each.parent_id or '', None)
    return found[::-1]


def transcript(carried: Carried, words: Words) -> Transcript:
    """Put a conversation into words."""
    conversation = carried.conversation
    messages = branch(carried)
    models = dict.fromkeys(message.model.name for message in messages if message.model)
    days = dict.fromkeys(each.created_at.date().isoformat() for each in (*messages[:1], *messages[-1:]))
    return Transcript(
        title=' '.join(normalise(conversation.title).split()) or words.untitled,
        about=' · '.join(filter(None, [', '.join(models), ' – '.join(days)])),
        language=words.language,
        said=tuple(_said(message, words) for message in messages),
        labels={'thinking': words.thinking, 'sources': words.sources, 'steps': words.steps},
    )


def _said(message: Message, words: Words) -> Said:
    by_person = message.role is Role.USER
    return Said(
        speaker=_speaker(message, words),
        by_person=by_person,
        text=message.content,
        at=f'{message.created_at:%Y-%m-%d %H:%M} UTC',
        thinking=message.thinking.strip(),
        steps=tuple((step.title, step.text) for step in message.steps if step.title),
        sources=tuple((each.title, each.url if each.url.startswith(WEB) else '') for each in message.sources),
        notes=words.notes(message),
    )


def _speaker(message: Message, words: Words) -> str:
    if message.role is not Role.ASSISTANT:
        return words.person if message.role is Role.USER else words.instruction
    if message.command is not None:
        return f'/{message.command.name}'
    return message.model.name if message.model else 'Guilherme'
