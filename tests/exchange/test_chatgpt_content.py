"""What the messages of a ChatGPT export hold beside text: canvas, code that was run, thoughts, what tools gave."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message
from app.domain.model import ModelRef
from app.exchange.reading import documents
from app.exchange.reading.chatgpt import content as chatgpt_content
from tests.exchange.chatgpt_samples import Json, answer, conversation, message
from tests.exchange.reading_files import read_json, remarks

IMAGE = '[An image was here; it is not part of the import.]'
LIST = '# Packing\n\n- tent\n- tent pegs'


def canvas(call: str, *, doc: str = 'd1', **given: Any) -> tuple[Json, Json]:
    """Make a call of the canvas and the tool's reply."""
    recipient = f'canmore.{call}_textdoc'
    code = {'content_type': 'code', 'language': 'json', 'text': json.dumps(given)}
    reply = message('tool', 'Successfully done.', name=recipient, canvas={'textdoc_id': doc, 'title': 'Named'})
    return message('assistant', code, recipient=recipient), reply


def read_answer(folder: Path, *messages: Json, **fields: Any) -> Message:
    return answer(read_json(folder, conversation(*messages, **fields)))


def created(kind: str = 'document', content: str = LIST, **more: Any) -> tuple[Json, Json]:
    return canvas('create', name='list', type=kind, content=content, **more)


def updated(*updates: tuple[str, str, bool], **more: Any) -> tuple[Json, Json]:
    names = ('pattern', 'replacement', 'multiple')
    return canvas('update', updates=[dict(zip(names, each, strict=True)) for each in updates], **more)


@pytest.mark.parametrize(
    ('kind', 'language'),
    [
        ('document', 'markdown'),
        ('code/python', 'python'),
        ('code/react', 'jsx'),
        ('code/html', 'html'),
        (3, 'markdown'),
    ],
)
def test_a_canvas_is_in_the_answer(kind: Any, language: str, tmp_path: Path) -> None:
    read = read_answer(tmp_path, *created(kind), message('assistant', 'Done.'))
    assert read.content == f'**list**\n\n```{language}\n{LIST}\n```\n\nDone.'
    assert not read.steps


def test_a_canvas_that_came_as_text_or_was_cut_off(tmp_path: Path) -> None:
    call = message('assistant', '{"name": "list", "content": "tent', recipient='canmore.create_textdoc')
    assert read_answer(tmp_path, call).content == '**list**\n\n```markdown\ntent\n```'


@pytest.mark.parametrize(
    ('updates', 'content'),
    [
        ([('.*', 'all\nnew', False)], 'all\nnew'),
        ([('(?s)^.*$', r'a\1b', True)], r'a\1b'),
        ([('tent', 'rope', False)], '# Packing\n\n- rope\n- tent pegs'),
        ([('tent', 'rope', True)], '# Packing\n\n- rope\n- rope pegs'),
        ([(r'\- tent\n', '', False)], '# Packing\n\n- tent pegs'),
        ([('Packing', 'P.'), (r'P\.', 'Q')], '# Q\n\n- tent\n- tent pegs'),
    ],
)
def test_a_changed_canvas_is_shown_as_it_was_then(updates: Any, content: str, tmp_path: Path) -> None:
    updates = [(*each, False)[:3] for each in updates]
    read = read_answer(tmp_path, *created(), *updated(*updates), message('assistant', 'Done.'))
    assert read.content == f'**list**\n\n```markdown\n{LIST}\n```\n\n**list**\n\n```markdown\n{content}\n```\n\nDone.'


@pytest.mark.parametrize('pattern', [r'(a+)+$', '[a-z]+', '- .*pegs', '', 'not there', r'\w', '^# Packing', 7])
def test_a_pattern_that_is_more_than_a_text_is_kept_folded_and_never_run(pattern: Any, tmp_path: Path) -> None:
    read = read_answer(tmp_path, *created(content='a' * 60 + '!'), *updated((pattern, 'x', True)))
    assert read.content == f'**list**\n\n```markdown\n{"a" * 60}!\n```'
    [step] = read.steps
    assert step.title == 'Tool: canmore.update_textdoc'
    assert json.dumps(pattern) in step.text


