"""Open WebUI's export: a list of chats, or one of them.

`chat.history.messages` holds the tree, from ids to messages with `parentId`, and `currentId` the newest shown; old
files have only `chat.messages`, the branch that was shown, or chats without what stands around them. Folders go by an
id that says nothing, so conversations come without them. All fields: `fields.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.carried import Carried
from app.domain.message import Role, Status
from app.exchange.reading import shapes
from app.exchange.reading.content_parts import tell_content
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import read_each
from app.exchange.reading.figures import figures
from app.exchange.reading.instruction import instructed
from app.exchange.reading.intake import Intake
from app.exchange.reading.nodes import Node, unread
from app.exchange.reading.open_webui.answer import tell_text
from app.exchange.reading.open_webui.beside import tell_beside
from app.exchange.reading.open_webui.fields import MESSAGE
from app.exchange.reading.remarks import Remark
from app.exchange.reading.tree import Outline, carried, in_a_line
from app.exchange.reading.written import Written

FORMAT = 'open-webui'

ROLES: Mapping[str, Role] = {'user': Role.USER, 'assistant': Role.ASSISTANT, 'system': Role.SYSTEM}


def read(file: Intake, reading: Reading) -> Iterator[Carried | Remark]:
    """Yield the conversations of a file."""
    return read_each(file, reading, lambda value: conversation(value, reading))


def conversation(value: Any, reading: Reading, folder: str = '') -> Carried | None:
    """Make a conversation of a chat as the program keeps it, in a folder of this name."""
    value = shapes.mapping(value, 'conversation')
    chat = shapes.mapping(value.get('chat', value), 'chat')
    history = shapes.mapping(chat.get('history'), 'history')
    nodes = _tree(history, chat, reading) or _line(chat, reading)
    if not nodes:
        shapes.check_has(chat, 'history', 'messages', beside=['meta', 'params', 'models', 'tags', 'files'])
        shapes.check_has(history, 'messages')
    meta = value.get('meta') if isinstance(value.get('meta'), dict) else {}
    return carried(
        reading,
        Outline(
            format=FORMAT,
            owner_id=reading.owner_id,
            key=reading.name(value.get('id') or chat.get('id'), 'id') or (nodes[0].key if nodes else ''),
            title=reading.text(value.get('title') or chat.get('title'), 'title'),
            created_at=reading.moment(value.get('created_at') or chat.get('timestamp'), 'created_at'),
            updated_at=reading.moment(value.get('updated_at'), 'updated_at'),
            current=_current(value, chat, history, reading) or (nodes[-1].key if nodes else ''),
            folder=folder,
            tags=_tags(meta.get('tags') or chat.get('tags')),
            pinned=value.get('pinned') in (True, 1),
            archived=value.get('archived') in (True, 1),
        ),
        instructed(nodes, _instruction(chat)),
    )


def _current(value: Mapping[str, Any], chat: Mapping[str, Any], history: Mapping[str, Any], reading: Reading) -> str:
    places = history.get('currentId'), value.get('current_message_id'), chat.get('currentId')
    return next((key for key in (reading.name(place, 'currentId') for place in places) if key), '')


def _tree(history: Mapping[str, Any], chat: Mapping[str, Any], reading: Reading) -> list[Node]:
    messages = history.get('messages')
    if isinstance(messages, list):  # as converters write them; each names itself
        messages = {shapes.side_field(message, 'id') or f'#{at}': message for at, message in enumerate(messages, 1)}
    named = shapes.mapping(messages, 'history.messages').items()
    model = _only_model(chat)
    return [_node(key, message, number, model, reading) for number, (key, message) in enumerate(named, 1)]


def _line(chat: Mapping[str, Any], reading: Reading) -> list[Node]:
    messages = shapes.sequence(chat.get('messages'), 'chat.messages')
    model = _only_model(chat)
    return in_a_line([_node('', message, number, model, reading) for number, message in enumerate(messages, 1)])


def _only_model(chat: Mapping[str, Any]) -> str:
    """Give the model a chat was with, if it was only one: for answers that name none."""
    models = chat.get('models')
    return shapes.side_text(models[0]) if isinstance(models, list) and len(models) == 1 else ''


def _tags(value: Any) -> list[str]:
    """Give the names of tags; older files have objects with a name."""
    tags = value if isinstance(value, list) else []
    return [shapes.side_text(tag.get('name') if isinstance(tag, dict) else tag) for tag in tags]


def _instruction(chat: Mapping[str, Any]) -> str:
    """Give what the person asked of every answer; old files have it beside the options."""
    params = chat.get('params')
    return shapes.side_text(params.get('system') if isinstance(params, dict) else '') or shapes.side_text(
        chat.get('system')
    )


def _node(key: str, value: Any, number: int, model: str, reading: Reading) -> Node:
    with reading.message(number):
        value = shapes.mapping(value, 'message')
        role, speaker = reading.role(value.get('role'), ROLES)
        is_answer = role is Role.ASSISTANT
        written = Written(reading.t)
        if is_answer:
            tell_text(value, written)
        else:
            tell_content(value.get('content'), written)
        tell_beside(value, written)
        written.keep_rest(value, MESSAGE)
        if is_answer and written.is_empty_for_us:
            reading.remark('came_out_empty')
        return Node(
            key=key or reading.name(value.get('id'), 'id'),
            parent=reading.name(value.get('parentId'), 'parentId'),
            number=number,
            role=role,
            speaker=speaker,
            content=written.content,
            thinking=written.thinking,
            created_at=reading.moment(value.get('timestamp'), 'timestamp'),
            model=(_model(value) or model) if is_answer else '',
            status=Status.STOPPED if is_answer and value.get('done') is False else Status.COMPLETE,
            sources=written.sources,
            steps=written.steps,
            stats=figures(value.get('usage') or value.get('info')),
            source=value,
        )
    own, parent, role_name = (shapes.side_field(value, name) for name in ('id', 'parentId', 'role'))
    return unread(reading.t, value, number=number, key=key or own, parent=parent, is_user=role_name == 'user')


def _model(value: Mapping[str, Any]) -> str:
    """Give the model that answered; in the arena, where it is hidden at first, the one that was drawn."""
    named = (shapes.side_text(value.get(field)) for field in ('selectedModelId', 'model', 'modelName'))
    return next(filter(None, named), '')
