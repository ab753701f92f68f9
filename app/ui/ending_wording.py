"""What stands below an answer: why it ends early, and what its model did not get to read."""

from collections.abc import Mapping
from typing import Any

from app.domain.message import Message, Role, Status
from app.ui.translations import Translator, msgid

LENGTH: Mapping[bool, Mapping[str, str]] = {
    False: {
        'window': msgid(
            'The context window is full, so the answer ends here. “Continue” goes on, and the model then reads less of '
            'what came before.'
        ),
        'limit': msgid('The answer has reached the limit set for its length. “Continue” goes on from here.'),
        '': msgid('The answer ends here because its length ran out. “Continue” goes on from here.'),
    },
    True: {
        'window': msgid(
            'The context window was full while the model was still thinking. “Continue” lets it think again with more '
            'room.'
        ),
        'limit': msgid(
            'The limit set for its length was reached while the model was still thinking. Raise the limit, or ask a '
            'model that thinks less.'
        ),
        '': msgid('The length ran out while the model was still thinking. “Continue” lets it think again.'),
    },
}
"""Why an answer ended for its length (see `EndedBy`), by whether nothing but thoughts had come."""


def ending_sentence(t: Translator, message: Message) -> str:
    """Say why an answer that came to its end ends early, or says nothing; nothing if it is simply whole."""
    if message.status is not Status.COMPLETE or message.role is not Role.ASSISTANT:
        return ''
    is_empty = _is_empty(message.content)
    thought = is_empty and not _is_empty(message.thinking)
    if message.stats.get('done_reason') == 'length':
        return t(LENGTH[thought].get(str(message.stats.get('ended_by')), LENGTH[thought]['']))
    if message.command is not None or not is_empty:
        return ''
    if thought:
        return t('The model thought about it and then said nothing. Ask it again, or ask another one.')
    return t('The model answered with nothing. Ask it again, or ask another one.')


def _is_empty(text: str) -> bool:
    """Tell whether there is nothing to be seen in a text: white space, and characters without a form."""
    return not any(char.isprintable() for char in text.strip())


def omission_sentence(t: Translator, stats: Mapping[str, Any]) -> str:
    """Say what the model did not get to read, or nothing if it got all."""
    end_only = t('To go on, the model read only the end of what it had answered.') if stats.get('end_only') else ''
    return ' '.join(filter(None, [end_only, _left_out(t, stats)]))


def _left_out(t: Translator, stats: Mapping[str, Any]) -> str:
    omitted = int(stats.get('omitted') or 0)
    if stats.get('shortened'):
        return t('Your message is longer than the context window, so its middle was left out.')
    if stats.get('excerpts'):
        return t('What was fetched does not fit into the context window: only what is closest to your question does.')
    if omitted:
        return t.n(
            '{omitted} earlier message did not fit into the context window and was left out.',
            '{omitted} earlier messages did not fit into the context window and were left out.',
            omitted,
        ).format(omitted=omitted)
    return ''