def test_the_edit_of_one_branch_does_not_reach_another(tmp_path: Path) -> None:
    given = conversation(*created(), *updated(('.*', 'left', False)))
    mapping = given['mapping']
    call, reply = updated(('tent', 'rope', True))
    mapping |= {'m1': {'id': 'm1', 'parent': 'n2', 'message': call, 'children': ['m2']}}
    mapping |= {'m2': {'id': 'm2', 'parent': 'm1', 'message': reply, 'children': []}}
    [chat] = read_json(tmp_path, given)
    shown = [each.content for each in chat.messages[1:]]
    assert ['left' in text for text in shown] == [False, True, False]
    assert 'rope pegs' in shown[2]


def test_each_document_is_found_by_its_name(tmp_path: Path) -> None:
    other = canvas('create', doc='d2', name='other', type='code/js', content='let a')
    read = read_answer(tmp_path, *created(), *other, *updated(('tent', 'rope', True)))
    assert read.content.endswith('**list**\n\n```markdown\n# Packing\n\n- rope\n- rope pegs\n```')


def test_comments_on_a_canvas_are_in_the_answer(tmp_path: Path) -> None:
    comments = [{'pattern': 'tent', 'comment': 'Which one?'}, {'comment': ''}, 7]
    read = read_answer(tmp_path, *created(), *canvas('comment', comments=comments))
    assert read.content.endswith('```\n\n**list**\n\n> tent\n\nWhich one?')


def test_edits_that_would_fill_the_memory_are_kept_folded(tmp_path: Path) -> None:
    grow = updated(('a', 'a' * 100_000, True))
    read = read_answer(tmp_path, *created(content='a' * 100_000), *grow, *grow)
    assert len(read.content) < documents.MOST_WRITTEN
    assert len(read.steps) == 2
    many = [each for _ in range(300) for each in updated(('b', 'b', False))]
    read = read_answer(tmp_path, *created(content='b' * 100_000), *many)
    assert len(read.content) < documents.MOST_WRITTEN + 300_000
    assert 90 < len(read.steps) < 110


def test_code_that_was_run_is_in_the_answer_and_what_it_printed_is_folded(tmp_path: Path) -> None:
    code = '"""```\n"""\nprint(6 * 7)'
    call = message('assistant', {'content_type': 'code', 'language': 'unknown', 'text': code}, recipient='python')
    result = {'code': code, 'messages': [{'message_type': 'image', 'image_url': 'file-service://file-1'}]}
    printed = message(
        'tool', {'content_type': 'execution_output', 'text': '42'}, name='python', aggregate_result=result
    )
    read = read_answer(tmp_path, call, printed, message('assistant', 'It is 42.'))
    assert read.content == f'````python\n{code}\n````\n\n{IMAGE}\n\nIt is 42.'
    assert [(step.title, step.text) for step in read.steps] == [('Output', '```\n42\n```')]


@pytest.mark.parametrize(
    ('result', 'said'),
    [
        ({'final_expression_output': '42'}, '42'),
        ({'messages': [{'message_type': 'stream', 'stream_name': 'stdout', 'text': 'a\nb'}]}, 'a\nb'),
        (
            {'in_kernel_exception': {'name': 'ZeroDivisionError', 'traceback': ['line 1'], 'args': []}},
            'line 1\nZeroDiv',
        ),
    ],
)
def test_what_was_run_may_stand_in_the_result_alone(result: Json, said: str, tmp_path: Path) -> None:
    output = {'content_type': 'execution_output', 'text': ''}
    printed = message('tool', output, name='python', aggregate_result={'code': 'f()', **result})
    read = read_answer(tmp_path, printed)
    assert read.content == '```python\nf()\n```'
    assert said in read.steps[0].text
    beside = read_answer(tmp_path, message('assistant', 'So.', aggregate_result={'code': 'f()', **result}))
    assert (beside.content, beside.steps) == ('So.\n\n```python\nf()\n```', read.steps)


def test_a_fence_is_longer_than_those_in_the_code(tmp_path: Path) -> None:
    code = {'content_type': 'code', 'language': 'markdown', 'text': 'a\n````\nb\n````'}
    assert read_answer(tmp_path, message('assistant', code)).content == f'`````markdown\n{code["text"]}\n`````'


