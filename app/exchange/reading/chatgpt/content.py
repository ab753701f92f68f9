"""What the messages of a ChatGPT export hold: which kinds of content there are, and what becomes of each.

Kinds and fields were last looked up in public code on 2026-11-30, in pionxzh/chatgpt-exporter (`src/api.ts`),
jamesmoore/chatgpt-export (`Models/Conversations.cs`) and the importers and schemas of smaller projects.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.exchange.reading import notes, shapes
from app.exchange.reading.chatgpt.marks import Marks
from app.exchange.reading.chatgpt.writing import written
from app.exchange.reading.notes import Say
from app.exchange.reading.pieces import Piece, folded_text, together, told
from app.exchange.reading.tool_use import as_text

TEXT, CODE, OUTPUT, THOUGHTS, PAGE, ERROR, HIDDEN = 'text', 'code', 'output', 'thoughts', 'page', 'error', 'hidden'

KINDS: Mapping[str, str] = {
    'text': TEXT,
    'multimodal_text': TEXT,
    'code': CODE,
    'execution_output': OUTPUT,
    'citable_code_output': OUTPUT,
    'thoughts': THOUGHTS,
    'tether_quote': PAGE,
    'tether_browsing_display': PAGE,
    'sonic_webpage': PAGE,
    'browser_window': PAGE,
    'system_error': ERROR,
    'user_editable_context': HIDDEN,
    'model_editable_context': HIDDEN,
    'reasoning_recap': HIDDEN,
    'app_pairing_content': HIDDEN,
}
"""The `content_type` of a message: `parts` are text, pictures and recordings; code is a block in the answer, what it
printed is folded; thoughts are thoughts; what a tool read or failed at is folded; hidden is what nobody was shown: what
the person set, what is remembered, how long was thought, what stood in a program beside. All others, as
`computer_output` and `super_widget`, are kept folded as JSON."""

PARTS: Mapping[str, str] = {
    'audio_transcription': 'text',
    'image_asset_pointer': 'image',
    'video_container_asset_pointer': 'film',
    'audio_asset_pointer': 'sound',
    'real_time_user_audio_video_asset_pointer': 'sound',
}
"""The `content_type` of a part that is no plain text. Names we do not know tell by what is in them."""


def kind_of(content: Mapping[str, Any]) -> str:
    """Give the kind of a message's content."""
    return shapes.side_text(content.get('content_type')) or 'text'


def said(content: Mapping[str, Any], metadata: Mapping[str, Any], marks: Marks, t: Say) -> Piece:
    """Give what a person or the assistant said."""
    kind = kind_of(content)
    treatment = KINDS.get(kind, '')
    if treatment == THOUGHTS:
        return Piece(thinking=notes.paragraphs(_thoughts(content)))
    if treatment == CODE:
        language = shapes.side_text(content.get('language'))
        code = shapes.text(content.get('text'), 'text')
        return Piece(text=notes.fenced(code, '' if language == 'unknown' else language) if code.strip() else '')
    if treatment == PAGE:
        return Piece(text=_quoted(content))
    if treatment in (OUTPUT, ERROR):
        return given(content, metadata, '', t)
    blocks = metadata.get('writing_blocks')
    text = notes.paragraphs(marks.read(written(text, blocks)) for text in _parts_or_text(content, t))
    return together([Piece(text=text), _other(kind, content, t) if not treatment or _is_another(content) else Piece()])


def given(content: Mapping[str, Any], metadata: Mapping[str, Any], name: str, t: Say) -> Piece:
    """Give what a tool of that name gave: what it shows, and folded what it says."""
    kind = kind_of(content)
    treatment = KINDS.get(kind)
    if treatment == OUTPUT:
        return printed(content, metadata, t)
    if treatment == PAGE:
        fields = ('text', 'result', 'summary', 'snippet')
        text = next((text for field in fields if (text := as_text(content.get(field))).strip()), '')
        title = next((said for field in ('title', 'domain') if (said := shapes.side_text(content.get(field)))), '')
        return folded_text(t, title or name or kind, text)
    if treatment == ERROR:
        title = shapes.side_text(content.get('name')) or name or kind
        return folded_text(t, title, as_text(content.get('text')))
    if treatment != TEXT or _is_another(content):
        return _other(kind, content, t)
    shown = list(_parts_or_text(content, t))
    pictures = [part for part in shown if part == notes.image(t)]
    words = notes.paragraphs(part for part in shown if part != notes.image(t))
    task = shapes.side_text(metadata.get('async_task_prompt'))  # what deep research will look for
    work = told(t, name, task, words) if task or words else Piece()
    return together([Piece(text=notes.paragraphs(pictures)), work])


