"""The parts of a message of LibreChat's, as `content` lists them, and how each is taken."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.message import Step
from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.librechat.marks import unmarked
from app.exchange.reading.web import cited
from app.exchange.reading.written import Written

Part = Mapping[str, Any]
Take = Callable[[Part, Written], None]

DRAW = frozenset({'dalle', 'dall-e', 'stable-diffusion', 'flux', 'image_gen_oai', 'image_edit_oai', 'gemini_image_gen'})
"""Tools that make images."""


def tell_parts(content: Any, written: Written) -> None:
    """Add the parts of a message to what was written; one whose kind is unknown stays as it is, folded."""
    for part in [content] if isinstance(content, str) else shapes.sequence(content, 'content'):
        if isinstance(part, str):
            written.say(part)
        elif part:
            fields = shapes.mapping(part, 'content')
            kind = shapes.side_text(fields.get('type')) or ('text' if 'text' in fields else '')
            KINDS.get(kind, _unknown)(fields, written)


def words(value: Any) -> str:
    """Give a text that may stand in an object of its own; whatever else it is as JSON."""
    return tool_use.as_text(value['value'] if isinstance(value, dict) and 'value' in value else value)


def _text(part: Part, written: Written) -> None:
    text = part.get('text')
    written.say(words(text))
    if isinstance(text, dict):
        written.name(cited(text.get('annotations')))


def _thought(part: Part, written: Written) -> None:
    written.think(words(part.get('think')))


def _fault(part: Part, written: Written) -> None:
    written.say(words(part.get('error')) or words(part.get('text')))


def _tool(part: Part, written: Written) -> None:
    """Tell a call of a tool in any of its three shapes: of agents, of assistants, and code that was run."""
    call = shapes.mapping(part.get('tool_call'), 'tool_call')
    for function in shapes.side_mappings([call.get('function'), call]):
        if name := shapes.side_text(function.get('name')):
            given = function.get('arguments', function.get('args', ''))
            tool_use.tell(written, name, given, _clean(function.get('output')))
            written.say(notes.image(written.t) if name in DRAW else '')
            return
    for code in shapes.side_mappings([call.get('code_interpreter')]):
        _run(code, written)
        return
    if call:
        kind = shapes.side_text(call.get('type'))
        written.note(tool_use.step(written.t, kind, call.get(kind) or call, call.get('output')))


def _clean(output: Any) -> Any:
    """Leave out the marks by which a search tells the model how to name what it found."""
    return unmarked(output)[0] if isinstance(output, str) else output


def _run(code: Part, written: Written) -> None:
    outputs = shapes.side_mappings(code.get('outputs'))
    printed = [output for output in outputs if output.get('type') != 'image']
    tool_use.run(written, tool_use.as_text(code.get('input')), 'python', printed)
    if len(printed) < len(outputs):
        written.say(notes.image(written.t))


def _image(_: Part, written: Written) -> None:
    written.say(notes.image(written.t))


def _sound(_: Part, written: Written) -> None:
    written.say(notes.sound(written.t))


def _film(_: Part, written: Written) -> None:
    written.say(notes.film(written.t))


def _summary(part: Part, written: Written) -> None:
    """Keep what stands for earlier messages that no longer fit."""
    texts = [words(each.get('text')) for each in shapes.side_mappings(part.get('content'))]
    said = [*texts, words(part.get('text')), words(part.get('summary'))]
    if text := unmarked(notes.paragraphs(said))[0]:
        written.note(Step(written.t('Summary of the conversation so far'), text))


def _steer(part: Part, written: Written) -> None:
    """Show what the person threw in while the answer was made."""
    said = notes.paragraphs([*quotations(part.get('quotes')), words(part.get('steer'))])
    written.say('\n'.join(f'> {line}'.rstrip() for line in said.splitlines()))


def quotations(quotes: Any) -> list[str]:
    """Show pieces of earlier messages that somebody quoted."""
    texts = (
        [words(quote.get('text') if isinstance(quote, dict) else quote) for quote in quotes or []]
        if isinstance(quotes, list)
        else []
    )
    return ['\n'.join(f'> {line}'.rstrip() for line in text.splitlines()) for text in texts]


def _label(part: Part, written: Written) -> None:
    if label := notes.plain(words(part.get('activity_label'))):
        written.note(Step(label, ''))


def _nothing(_part: Part, _written: Written) -> None:
    """Leave out what nobody was shown: that another agent goes on."""


def _unknown(part: Part, written: Written) -> None:
    written.keep(shapes.side_text(part.get('type')), part)


KINDS: Mapping[str, Take] = {
    'text': _text,
    'text_delta': _text,
    'think': _thought,
    'error': _fault,
    'tool_call': _tool,
    'image_file': _image,
    'image_url': _image,
    'image': _image,
    'input_audio': _sound,
    'video_url': _film,
    'summary': _summary,
    'steer': _steer,
    'activity_label': _label,
    'agent_update': _nothing,
}
"""Kinds of parts, and how each is taken; others are folded as they are."""