def test_what_other_tools_were_asked_and_gave_is_folded(tmp_path: Path) -> None:
    asked = message('assistant', {'content_type': 'code', 'text': '{"q": "ice"}'}, recipient='web.run')
    read = read_answer(tmp_path, asked, message('tool', 'A page', name='web.run'), message('assistant', 'Ice.'))
    assert read.content == 'Ice.'
    assert [step.title for step in read.steps] == ['Tool: web.run', 'Tool: web.run']
    assert [step.text for step in read.steps] == ['```json\n{\n "q": "ice"\n}\n```', '**Result**\n\n```\nA page\n```']


@pytest.mark.parametrize(
    ('content', 'title', 'text'),
    [
        (
            {'content_type': 'tether_quote', 'title': 'plan.txt', 'url': 'file-1', 'text': 'The plan'},
            'plan.txt',
            'The plan',
        ),
        ({'content_type': 'tether_browsing_display', 'result': 'Found', 'summary': None}, 'browser', 'Found'),
        ({'content_type': 'sonic_webpage', 'title': 'Ice', 'url': 'https://e.org', 'text': 'Cold'}, 'Ice', 'Cold'),
        ({'content_type': 'system_error', 'name': 'tool_error', 'text': 'No way'}, 'tool_error', 'No way'),
        ({'content_type': 'citable_code_output', 'output_str': '42'}, 'Output', '42'),
    ],
)
def test_what_a_tool_read_is_folded(content: Json, title: str, text: str, tmp_path: Path) -> None:
    read = read_answer(tmp_path, message('tool', content, name='browser'), message('assistant', 'So.'))
    assert read.content == 'So.'
    assert [(step.title, step.text) for step in read.steps] == [(title, f'```\n{text}\n```')]


@pytest.mark.parametrize('kind', ['computer_output', 'super_widget', 'never_heard_of'])
@pytest.mark.parametrize('role', ['tool', 'assistant'])
def test_a_kind_we_do_not_know_is_kept_folded(kind: str, role: str, tmp_path: Path) -> None:
    content = {'content_type': kind, 'state': {'title': 'A window'}}
    [chat], told = remarks(tmp_path, json.dumps(conversation(message(role, content), message('assistant', 'So.'))))
    read = answer([chat])
    assert (read.content, told) == ('So.', [])
    [step] = read.steps
    assert step.title == f'As it is in the file: {kind}'
    assert 'A window' in step.text


@pytest.mark.parametrize(
    'content',
    [
        {'thoughts': [{'summary': 'Looking', 'content': 'It is round.', 'chunks': [], 'finished': True}]},
        {'thoughts': [{'summary': 'Looking', 'content': '', 'chunks': ['It is ', 'round.']}, None, 3]},
        {'parts': ['Looking', 'It is round.']},
    ],
)
def test_thoughts(content: Json, tmp_path: Path) -> None:
    thoughts = message('assistant', {'content_type': 'thoughts', **content})
    recap = message('assistant', {'content_type': 'reasoning_recap', 'content': 'Thought for 3s'})
    read = read_answer(tmp_path, thoughts, recap, message('assistant', 'Round.'))
    assert (read.content, read.thinking) == ('Round.', 'Looking\n\nIt is round.')


@pytest.mark.parametrize(
    'content',
    [
        'It freezes in May',
        {'content_type': 'text', 'parts': 'It freezes in May'},
        {'content_type': 'multimodal_text', 'parts': [None, ['It freezes in May'], 5]},
    ],
)
def test_texts_in_other_shapes_are_read_all_the_same(content: Any, tmp_path: Path) -> None:
    said = {**message('assistant', ''), 'content': content}
    [chat], told = remarks(tmp_path, json.dumps(conversation(said)))
    assert (answer([chat]).content.partition('\n')[0], told) == ('It freezes in May', [])


@pytest.mark.parametrize(
    ('role', 'reason', 'said'), [(None, 'no_role', 'Ice'), (7, 'unknown_role', '[Said by 7]\n\nIce')]
)
def test_who_is_not_named_is_the_assistant(role: Any, reason: str, said: str, tmp_path: Path) -> None:
    given = message('assistant', 'Ice')
    given['author']['role'] = role
    [chat], [remark] = remarks(tmp_path, json.dumps(conversation(given)))
    assert (answer([chat]).content, remark.reason) == (said, reason)


