"""Makes a conversation of ours out of the nodes of a foreign message tree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from app.domain.carried import Carried
from app.domain.conversation import LONGEST_TAG, Conversation
from app.domain.message import Message, Role
from app.domain.model import ModelRef
from app.domain.thoughts import apart
from app.errors import ImportRefused
from app.exchange.reading import notes
from app.exchange.reading.bounds import MOST_SOURCES, bounded
from app.exchange.reading.context import Reading
from app.exchange.reading.nodes import Node
from app.exchange.reading.noticing import noticed

NAMESPACE = UUID('6c3f5c5e-5d0e-4d4b-9f0e-9a2f3f7a7c11')
"""Of the ids made from foreign ones. It never changes: importing again finds by it what is there."""

TITLE_LENGTH = 200
FIRST_WORDS = 30
"""Characters of the first message that serve as title where there is none."""

MOST_MESSAGES = 20_000
"""Messages of one conversation, ten times what programs let grow; each takes some 2 kB of memory until it is stored."""

MOST_TAGS = 100
"""Tags of one conversation that are taken over."""

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A conversation as the foreign file has it, beside its messages. `current` is the key of the newest shown."""

    format: str
    owner_id: str
    key: str
    title: str = ''
    created_at: datetime | None = None
    updated_at: datetime | None = None
    current: str = ''
    folder: str = ''
    tags: Iterable[str] = ()
    pinned: bool = False
    archived: bool = False

    def id_of(self, key: str = '') -> str:
        """Make the id of the conversation, or of one of its messages."""
        path = f'{self.format}:{self.owner_id}:{self.key}' + (f':{key}' if key else '')
        return str(uuid5(NAMESPACE, path.encode('utf-8', 'replace').decode()))


def carried(reading: Reading, outline: Outline, nodes: Sequence[Node], *, join: bool = False) -> Carried | None:
    """Make the conversation; None if there is nothing in it. What is odd about its nodes is remarked.

    With `join`, what the assistant says in several nodes one below the other becomes one message.

    Raises:
        ImportRefused: messages are too many.
    """
    check_number(len(nodes))
    nodes = [noticed(reading, node if node.key else replace(node, key=f'#{node.number}')) for node in nodes]
    nodes = _without_circles(reading, _told_apart(nodes))
    by_key = {node.key: node for node in nodes}
    kept = _lifted(nodes, by_key)
    heads = {node.key: node.key for node in kept}
    if join:
        kept, heads = _joined(kept)
    if not kept:
        return None
    ordered = [
        replace(node, steps=bounded(node.steps, reading.t), sources=node.sources[:MOST_SOURCES])
        for node in _from_the_top(kept)
    ]
    messages = _messages(outline, ordered)
    head = _head(outline.current, by_key, heads) or ordered[-1].key
    return Carried(
        conversation=_conversation(outline, messages, outline.id_of(head)),
        messages=messages,
        folder=reading.folder(outline.folder),
    )


def check_number(messages: int) -> None:
    """Make sure that a conversation has no more messages than one may.

    Raises:
        ImportRefused: it has.
    """
    if messages > MOST_MESSAGES:
        raise ImportRefused(reason='too_many_messages', limit=MOST_MESSAGES)


