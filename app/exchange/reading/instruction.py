"""What a person asked of every answer in one conversation: it becomes the message above all others."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.message import Role
from app.exchange.reading.nodes import Node

KEY = 'instruction'
"""Of that message; other formats' ids are numbers or UUIDs."""


def instructed(nodes: Sequence[Node], said: str) -> list[Node]:
    """Put an instruction above the messages of a conversation, unless there is one among them already."""
    if not nodes or not said.strip() or any(node.role is Role.SYSTEM for node in nodes):
        return [*nodes]
    keys = {node.key for node in nodes}
    top = Node(key=KEY, parent='', number=0, role=Role.SYSTEM, content=said)
    return [top, *(node if node.parent in keys else replace(node, parent=KEY) for node in nodes)]