def test_what_was_spoken_is_text(tmp_path: Path) -> None:
    parts = [{'content_type': 'audio_transcription', 'text': 'Hi there', 'direction': 'out'}]
    parts += [{'content_type': 'audio_asset_pointer', 'asset_pointer': 'sediment://1', 'format': 'wav'}]
    read = read_answer(tmp_path, message('assistant', {'content_type': 'multimodal_text', 'parts': parts}))
    assert read.content == 'Hi there\n\n[A recording was here; it is not part of the import.]'


def test_deep_research_says_what_it_looked_for(tmp_path: Path) -> None:
    task = {'async_task_title': 'Lakes', 'async_task_prompt': 'Find all lakes.'}
    name = 'research_kickoff_tool.start_research_task'
    kickoff = message('tool', {'content_type': 'text', 'parts': []}, name=name, **task)
    read = read_answer(tmp_path, kickoff, message('assistant', '# Lakes', is_async_task_result_message=True))
    assert read.content == '# Lakes'
    assert [(step.title, step.text) for step in read.steps] == [(f'Tool: {name}', '```\nFind all lakes.\n```')]


def test_what_deep_research_found_is_the_answer_whoever_says_it(tmp_path: Path) -> None:
    found = message('tool', '# Lakes', name='research_kickoff_tool', is_async_task_result_message=True)
    assert read_answer(tmp_path, found).content == '# Lakes'


@pytest.mark.parametrize('recipient', ['all', '', 'user', 'assistant'])
def test_what_is_said_to_no_tool_is_the_answer(recipient: str, tmp_path: Path) -> None:
    read = read_answer(tmp_path, message('assistant', 'Hi', recipient=recipient))
    assert (read.content, read.steps) == ('Hi', ())


def test_who_asked_in_a_group_is_said(tmp_path: Path) -> None:
    [chat] = read_json(tmp_path, conversation(message('assistant', 'Hi'), message('user', 'Me too', name='Bia')))
    assert chat.messages[2].content == '[Said by Bia]\n\nMe too'


@pytest.mark.parametrize(
    ('slugs', 'model'),
    [
        ([{}], 'gpt-5-thinking'),
        ([{'model_slug': 'o3'}, {}], 'o3'),
        ([{'model_slug': None}, {'model_slug': 'auto'}], 'gpt-5-thinking'),
        ([{'default_model_slug': 'gpt-4o'}], 'gpt-4o'),
        ([{}, {'model_slug': 'o3'}], 'o3'),
    ],
)
def test_the_conversations_model_answers_where_none_is_named(slugs: list[Json], model: str, tmp_path: Path) -> None:
    said = [message('assistant', f'Part {number}', **slug) for number, slug in enumerate(slugs)]
    read = read_answer(tmp_path, *said, default_model_slug='gpt-5-thinking')
    assert read.model == ModelRef('chatgpt', model)


@pytest.mark.parametrize('kind', chatgpt_content.KINDS)
def test_each_kind_is_treated_as_the_table_says(kind: str, tmp_path: Path) -> None:
    content = {'content_type': kind, 'text': 'Words', 'output_str': 'Words', 'thoughts': [{'content': 'Words'}]}
    given = conversation(message('tool', content, name='tool'), message('assistant', 'So.'))
    if chatgpt_content.KINDS[kind] in (chatgpt_content.TEXT, chatgpt_content.CODE, chatgpt_content.THOUGHTS):
        given = conversation(message('assistant', content), message('assistant', 'So.'))
    [chat], told = remarks(tmp_path, json.dumps(given))
    read = answer([chat])
    assert told == []
    where = {chatgpt_content.TEXT: read.content, chatgpt_content.CODE: read.content}
    where |= {chatgpt_content.THOUGHTS: read.thinking, chatgpt_content.HIDDEN: ''}
    folded = read.steps[0].text if read.steps else ''
    assert ('Words' in where.get(chatgpt_content.KINDS[kind], folded)) is (kind not in HIDDEN)
    assert ('Words' in repr(chat)) is (kind not in HIDDEN)


HIDDEN = {kind for kind, treatment in chatgpt_content.KINDS.items() if treatment == chatgpt_content.HIDDEN}
