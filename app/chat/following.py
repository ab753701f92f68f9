"""Letting what an import has given follow: messages join the conversations they belong to, and who looks sees them."""

from dataclasses import replace

from app.replies.changes import BranchChanged
from app.replies.live import LiveConversations
from app.storage.following import News
from app.storage.staging import Staging


async def let_follow(staging: Staging, live: LiveConversations) -> None:
    """Move what waits beside conversations into them, one after the other."""
    while news := await staging.follow():
        _show(news, live)


def _show(news: News, live: LiveConversations) -> None:
    """Let those who look at a conversation see what came to it."""
    if (state := live.find(news.conversation_id)) is None:
        return
    conversation = state.conversation
    if news.head_id is not None and conversation.head_id == news.seen_head_id:
        conversation = replace(conversation, head_id=news.head_id)
    state.announce(replace(conversation, updated_at=max(conversation.updated_at, news.updated_at)))
    state.tell(BranchChanged())
