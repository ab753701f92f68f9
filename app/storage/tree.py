"""Walks over a conversation's message tree, each one a single query."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, case, func, literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, union_all
from sqlmodel.sql.expression import Select

from app.domain.message import Role
from app.storage.tables import MessageRow


def branch(
    session: Session, head_id: str, before_depth: int | None, after_depth: int | None, limit: int
) -> list[MessageRow]:
    """Give one page of the branch that ends with `head_id`, by depth.

    The walk goes up from the head and stops at the page's first message, so the newest page costs its own length
    only. It reads ids; the texts are fetched for the page alone.
    """
    first, end = _bounds(head_id, before_depth, after_depth, limit)
    walk = _walk_up(head_id, first)
    page = (
        select(MessageRow)
        .join(walk, walk.c.id == col(MessageRow.id))
        .where(walk.c.depth >= first, walk.c.depth < end)
        .order_by(walk.c.depth)
    )
    return list(session.exec(page))


def _bounds(
    head_id: str, before_depth: int | None, after_depth: int | None, limit: int
) -> tuple[ColumnElement[int], ColumnElement[int]]:
    if after_depth is not None:
        return literal(after_depth + 1), literal(after_depth + 1 + limit)
    head_depth = select(MessageRow.depth).where(col(MessageRow.id) == head_id).scalar_subquery()
    end: ColumnElement[int] = head_depth + 1
    if before_depth is not None:
        end = case((end > before_depth, before_depth), else_=end)
    return end - limit, end


def with_sources(session: Session, conversation_id: str, head_id: str) -> list[MessageRow]:
    """Give the messages of a branch that were made from sources, the newest first.

    Most conversations have none, and an index knows; otherwise the walk goes up to the first of them.
    """
    has_sources = col(MessageRow.sources).is_not(None)
    first = session.exec(
        select(func.min(MessageRow.depth)).where(col(MessageRow.conversation_id) == conversation_id, has_sources)
    ).one()
    if first is None:
        return []
    walk = _walk_up(head_id, literal(first))
    query = select(MessageRow).join(walk, walk.c.id == col(MessageRow.id)).where(has_sources)
    return list(session.exec(query.order_by(walk.c.depth.desc())))


def _walk_up(head_id: str, first: ColumnElement[int]) -> CTE:
    """Give the ids of a branch from its head up to the depth `first`."""
    walk = (
        select(MessageRow.id, MessageRow.parent_id, MessageRow.depth)
        .where(col(MessageRow.id) == head_id)
        .cte('walk', recursive=True)
    )
    return walk.union_all(
        select(MessageRow.id, MessageRow.parent_id, MessageRow.depth)
        .join(walk, walk.c.parent_id == col(MessageRow.id))
        .where(walk.c.depth > first)
    )


def versions(session: Session, message_ids: Sequence[str]) -> dict[str, list[str]]:
    """Give for each message the ids of all its siblings of the same role, itself included, in order of creation.

    Two halves, since the siblings of a first message have no parent to be found by.
    """
    one, other = aliased(MessageRow), aliased(MessageRow)
    asked: Select[str, str, datetime] = select(
        col(one.id), col(other.id).label('version'), col(other.created_at)
    ).where(col(one.id).in_(message_ids), col(one.role) == other.role)
    later = asked.join(other, col(other.parent_id) == one.parent_id)
    first = asked.join(other, col(other.conversation_id) == one.conversation_id).where(
        col(one.parent_id).is_(None), col(other.parent_id).is_(None)
    )
    both = union_all(later, first).subquery()
    found: dict[str, list[str]] = defaultdict(list)
    for message_id, version in session.exec(
        select(both.c.id, both.c.version).order_by(both.c.created_at, both.c.version)
    ):
        found[message_id].append(version)
    return dict(found)


def newest_child(session: Session, parent_id: str, role: Role) -> MessageRow | None:
    """Give the newest message of a role below a message."""
    query = (
        select(MessageRow)
        .where(col(MessageRow.parent_id) == parent_id, col(MessageRow.role) == role.value)
        .order_by(col(MessageRow.created_at).desc(), col(MessageRow.id).desc())
        .limit(1)
    )
    return session.exec(query).first()


def newest_leaf(session: Session, message_id: str) -> str:
    """Follow the newest child from a message down to the end of that branch; give the last message's id."""
    walk = select(MessageRow.id, literal(0).label('step')).where(col(MessageRow.id) == message_id).cte(recursive=True)
    child = aliased(MessageRow)
    newest = (
        select(child.id)
        .where(col(child.parent_id) == walk.c.id)
        .order_by(col(child.created_at).desc(), col(child.id).desc())
        .limit(1)
        .correlate(walk)
        .scalar_subquery()
    )
    walk = walk.union_all(select(newest, walk.c.step + 1).where(walk.c.id.is_not(None)))
    last = select(walk.c.id).where(walk.c.id.is_not(None)).order_by(walk.c.step.desc()).limit(1)
    return str(session.exec(last).one())