def _is_another(content: Mapping[str, Any]) -> bool:
    """Tell whether what calls itself text has none of the fields of a text, but others."""
    return content.keys().isdisjoint({'parts', 'text'}) and bool(content.keys() - {'content_type'})


def _parts_or_text(content: Mapping[str, Any], t: Say) -> Iterator[str]:
    return parts(content, t) if 'parts' in content else iter([shapes.text(content.get('text'), 'text')])


def parts(content: Mapping[str, Any], t: Say) -> Iterator[str]:
    """Yield the parts of a message: its texts as they are in the file, and notes for what is none."""
    given = content.get('parts')
    for part in [given] if isinstance(given, str) else shapes.sequence(given, 'parts'):
        if isinstance(part, dict):
            yield _other_part(part, t)
        elif isinstance(part, list):
            yield from parts({'parts': part}, t)
        elif part is not None:
            yield str(part)


def _other_part(part: Mapping[str, Any], t: Say) -> str:
    kind = shapes.side_text(part.get('content_type'))
    treatment = PARTS.get(kind, '')
    if isinstance(part.get('text'), str) and treatment in ('', 'text'):
        return str(part['text'])
    if treatment == 'image' or (not treatment and 'image' in kind):
        return notes.image(t)
    if treatment == 'film' or (not treatment and 'video_container' in kind):
        return notes.film(t)
    if treatment == 'sound' or 'audio' in kind:
        return notes.sound(t)
    return notes.unknown(t, kind) if part else ''


def _thoughts(content: Mapping[str, Any]) -> Iterator[str]:
    for thought in shapes.side_mappings(content.get('thoughts')):
        yield as_text(thought.get('summary'))
        yield as_text(thought.get('content')) or ''.join(_texts(thought.get('chunks')))
    yield from _texts(content.get('parts'))
    for field in ('content', 'text'):
        yield shapes.side_text(content.get(field))


def _quoted(content: Mapping[str, Any]) -> str:
    title, text = shapes.side_text(content.get('title')), as_text(content.get('text')) or as_text(content.get('result'))
    return '\n'.join(f'> {line}' for line in [*([title] if title else []), *text.splitlines()])


def ran(metadata: Mapping[str, Any], call: str) -> Piece:
    """Give the code that a message says was run, unless the `call` above it was that."""
    code = shapes.side_text(_result(metadata).get('code'))
    is_new = code.strip() not in ('', call.strip())
    return Piece(text=notes.fenced(code, 'python') if is_new else '')


def printed(content: Mapping[str, Any], metadata: Mapping[str, Any], t: Say) -> Piece:
    """Give what code printed, and a note for each picture it drew. `aggregate_result` says what the text leaves out."""
    result = _result(metadata)
    told = shapes.side_mappings(result.get('messages'))
    streams = ''.join(shapes.side_text(each.get('text')) for each in told if each.get('message_type') == 'stream')
    text = as_text(content.get('text')) or as_text(content.get('output_str')) or streams
    text = text or shapes.side_text(result.get('final_expression_output')) or '\n'.join(_exception(result))
    pictures = [notes.image(t) for each in told if each.get('message_type') == 'image']
    return together([Piece(text=notes.paragraphs(pictures)), folded_text(t, t('Output'), text)])


def _result(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter(shapes.side_mappings([metadata.get('aggregate_result')])), {})


def _exception(result: Mapping[str, Any]) -> Iterator[str]:
    for raised in shapes.side_mappings([result.get('in_kernel_exception'), result.get('system_exception')]):
        yield from _texts(raised.get('traceback'))
        yield shapes.side_text(raised.get('name'))


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _other(kind: str, content: Mapping[str, Any], t: Say) -> Piece:
    """Keep what we do not know, folded; a thing without a kind and without anything in it is nothing."""
    return Piece(steps=(notes.folded(t, kind, content),)) if content else Piece()
