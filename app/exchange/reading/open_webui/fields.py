"""The fields of Open WebUI's files that are known, and what becomes of each.

Last looked up on 2026-11-30 in open-webui/open-webui up to 0.12: `ResponseMessage.svelte`, `structuredOutput.ts`,
`MultiResponseMessages.svelte`, `Citations.svelte`, `CodeExecutions.svelte`, `StatusItem.svelte`,
`ToolCallDisplay.svelte`, `MessageInput.svelte`, `models/chats.py`, `utils/middleware.py`. Types of what stands in
`output` are in `output.KINDS`, those of `<details>` in `details.KINDS`.
"""

from collections.abc import Mapping

from app.exchange.reading.fields import Fate

LOOKED_UP = '2026-11-30'

CHAT: Mapping[str, Fate] = {
    'id': Fate.KNOWN,
    'title': Fate.KNOWN,
    'created_at': Fate.KNOWN,
    'updated_at': Fate.KNOWN,
    'archived': Fate.KNOWN,
    'pinned': Fate.KNOWN,
    'meta.tags': Fate.KNOWN,
    'current_message_id': Fate.KNOWN,
    'chat.timestamp': Fate.KNOWN,
    'chat.tags': Fate.KNOWN,
    'chat.models': Fate.KNOWN,
    'chat.params.system': Fate.TEXT,
    'chat.system': Fate.TEXT,
    'chat.history': Fate.KNOWN,
    'chat.messages': Fate.LEFT,
    'chat.files': Fate.LEFT,
    'user_id': Fate.LEFT,
    'share_id': Fate.LEFT,
    'folder_id': Fate.LEFT,
    'variables': Fate.LEFT,
    'tasks': Fate.LEFT,
    'summary': Fate.LEFT,
    'last_read_at': Fate.LEFT,
}
"""Of a chat. `chat.messages` is the branch that was shown, and counts where there is no `chat.history`."""

MESSAGE: Mapping[str, Fate] = {
    'id': Fate.KNOWN,
    'parentId': Fate.KNOWN,
    'role': Fate.KNOWN,
    'timestamp': Fate.KNOWN,
    'model': Fate.KNOWN,
    'modelName': Fate.KNOWN,
    'selectedModelId': Fate.KNOWN,
    'done': Fate.KNOWN,
    'usage': Fate.KNOWN,
    'info': Fate.KNOWN,
    'content': Fate.TEXT,
    'output': Fate.TEXT,
    'merged': Fate.TEXT,
    'error': Fate.TEXT,
    'files': Fate.TEXT,
    'code_executions': Fate.TEXT,
    'reasoning_content': Fate.THOUGHTS,
    'sources': Fate.SOURCE,
    'citations': Fate.SOURCE,
    'embeds': Fate.FOLDED,
    'statusHistory': Fate.FOLDED,
    'status': Fate.FOLDED,
    'followUps': Fate.FOLDED,
    'annotation': Fate.FOLDED,
    'childrenIds': Fate.LEFT,
    'models': Fate.LEFT,
    'modelIdx': Fate.LEFT,
    'userContext': Fate.LEFT,
    'lastSentence': Fate.LEFT,
    'originalContent': Fate.LEFT,
    'feedbackId': Fate.LEFT,
    'arena': Fate.LEFT,
    'completedAt': Fate.LEFT,
    'user': Fate.LEFT,
    'user_id': Fate.LEFT,
    'chat_id': Fate.LEFT,
    'context': Fate.LEFT,
    'features': Fate.LEFT,
    'tool_ids': Fate.LEFT,
    'variables': Fate.LEFT,
    'raContent': Fate.LEFT,
    'meta': Fate.LEFT,
    'stopped': Fate.LEFT,
    'favorite': Fate.LEFT,
}
"""Of a message. What is in `output` is shown, whatever `content` says; if that says something else it is folded. Other
fields are folded if they say anything."""
