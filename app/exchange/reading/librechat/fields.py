"""The fields of LibreChat's files that are known, and what becomes of each.

Last looked up on 2026-11-30 in danny-avila/LibreChat: `useExportConversation.ts`, `useBuildMessageTree.ts`, and in
`packages/data-provider/src` `schemas.ts`, `types/assistants.ts`, `types/agents.ts`, `types/runs.ts`, `types/web.ts`,
`artifacts.ts`; marks in `client/src/utils/citations.ts`, `components/Web/plugin.ts`, `Context.tsx`. Kinds of parts in
`content` are in `parts.KINDS`, the words in marks in `marks.LISTS`.
"""

from collections.abc import Mapping

from app.exchange.reading.fields import Fate

LOOKED_UP = '2026-11-30'

CONVERSATION: Mapping[str, Fate] = {
    'conversationId': Fate.KNOWN,
    'title': Fate.KNOWN,
    'createdAt': Fate.KNOWN,
    'updatedAt': Fate.KNOWN,
    'tags': Fate.KNOWN,
    'isArchived': Fate.KNOWN,
    'messages': Fate.KNOWN,
    'messagesTree': Fate.KNOWN,
    'options.model': Fate.KNOWN,
    'options.promptPrefix': Fate.TEXT,
    'options.instructions': Fate.TEXT,
    'options.system': Fate.TEXT,
    'endpoint': Fate.LEFT,
    'exportAt': Fate.LEFT,
    'branches': Fate.LEFT,
    'recursive': Fate.LEFT,
}
"""Of a conversation. What `options` holds may also stand beside it."""

MESSAGE: Mapping[str, Fate] = {
    'messageId': Fate.KNOWN,
    'parentMessageId': Fate.KNOWN,
    'children': Fate.KNOWN,
    'isCreatedByUser': Fate.KNOWN,
    'sender': Fate.KNOWN,
    'model': Fate.KNOWN,
    'createdAt': Fate.KNOWN,
    'unfinished': Fate.KNOWN,
    'tokenCount': Fate.KNOWN,
    'text': Fate.TEXT,
    'content': Fate.TEXT,
    'quotes': Fate.TEXT,
    'files': Fate.TEXT,
    'attachments': Fate.SOURCE,
    'plugin': Fate.FOLDED,
    'plugins': Fate.FOLDED,
    'feedback': Fate.FOLDED,
    'endpoint': Fate.LEFT,
    'iconURL': Fate.LEFT,
    'conversationId': Fate.LEFT,
    'updatedAt': Fate.LEFT,
    'error': Fate.LEFT,
    'finish_reason': Fate.LEFT,
    'thread_id': Fate.LEFT,
    'metadata': Fate.LEFT,
    'contextMeta': Fate.LEFT,
    'responseMessageId': Fate.LEFT,
    'overrideParentMessageId': Fate.LEFT,
    'clientTimestamp': Fate.LEFT,
    'clientId': Fate.LEFT,
    'summary': Fate.LEFT,
    'summaryTokenCount': Fate.LEFT,
    'title': Fate.LEFT,
    'bg': Fate.LEFT,
    'generation': Fate.LEFT,
    'manualSkills': Fate.LEFT,
    'alwaysAppliedSkills': Fate.LEFT,
    'image_urls': Fate.LEFT,
    'depth': Fate.LEFT,
    'siblingIndex': Fate.LEFT,
}
"""Of a message. `text` counts where `content` has none; what tools made, in `attachments`, stands in the text. Other
fields are folded if they say anything."""