def kept_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Give tags as they can be kept."""
    return tuple(sorted({notes.plain(tag, LONGEST_TAG) for tag in tags} - {''}))[:MOST_TAGS]


def in_a_line(nodes: Sequence[Node]) -> list[Node]:
    """Hang each message below the one before it."""
    keyed = [replace(node, key=node.key or f'#{node.number}') for node in nodes]
    return [replace(node, parent=keyed[index - 1].key if index else '') for index, node in enumerate(keyed)]


def _told_apart(nodes: Sequence[Node]) -> list[Node]:
    """Give each node a key of its own; what stands there twice, word for word, is there once."""
    first: dict[str, Node] = {}
    apart = []
    for node in nodes:
        known = first.setdefault(node.key, node)
        if known is node:
            apart.append(node)
        elif (known.role, known.content, known.thinking) != (node.role, node.content, node.thinking):
            apart.append(replace(node, key=f'{node.key}#{node.number}'))
    return apart


def _without_circles(reading: Reading, nodes: Sequence[Node]) -> list[Node]:
    """Let the first message of a circle, in which each answers another, answer none."""
    by_key = {node.key: node for node in nodes}
    seen: set[str] = set()
    first: set[str] = set()
    for node in nodes:
        path: dict[str, int] = {}
        key = node.key
        while key in by_key and key not in seen and key not in path:
            path[key] = len(path)
            key = by_key[key].parent
        if key in path:
            circle = [by_key[each] for each, place in path.items() if place >= path[key]]
            number, top = min((each.number, each.key) for each in circle)
            reading.remark('circle', message=number)
            first.add(top)
        seen |= path.keys()
    return [replace(node, parent='') if node.key in first else node for node in nodes]


def _lifted(nodes: Sequence[Node], by_key: Mapping[str, Node]) -> list[Node]:
    """Leave out what is empty, and hang everything below its nearest ancestor that is left."""
    above: dict[str, str] = {}
    for node in nodes:
        path: dict[str, None] = {}
        parent = node.parent
        while parent in by_key and by_key[parent].is_empty and parent not in above:
            path[parent] = None
            parent = by_key[parent].parent
        found = above.get(parent, parent if parent in by_key else '')
        above |= dict.fromkeys(path, found)
    return [
        replace(node, parent=above.get(node.parent, node.parent if node.parent in by_key else ''))
        for node in nodes
        if not node.is_empty
    ]


def _joined(nodes: Sequence[Node]) -> tuple[list[Node], dict[str, str]]:
    """Join each run of the assistant into its first node. Give the nodes, and for each key that of its run."""
    children: dict[str, int] = defaultdict(int)
    for node in nodes:
        children[node.parent] += 1
    by_key = {node.key: node for node in nodes}
    runs: dict[str, list[Node]] = {}
    first: dict[str, str] = {}
    for node in _from_the_top(nodes):
        above = by_key.get(node.parent)
        goes_on = above is not None and node.role is above.role is Role.ASSISTANT and children[node.parent] == 1
        first[node.key] = first[node.parent] if goes_on else node.key
        runs.setdefault(first[node.key], []).append(node)
    return [_one(run, first.get(run[0].parent, '')) for run in runs.values()], first


def _one(run: Sequence[Node], parent: str) -> Node:
    told = [
        apart(node.content, node.thinking) if node.role is Role.ASSISTANT else (node.thinking, node.content)
        for node in run
    ]
    return replace(
        run[0],
        parent=parent,
        content=notes.paragraphs(said for _, said in told),
        thinking=notes.paragraphs(thoughts for thoughts, _ in told),
        model=next((node.model for node in reversed(run) if node.model), ''),
        status=run[-1].status,
        sources=tuple(dict.fromkeys(source for node in run for source in node.sources)),
        steps=tuple(step for node in run for step in node.steps),
        stats=run[-1].stats,
    )


def _from_the_top(nodes: Sequence[Node]) -> list[Node]:
    """Put parents before their children, and siblings in the order of the file."""
    below: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        below[node.parent].append(node)
    ordered, waiting = [], below.pop('', [])[::-1]
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += below.pop(node.key, [])[::-1]
    return ordered


def _messages(outline: Outline, ordered: Sequence[Node]) -> tuple[Message, ...]:
    depths: dict[str, int] = {'': -1}
    made = []
    known = (node.created_at for node in ordered if node.created_at)
    last = outline.created_at or next(known, None) or outline.updated_at or datetime.now(UTC)
    for node in ordered:
        depths[node.key] = depths[node.parent] + 1
        last = node.created_at or last + TICK
        made.append(
            Message(
                id=outline.id_of(node.key),
                conversation_id=outline.id_of(),
                parent_id=outline.id_of(node.parent) if node.parent else None,
                depth=depths[node.key],
                role=node.role,
                content=node.content,
                thinking=node.thinking,
                status=node.status,
                created_at=last,
                finished_at=last,
                model=ModelRef(outline.format, node.model) if node.model else None,
                sources=node.sources,
                steps=node.steps,
                stats=node.stats,
            )
        )
    return tuple(made)


def _head(current: str, by_key: Mapping[str, Node], heads: Mapping[str, str]) -> str:
    """Give the message of ours that holds the newest shown; if that was left out, the one above it."""
    seen: set[str] = set()
    while current in by_key and current not in heads and current not in seen:
        seen.add(current)
        current = by_key[current].parent
    return heads.get(current, '')


def _conversation(outline: Outline, messages: Sequence[Message], head_id: str) -> Conversation:
    times = [message.created_at for message in messages]
    created_at = outline.created_at or min(times)
    updated_at = outline.updated_at or max(*times, created_at)
    title = notes.plain(outline.title, TITLE_LENGTH)
    return Conversation(
        id=outline.id_of(),
        owner_id=outline.owner_id,
        title=title or _first_words(messages),
        title_by_person=bool(title),
        created_at=created_at,
        updated_at=updated_at,
        head_id=head_id,
        pinned=outline.pinned,
        tags=kept_tags(outline.tags),
        archived_at=updated_at if outline.archived else None,
    )


def _first_words(messages: Sequence[Message]) -> str:
    said = next((each.content for each in messages if each.role is Role.USER), messages[0].content)
    line = notes.plain(said, FIRST_WORDS + 1)
    return line if len(line) <= FIRST_WORDS else line[:FIRST_WORDS].rstrip() + '…'
