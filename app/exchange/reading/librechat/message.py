"""What a message of LibreChat's says, with what stands beside it: files, what was found for it, what people thought."""

from collections.abc import Mapping
from typing import Any

from app.exchange.reading import notes, shapes, tool_use
from app.exchange.reading.librechat.directives import unfold
from app.exchange.reading.librechat.marks import Results, unmarked
from app.exchange.reading.librechat.parts import quotations, tell_parts, words
from app.exchange.reading.ratings import rated
from app.exchange.reading.written import Written

Message = Mapping[str, Any]

FOUND = frozenset({'web_search', 'file_search'})
"""Attachments that hold what was found: they are named as sources."""


def tell_message(value: Message, written: Written, *, is_user: bool) -> None:
    """Add a message to what was written: `content` if it says anything, else `text`, then what stands beside it."""
    told = Written(written.t)
    tell_parts(value.get('content'), told)
    if not told.content.strip():
        told.say(words(value.get('text')))
    written.say(*quotations(value.get('quotes')))
    if is_user:
        written.say(unmarked(told.content)[0])
        written.think(told.thinking)
        written.take(told.beside())
    else:
        _tell_answer(told, Results(value.get('attachments')), written)
    _tell_files(value.get('files'), written)
    _tell_plugins(value, written)
    _tell_attachments(value.get('attachments'), written)
    _tell_feedback(value.get('feedback'), written)


def _tell_answer(told: Written, results: Results, written: Written) -> None:
    """Add an answer without the marks in it, its documents told apart, and the sources that it names."""
    content, named = unmarked(told.content)
    thinking, thought_of = unmarked(told.thinking)
    unfold(content, written)
    written.think(thinking)
    written.take(told.beside())
    written.name(results.named([*named, *thought_of]))


def _tell_files(files: Any, written: Written) -> None:
    for file in shapes.side_mappings([files]):
        name, text = shapes.side_text(file.get('filename')), shapes.side_text(file.get('text'))
        if shapes.side_text(file.get('type')).startswith('image/'):
            written.say(notes.image(written.t))
        elif text.strip():
            written.attach(name, text)
        else:
            written.say(notes.file(written.t, name))


def _tell_plugins(value: Message, written: Written) -> None:
    """Tell what plugins did, as files have it that are older than tools: `latest` names the last of them."""
    for plugin in shapes.side_mappings([value.get('plugin'), *shapes.side_mappings(value.get('plugins'))]):
        given, result = plugin.get('inputs'), plugin.get('outputs')
        if given or result:
            written.note(tool_use.step(written.t, shapes.side_text(plugin.get('latest')), given, result))


def _tell_attachments(attachments: Any, written: Written) -> None:
    """Add what tools made; what they found stands among the sources."""
    for each in shapes.side_mappings([attachments]):
        kind = shapes.side_text(each.get('type'))
        if kind in FOUND or FOUND & each.keys():
            continue
        if each.get('filename') or each.get('filepath'):
            _tell_files([{**each, 'type': _kind_of_file(each)}], written)
        else:
            written.keep(kind, each)


def _kind_of_file(file: Message) -> str:
    kind = shapes.side_text(file.get('type'))
    has_size = bool(file.get('width') and file.get('height'))
    return 'image/' if has_size and '/' not in kind else kind


def _tell_feedback(feedback: Any, written: Written) -> None:
    for given in shapes.side_mappings([feedback]):
        is_good = {'thumbsUp': True, 'thumbsDown': False}.get(shapes.side_text(given.get('rating')))
        tag = given.get('tag')
        written.note(rated(written.t, is_good, tag.get('key') if isinstance(tag, dict) else tag, given.get('text')))
