"""Pages of a branch, and leaves, against a walk in plain Python, on random trees."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.domain.conversation import Conversation
from app.domain.message import Message, Role
from app.storage import tree
from app.storage.database import Database
from app.storage.messages import Messages
from app.storage.rows import row_of_conversation, row_of_message
from tests.storage.samples import conversation, message

trees = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=40)
"""Each number chooses a parent among the messages before it; 0 begins another first message."""

on_one_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def grow(chat: Conversation, choices: list[int]) -> list[Message]:
    grown: list[Message] = []
    for choice in choices:
        candidates: list[Message | None] = [None, *grown]
        parent = candidates[choice % len(candidates)]
        role = Role.ASSISTANT if parent and parent.role is Role.USER else Role.USER
        grown.append(message(chat, parent, role))
    return grown


async def store(database: Database, chat: Conversation, grown: list[Message]) -> None:
    await database.write(lambda session: session.add(row_of_conversation(chat)))
    await database.write(lambda session: session.add_all([row_of_message(each) for each in grown]))


def walk_up(grown: list[Message], head: Message) -> list[Message]:
    by_id = {each.id: each for each in grown}
    path = [head]
    while path[-1].parent_id is not None:
        path.append(by_id[path[-1].parent_id])
    return path[::-1]


def walk_down(grown: list[Message], start: Message) -> Message:
    children = [each for each in grown if each.parent_id == start.id]
    return walk_down(grown, max(children, key=lambda each: each.created_at)) if children else start


@on_one_database
@given(trees, st.data())
async def test_a_page_is_what_a_plain_walk_finds(
    database: Database, messages: Messages, choices: list[int], data: st.DataObject
) -> None:
    chat = conversation()
    grown = grow(chat, choices)
    await store(database, chat, grown)
    head = data.draw(st.sampled_from(grown))
    limit = data.draw(st.integers(1, 12))
    depth = data.draw(st.integers(-1, 15))
    path = walk_up(grown, head)
    below = [each for each in path if each.depth < depth]
    above = [each for each in path if each.depth > depth]
    assert await messages.branch(head.id, limit=limit) == path[-limit:]
    assert await messages.branch(head.id, before_depth=depth, limit=limit) == below[-limit:]
    assert await messages.branch(head.id, after_depth=depth, limit=limit) == above[:limit]


@on_one_database
@given(trees, st.data())
async def test_leaves_and_versions_are_what_a_plain_search_finds(
    database: Database, messages: Messages, choices: list[int], data: st.DataObject
) -> None:
    chat = conversation()
    grown = grow(chat, choices)
    await store(database, chat, grown)
    chosen = data.draw(st.sampled_from(grown))
    assert await messages.set_head(chat.id, chosen.id) == walk_down(grown, chosen).id
    siblings = {
        each.id: [other.id for other in grown if (other.parent_id, other.role) == (each.parent_id, each.role)]
        for each in grown
    }
    assert await messages.versions_of([each.id for each in grown]) == siblings


@pytest.mark.parametrize('bounds', [{}, {'before_depth': 95}])
async def test_the_newest_page_costs_the_same_however_long_the_branch_is(
    bounds: dict[str, int], tmp_path: Path
) -> None:
    costs: dict[int, int] = {}
    for length in (100, 1500):
        database = Database(f'sqlite:///{tmp_path}/{length}.db')
        await database.upgrade()
        chat = conversation()
        grown = grow(chat, list(range(length)))
        await store(database, chat, grown)
        shifted = {name: depth + length - 100 for name, depth in bounds.items()}
        costs[length] = await sqlite_steps(database, grown[-1].id, **shifted)
        await database.close()
    assert costs[1500] < 1.1 * costs[100]


async def sqlite_steps(database: Database, head_id: str, before_depth: int | None = None) -> int:
    """Count the steps of SQLite's virtual machine, by ten, that one page of 20 messages takes."""
    steps = count()

    def work(session: Session) -> int:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.set_progress_handler(lambda: next(steps) and None, 10)
        assert len(tree.branch(session, head_id, before_depth, None, 20)) == 20
        connection.set_progress_handler(None, 10)
        return next(steps)

    return await database.read(work)
