"""Conversations as ChatGPT writes them, in small."""

from typing import Any

from app.domain.carried import Carried
from app.domain.message import Message, Role

Json = dict[str, Any]


def message(
    role: str, content: str | Json, *, recipient: str = 'all', name: str | None = None, **metadata: Any
) -> Json:
    """Make a message; a text is its content, or an object with its kind."""
    content = {'content_type': 'text', 'parts': [content]} if isinstance(content, str) else content
    return {
        'author': {'role': role, 'name': name, 'metadata': {}},
        'create_time': 1767225600.5,
        'content': content,
        'status': 'finished_successfully',
        'weight': 1.0,
        'recipient': recipient,
        'metadata': metadata,
    }


def conversation(*messages: Json, **fields: Any) -> Json:
    """Make a conversation of messages one below the other, with a question first."""
    chain = [message('user', 'Please.'), *messages]
    mapping: Json = {'root': {'id': 'root', 'message': None, 'parent': None, 'children': ['n0']}}
    for number, each in enumerate(chain):
        children = [f'n{number + 1}'] if number + 1 < len(chain) else []
        parent = f'n{number - 1}' if number else 'root'
        mapping[f'n{number}'] = {'id': f'n{number}', 'message': each, 'parent': parent, 'children': children}
    return {'title': 'A chat', 'mapping': mapping, 'current_node': f'n{len(chain) - 1}', 'id': 'c1', **fields}


def answer(carried: list[Carried]) -> Message:
    """Give the last answer of the only conversation that was read."""
    [chat] = carried
    return [each for each in chat.messages if each.role is Role.ASSISTANT][-1]


def cite(*anchors: str, kind: str = 'cite') -> str:
    """Make a mark."""
    return '\ue200' + '\ue202'.join((kind, *anchors)) + '\ue201'
