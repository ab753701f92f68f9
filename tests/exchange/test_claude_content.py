"""What the messages of a Claude export hold beside text: artifacts, files, code that was run, pages, thoughts."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message, Source
from app.domain.model import ModelRef
from app.exchange.reading.claude import blocks as claude_blocks
from app.exchange.reading.claude import projects as claude_projects
from app.exchange.reading.claude import reader as claude
from app.exchange.reading.claude import tools as claude_tools
from app.exchange.reading.claude.projects import MOST_PROJECTS
from app.exchange.reading.intake import Meter
from tests.exchange.claude_samples import Json, answer, answer_of, conversation, gave, message, text, used
from tests.exchange.reading_files import read, read_json, remarks

LAKE = Source('Lake log', 'https://example.org/lake')
ICE = Source('Ice almanac', 'https://example.org/ice')
IMAGE = '[An image was here; it is not part of the import.]'
PAGE = '<h1>Timer</h1>'


def read_answer(folder: Path, *blocks: Json, **fields: Any) -> Message:
    return answer(read_json(folder, answer_of(*blocks, **fields)))


def artifact(command: str, **given: Any) -> Json:
    return used('artifacts', command=command, id='timer', version_uuid='v1', **given)


def timer(**given: Any) -> Json:
    return artifact('create', **{'type': 'text/html', 'title': 'Timer', 'content': PAGE, **given})


def shown(content: str, name: str = 'Timer', language: str = 'html') -> str:
    return f'**{name}**\n\n```{language}\n{content}\n```'


@pytest.mark.parametrize(
    ('kind', 'named', 'language'),
    [
        ('text/html', None, 'html'),
        ('text/markdown', None, 'markdown'),
        ('application/vnd.ant.code', 'python', 'python'),
        ('application/vnd.ant.react', None, 'jsx'),
        ('application/vnd.ant.mermaid', None, 'mermaid'),
        ('image/svg+xml', None, 'svg'),
        ('application/vnd.ant.unheard_of', None, ''),
        (None, 'a`b c', ''),
    ],
)
def test_an_artifact_is_in_the_answer(kind: Any, named: Any, language: str, tmp_path: Path) -> None:
    read = read_answer(tmp_path, text('Here.'), timer(type=kind, language=named), gave('artifacts', text('OK')))
    assert read.content == f'Here.\n\n{shown(PAGE, language=language)}'
    assert not read.steps


def test_a_changed_artifact_is_shown_as_it_was_then(tmp_path: Path) -> None:
    updated = artifact('update', old_str='Timer', new_str='Clock')
    rewritten = artifact('rewrite', content='<p>new</p>')
    blocks = timer(), updated, text('And:'), rewritten, artifact('update', old_str='new', new_str='')
    read = read_answer(tmp_path, *blocks)
    contents = [PAGE, '<h1>Clock</h1>', '<p>new</p>', '<p></p>']
    first, second, third, last = (shown(content) for content in contents)
    assert read.content == f'{first}\n\n{second}\n\nAnd:\n\n{third}\n\n{last}'


@pytest.mark.parametrize(
    'edit',
    [
        {'old_str': 'gone', 'new_str': 'x'},
        {'old_str': '', 'new_str': 'x'},
        {'old_str': 3},
        {'id': 'other', 'old_str': 'h1'},
    ],
)
def test_an_edit_that_cannot_be_applied_is_kept_folded(edit: Json, tmp_path: Path) -> None:
    read = read_answer(tmp_path, timer(), used('artifacts', **{'id': 'timer', 'command': 'update', **edit}))
    assert read.content == shown(PAGE)
    [step] = read.steps
    assert (step.title, json.dumps(edit['old_str']) in step.text) == ('Tool: artifacts', True)


def test_an_artifact_is_followed_along_its_branch(tmp_path: Path) -> None:
    edits = [artifact('update', old_str='Timer', new_str=word) for word in ('Clock', 'Watch')]
    chat = conversation(
        message(1, text('A timer')),
        message(2, timer()),
        message(3, text('Better')),
        message(4, edits[0], parent=3),
        message(6, edits[1], parent=3),
    )
    [carried] = read_json(tmp_path, chat)
    contents = [each.content for each in carried.messages[3:]]
    assert contents == [shown('<h1>Clock</h1>'), shown('<h1>Watch</h1>')]
    for each in chat['chat_messages']:
        del each['parent_message_uuid']
    [line] = read_json(tmp_path, chat)
    assert line.messages[3].content == shown('<h1>Clock</h1>')
    assert '"new_str": "Watch"' in line.messages[4].steps[0].text


def test_what_research_found_are_sources(tmp_path: Path) -> None:
    cited = [{'url': page.url, 'title': page.title, 'start_index': 0, 'end_index': 3} for page in (LAKE, ICE, LAKE)]
    read = read_answer(tmp_path, timer(type='text/markdown', content='# Report', md_citations=cited))
    assert (read.content, read.sources) == (shown('# Report', language='markdown'), (LAKE, ICE))


def test_created_files_are_in_the_answer(tmp_path: Path) -> None:
    path = '/mnt/user-data/outputs/timer.py'
    made = used('create_file', path=path, description='A timer', file_text='t = 0')
    changed = used('str_replace', path=path, old_str='0', new_str='1')
    more = used('str_replace_based_edit_tool', command='str_replace', path=path, old_str='1', new_str='2')
    handed = used('present_files', filepaths=[path, '/mnt/user-data/outputs/chart.png'])
    done = gave('create_file', text('File created successfully'))
    read = read_answer(tmp_path, made, done, changed, more, handed, gave('present_files', text('Presented')))
    parts = [shown(f't = {number}', 'timer.py', 'python') for number in range(3)]
    note = '[A file was here: chart.png. It is not part of the import.]'
    assert (read.content, read.steps) == ('\n\n'.join([*parts, note]), ())


def test_a_fence_is_longer_than_those_in_a_file(tmp_path: Path) -> None:
    made = used('create_file', path='/a/notes.md', file_text='a\n```\nb\n```')
    assert read_answer(tmp_path, made).content == '**notes.md**\n\n````markdown\na\n```\nb\n```\n````'


def test_what_the_page_showed_stands_for_an_input_that_is_not_there(tmp_path: Path) -> None:
    code = {'language': 'python', 'code': 't = 0', 'filename': '/a/timer.py'}
    for display in ({'type': 'code_block', **code}, {'type': 'json_block', 'json_block': json.dumps(code)}):
        for block in (used('create_file'), used('artifacts', command='create', id='timer')):
            read = read_answer(tmp_path, block | {'display_content': display})
            assert (read.content, read.steps) == (shown('t = 0', 'timer.py', 'python'), ())


@pytest.mark.parametrize('tool', claude_tools.RUN)
def test_code_that_was_run_is_in_the_answer_and_what_it_printed_is_folded(tool: str, tmp_path: Path) -> None:
    field, language = claude_tools.RUN[tool]
    printed = json.dumps({'returncode': 0, 'stdout': '42', 'stderr': ''})
    run = used(tool, **{field: 'f()', 'description': 'Reckon'})
    read = read_answer(tmp_path, run, gave('', text(printed), {'type': 'image'}), text('42.'))
    assert read.content == f'{shown("f()", "Reckon", language)}\n\n{IMAGE}\n\n42.'
    assert [(step.title, step.text) for step in read.steps] == [('Output', '```\n42\n```')]


def test_pages_that_were_found_and_cited_are_sources(tmp_path: Path) -> None:
    found = {'type': 'knowledge', 'title': LAKE.title, 'url': LAKE.url, 'text': '…', 'is_citable': True}
    details = {'type': 'web_search_citation', 'url': LAKE.url}
    cited = [
        {'uuid': 'x', 'start_index': 0, 'end_index': 3, 'details': details},
        {'uuid': 'y', 'title': ICE.title, 'url': ICE.url, 'metadata': {'type': 'webpage_metadata'}},
        {'details': {'type': 'web_search_citation', 'url': 'https://example.org/x'}},
        None,
    ]
    search = used('web_search', query='ice')
    read = read_answer(tmp_path, search, gave('web_search', found), text('It froze.', citations=cited))
    assert read.content == 'It froze.'
    assert read.sources == (LAKE, ICE, Source('https://example.org/x', 'https://example.org/x'))
    assert [step.title for step in read.steps] == ['Tool: web_search']
    assert '"query": "ice"' in read.steps[0].text


def test_what_other_tools_were_asked_and_gave_is_folded(tmp_path: Path) -> None:
    gifts = [text('3 events'), {'type': 'calendar', 'day': 4}, {'type': 'local_resource', 'file_path': '/a/b.pdf'}]
    read = read_answer(tmp_path, used('list_events', day='today'), gave('list_events', *gifts), text('Three.'))
    assert read.content == '[A file was here: b.pdf. It is not part of the import.]\n\nThree.'
    assert [step.title for step in read.steps] == ['Tool: list_events', 'As it is in the file: calendar']
    assert read.steps[0].text == '```json\n{\n "day": "today"\n}\n```\n\n**Result**\n\n```\n3 events\n```'


def test_results_that_name_no_use_or_all_the_same_are_kept(tmp_path: Path) -> None:
    loose = gave('a', text('first'), key=''), gave('', text('second'), key='gone')
    twice = used('b', x=1), gave('b', text('third')), gave('b', text('fourth')), used('b', y=2)
    read = read_answer(tmp_path, *loose, *twice, text('So.'))
    kept = [step.text for step in read.steps]
    assert [sum(word in each for each in kept) for word in ('first', 'second', 'third', 'fourth')] == [1, 1, 1, 1]
    assert 'third\nfourth' in kept[2]


def test_what_failed_is_folded(tmp_path: Path) -> None:
    read = read_answer(tmp_path, timer(), gave('artifacts', text('No such artifact'), is_error=True))
    assert [step.text for step in read.steps] == ['**Result**\n\n```\nNo such artifact\n```']


def test_questions_and_drafts_are_in_the_answer(tmp_path: Path) -> None:
    asked = used(
        'ask_user_input_v0', questions=[{'question': 'How deep?', 'type': 'single', 'options': ['1 m', '2 m']}]
    )
    drafts = used(
        'message_compose_v1', kind='email', variants=[{'label': 'Short', 'subject': 'Ice', 'body': 'It froze.'}]
    )
    read = read_answer(tmp_path, asked, drafts)
    assert read.content == '**How deep?**\n\n- 1 m\n- 2 m\n\n**Short**\n\nIce\n\nIt froze.'


@pytest.mark.parametrize(
    ('block', 'thinking'),
    [
        ({'thinking': 'Hm.', 'summaries': [{'summary': 'Short'}]}, 'Hm.'),
        ({'thinking': '', 'summaries': [{'summary': 'Looking'}, {'summary': 'Finding'}, 3]}, 'Looking\n\nFinding'),
        ({'thinking': None, 'summaries': None, 'cut_off': True}, ''),
    ],
)
def test_thoughts(block: Json, thinking: str, tmp_path: Path) -> None:
    assert read_answer(tmp_path, {'type': 'thinking', **block}, text('So.')).thinking == thinking


OLD = (
    '<antThinking>Worth one.</antThinking>\n\n<antArtifact identifier="timer" type="application/vnd.ant.code" '
    'language="python" title="Timer">\nt = 0\n</antArtifact>'
)


@pytest.mark.parametrize('field', ['text', 'content'])
def test_old_tags_become_what_was_shown(field: str, tmp_path: Path) -> None:
    said = f'Here:\n\n{OLD}\n\nDone.'
    read = read_answer(tmp_path, *([text(said)] if field == 'content' else []), text=said)
    assert read.content == f'Here:\n\n{shown("t = 0", language="python")}\n\nDone.'
    assert read.thinking == 'Worth one.'


@pytest.mark.parametrize(
    ('said', 'content'),
    [
        ('A <antArtifact title="T" type="text/html">\n<p>', f'A\n\n{shown("<p>", "T")}'),
        ('A <antArtifact title="T', 'A <antArtifact title="T'),
        ('I write <antArtifact> tags and </antArtifact>.', 'I write <antArtifact> tags and </antArtifact>.'),
        ('I write <antThinking> and go on.', 'I write <antThinking> and go on.'),
        ('<antique> and </antArtifact>', '<antique> and </antArtifact>'),
    ],
)
def test_old_tags_that_are_no_whole_ones(said: str, content: str, tmp_path: Path) -> None:
    assert read_answer(tmp_path, text(said)).content == content


def test_a_hundred_thousand_tags_and_pieces_of_tags_are_read(tmp_path: Path) -> None:
    for said in ('<antArtifact title="' * 100_000, '<antArtifact a="' * 200_000, '<antThinking>' * 100_000):
        assert read_answer(tmp_path, text(said + '!')).has_begun
    tags = '<antArtifact title="T">x</antArtifact>' * 20_000
    assert read_answer(tmp_path, text(tags)).content


def test_files_of_old_and_new_fields_are_named_once(tmp_path: Path) -> None:
    files = [{'file_uuid': 'f1', 'file_name': 'a.pdf'}, {'file_name': 'b.pdf'}]
    more = [{'file_uuid': 'f1', 'file_name': 'a.pdf'}, {'file_uuid': 'f2', 'file_kind': 'image', 'file_name': 'c.png'}]
    [chat] = read_json(tmp_path, conversation(message(1, text('Read'), files=files, files_v2=more)))
    a, b = (f'[A file was here: {name}. It is not part of the import.]' for name in ('a.pdf', 'b.pdf'))
    assert chat.messages[0].content == f'Read\n\n{a}\n\n{b}\n\n{IMAGE}'


def test_the_placeholder_of_blocks_is_not_said(tmp_path: Path) -> None:
    said = f'Look.\n{claude.UNSUPPORTED}\n'
    assert read_answer(tmp_path, text=said).content == 'Look.'


def test_the_conversations_model_answers_where_none_is_named(tmp_path: Path) -> None:
    chat = answer_of(text('Yes.')) | {'model': 'claude-sonnet-4'}
    [carried] = read_json(tmp_path, chat)
    assert [each.model and each.model.name for each in carried.messages] == [None, 'claude-sonnet-4']
    chat['chat_messages'][1]['model'] = 'claude-opus-4'
    assert answer(read_json(tmp_path, chat)).model == ModelRef('claude', 'claude-opus-4')


@pytest.mark.parametrize('file', ['projects.json', 'projects/p1.json'])
@pytest.mark.parametrize('named', [{'project_uuid': 'p1'}, {'project': {'uuid': 'p1'}}])
def test_a_project_may_be_named_in_another_file(file: str, named: Json, tmp_path: Path) -> None:
    project = {'uuid': 'p1', 'name': 'Lakes', 'docs': [{'filename': 'a.md', 'content': 'A'}]}
    projects = [project, {'uuid': 3}, None] if file == 'projects.json' else project
    with zipfile.ZipFile(tmp_path / 'export.zip', 'w') as archive:
        archive.writestr('data/conversations.json', json.dumps([answer_of(text('Yes.')) | named]))
        archive.writestr(f'data/{file}', json.dumps(projects))
        archive.writestr('data/projects/broken.json', '{"uuid": ')
    [chat] = read(tmp_path / 'export.zip')
    assert chat.folder == 'Lakes'


def test_names_of_projects_are_cut_and_so_many_are_known(tmp_path: Path) -> None:
    many = [{'uuid': f'p{number}', 'name': 'N' * 500} for number in range(MOST_PROJECTS)]
    odd = [{'name': 'Of none'}, {'uuid': 'x' * 1_000_000, 'name': 'Of a long one'}]
    file = tmp_path / 'export.zip'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('projects.json', json.dumps([*odd, *many, {'uuid': 'last', 'name': 'Last'}]))
    with zipfile.ZipFile(file) as archive:
        names = claude_projects.names(archive, Meter(1))
    assert names == {each['uuid']: 'N' * 80 for each in many}


def design() -> Json:
    call = {'id': 'toolu_1', 'name': 'list_files', 'input': {'path': '/'}, 'output': 'a.txt'}
    blocks = [
        {'type': 'thinking', 'text': 'Which one?'},
        {'type': 'text', 'text': 'Here it is.'},
        {'type': 'tool_call', 'toolCall': call},
        {'type': 'user_interjection', 'message': {'role': 'user', 'content': 'Make it\nblue'}},
        {'type': 'error', 'message': 'Too blue'},
    ]
    asked = {
        'content': 'A page',
        'attachments': [{'name': 'a.md', 'content': 'A'}],
        'timestamp': '2026-06-19T11:00:00Z',
    }
    messages = [
        {'uuid': 'u1', 'role': 'user', 'content': asked},
        {'uuid': 'a1', 'role': 'assistant', 'content': {'content': 'left out', 'contentBlocks': blocks}},
    ]
    return {'uuid': 'd1', 'title': 'Pages', 'project': {'uuid': 'x', 'name': 'Site'}, 'messages': messages}


def test_a_conversation_about_a_design(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / 'export.zip', 'w') as archive:
        archive.writestr('conversations.json', json.dumps([answer_of(text('Yes.'))]))
        archive.writestr('design_chats/d1.json', json.dumps(design()))
    _, chat = read(tmp_path / 'export.zip')
    asked, said = chat.messages
    assert (chat.conversation.title, chat.folder) == ('Pages', 'Site')
    assert asked.content == 'A page\n\na.md:\n\n```\nA\n```'
    assert (said.content, said.thinking) == ('Here it is.\n\n> Make it\n> blue\n\n> Too blue', 'Which one?')
    [step] = said.steps
    assert (step.title, 'a.txt' in step.text) == ('Tool: list_files', True)


@pytest.mark.parametrize('odd', [None, 3, [], {'role': 'user'}, {'content': []}, {'content': {'contentBlocks': [{}]}}])
def test_an_odd_message_about_a_design_costs_only_itself(odd: Any, tmp_path: Path) -> None:
    given = design()
    given['messages'].append(odd)
    made, _ = remarks(tmp_path, json.dumps(given))
    assert [each.role for each in made[0].messages[:2]] == ['user', 'assistant']


@pytest.mark.parametrize('kind', [*claude_blocks.BLOCKS, 'never_heard_of'])
def test_each_kind_of_block_is_treated_as_the_table_says(kind: str, tmp_path: Path) -> None:
    block: Json = {'type': kind, 'text': 'Words', 'thinking': 'Words', 'name': 'tool', 'input': {'a': 'Words'}}
    block['content'] = [text('Words')]
    [chat], told = remarks(tmp_path, json.dumps(answer_of(block, text('So.'))))
    read = answer([chat])
    assert told == []
    folded = read.steps[0].text if read.steps else ''
    where = {claude_blocks.SAID: read.content, claude_blocks.THOUGHT: read.thinking}
    treatment = claude_blocks.BLOCKS.get(kind, '')
    assert ('Words' in where.get(treatment, folded)) is (treatment not in (claude_blocks.SILENT, claude_blocks.PICTURE))
    assert (IMAGE in read.content) is (treatment == claude_blocks.PICTURE)


@pytest.mark.parametrize('content', ['It freezes.', [None, 'It freezes.', 5]])
def test_texts_without_a_block_are_read_all_the_same(content: Any, tmp_path: Path) -> None:
    [made], told = remarks(tmp_path, json.dumps([answer_of(content=content)]))
    assert (answer([made]).content, told) == ('It freezes.', [])
