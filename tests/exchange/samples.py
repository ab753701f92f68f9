"""A conversation with everything in it, and words to put it into."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.domain.carried import Carried
from app.domain.conversation import Conversation
from app.domain.message import CommandCall, Message, Role, Source, Status, Step
from app.domain.model import ModelRef
from app.exchange.transcript import Transcript, Words, transcript
from tests.storage.samples import START, conversation, message, new_id

GEMMA = ModelRef('ollama', 'gemma2:2b')
WORDS = Words(
    language='en',
    person='You',
    instruction='Instruction',
    thinking='Thoughts',
    sources='Sources',
    steps='Notes',
    untitled='New chat',
    notes=lambda each: ('Stopped here.',) if each.status is Status.STOPPED else (),
)


def answer(chat: Conversation, parent: Message, content: str, **changes: Any) -> Message:
    """Make a finished answer."""
    given = {'content': content, 'status': Status.COMPLETE, 'model': GEMMA, **changes}
    return message(chat, parent, Role.ASSISTANT, **given)


def talk(*texts: str, title: str = 'A chat', **last: Any) -> Carried:
    """Make a conversation of questions and answers in turn; `last` changes the last message."""
    chat = conversation(title=title)
    messages: list[Message] = []
    for index, text in enumerate(texts):
        parent = messages[-1] if messages else None
        said = answer(chat, parent, text) if parent and index % 2 else message(chat, parent, content=text)
        messages.append(said)
    if messages and last:
        messages[-1] = replace(messages[-1], **last)
    head_id = messages[-1].id if messages else None
    return Carried(conversation=replace(chat, head_id=head_id), messages=tuple(messages))


def rich() -> Carried:
    """Make a conversation with two versions of an answer and every column filled; the first version is shown."""
    chat = conversation(
        title='Ação: “tudo”',
        title_by_person=True,
        model=GEMMA,
        parameters={'temperature': 0.3},
        unread=True,
        pinned=True,
        folder_id=new_id(),
        tags=('casa', 'trabalho'),
        archived_at=START,
        deleted_at=START + timedelta(microseconds=1),
    )
    question = message(chat, None, content='Quem é?\n  *eu*')
    first = answer(
        chat,
        question,
        'Olá **mundo**',
        thinking='hm',
        status=Status.FAILED,
        error={'code': 'server_fault', 'message': 'x'},
        stats={'tokens': 3, 'seconds': 0.125},
        command=CommandCall('youtube', 'pt-BR'),
        sources=(Source('Um vídeo', 'https://example.org/v', 'youtube:v:pt'), Source('nada', 'javascript:alert(1)')),
        steps=(Step('Part 1', 'notes *here*', {'until': 3}), Step('', '', {'bookmark': [1, None]})),
        finished_at=START,
    )
    second = answer(chat, question, 'Outra', finished_at=START + timedelta(seconds=1))
    return Carried(conversation=replace(chat, head_id=first.id), messages=(question, first, second), folder='Pasta')


def told(carried: Carried) -> Transcript:
    """Put a conversation into words."""
    return transcript(carried, WORDS)
