"""The marks in ChatGPT's texts become what the page showed, and the pages they name become sources."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Source
from app.exchange.reading.chatgpt import references as chatgpt_references
from app.exchange.reading.chatgpt.marks import Marks
from tests.exchange.chatgpt_samples import answer, cite, conversation, message
from tests.exchange.reading_files import read_json, remarks, say

LAKE = Source('Lake log', 'https://example.org/lake')
ICE = Source('Ice almanac', 'https://example.org/ice')
IMAGE = '[An image was here; it is not part of the import.]'


def page(source: Source, **more: Any) -> dict[str, Any]:
    return {'title': source.title, 'url': source.url, 'snippet': '…', 'attribution': 'example.org', **more}


def reference(kind: str, mark: str, **more: Any) -> dict[str, Any]:
    return {'type': kind, 'matched_text': mark, 'start_idx': 7, 'end_idx': 3, 'alt': None, **more}


def read_answer(folder: Path, text: str, *references: dict[str, Any], **metadata: Any) -> Any:
    said = message('assistant', text, content_references=list(references), **metadata)
    return answer(read_json(folder, conversation(said)))


@pytest.mark.parametrize(
    'named',
    [
        {'type': 'grouped_webpages', 'items': [page(LAKE, supporting_websites=[page(ICE)])]},
        {'type': 'grouped_webpages', 'items': [], 'fallback_items': [page(LAKE), page(ICE), page(LAKE)]},
        {'type': 'grouped_webpages_model_predicted_fallback', 'items': [page(LAKE), page(ICE)]},
        {'type': 'webpage', **page(LAKE), 'supporting_websites': [page(ICE)]},
        {'type': 'webpage_extended', **page(LAKE), 'items': [page(ICE)]},
        {'type': 'nav_list', 'items': [page(LAKE), page(ICE)]},
        {'type': 'sources_footnote', 'sources': [page(LAKE), page(ICE)]},
        {'type': 'url', 'item': page(LAKE), 'items': [page(ICE)]},
        {'type': 'unheard_of', 'items': [page(LAKE), page(ICE)]},
        {'type': 'grouped_webpages', 'alt': f'([{LAKE.title}]({LAKE.url}), [{ICE.title}]({ICE.url}))'},
    ],
)
def test_pages_become_sources_once_each_and_in_order(named: dict[str, Any], tmp_path: Path) -> None:
    mark = cite('turn0search0', 'turn0search3')
    read = read_answer(tmp_path, f'It freezes {mark} in May {mark}.', {'alt': None, 'matched_text': mark, **named})
    assert read.sources == (LAKE, ICE)
    if 'alt' not in named:
        assert read.content == 'It freezes in May.'


def test_addresses_alone_and_files_are_sources_too(tmp_path: Path) -> None:
    read = read_answer(
        tmp_path,
        f'So it is{cite("turn0search1")}, as the plan says {cite("turn1file0", "L8-L12", kind="filecite")}.',
        reference('grouped_webpages', cite('turn0search1'), safe_urls=[ICE.url], items=None),
        reference('file', cite('turn1file0', 'L8-L12', kind='filecite'), name='plan.pdf', id='file-1'),
    )
    assert read.content == 'So it is, as the plan says.'
    assert read.sources == (Source(ICE.url, ICE.url), Source('plan.pdf'))


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('In ' + cite('["city", "Ushuaia", 0]', kind='entity') + '.', 'In Ushuaia.'),
        ('By ' + cite('Invincible', kind='entity') + '.', 'By Invincible.'),
        ('Look: ' + cite('turn0image0', 'turn0image1', kind='i'), f'Look: {IMAGE}'),
        (cite('{"query": ["apes"]}', kind='image_group') + '\n\nApes.', f'{IMAGE}\n\nApes.'),
        ('Buy ' + cite('{"selections":[["turn0p0","Tent"],["turn0p1","Stove"]]}', kind='products'), 'Buy Tent, Stove'),
        ('A film: ' + cite('Ice floes', 'turn0video0', kind='video') + '.', 'A film: Ice floes.'),
        (cite('{"math_block_widget_always_prefetch_v2":{"content":"a^2"}}', kind='genui'), '$$\na^2\n$$'),
        (f'See {cite("the log", LAKE.url, kind="url")}.', f'See [the log](<{LAKE.url}>).'),
        (f'News. {cite("More of it", "turn0news1,turn0news2", kind="navlist")}', 'News.'),
        ('Words ' + cite(kind='that stand in one') + '.', 'Words that stand in one.'),
        ('\ue203A span\ue204\ue202turn0search0\ue206 ends.', 'A span ends.'),
        ('Said\ue202turn0search0\ue202turn0news1\ue206.', 'Said.'),
        ('Said \ue200cite\ue202turn2search1\ue20b.', 'Said.'),
        ('It broke off \ue200cite\ue202turn0sea', 'It broke off'),
        ('It broke off in \ue200entity\ue202["city", "Ushuaia", "the', 'It broke off in Ushuaia'),
        ('In ' + cite('["city", "Ushuaia', kind='entity') + ' now.', 'In Ushuaia now.'),
        (r'It freezes \ue200cite\ue202turn0search0\ue201 soon.', 'It freezes soon.'),
        (r'Write `\ue200cite\ue202turn0search0\ue201` so.', r'Write `\ue200cite\ue202turn0search0\ue201` so.'),
        (
            'Write `【3†a】` or\n~~~\nciteturn0search0\n~~~\nso【3†a】.',
            'Write `【3†a】` or\n~~~\nciteturn0search0\n~~~\nso.',
        ),
        (f'No box in `x{cite("turn0search0")}` either.', 'No box in `x` either.'),
        ('No end \ue200cite\ue202turn0search0 and on.', 'No end and on.'),
        ('Copied citeturn0search0turn0search3 bare fileciteturn2file5L65-L75.', 'Copied bare.'),
        ('Old【12†source】 and older【4:0†L3-L9】.', 'Old and older.'),
        (':chatgpt-content-reference{index="9"}Words.', 'Words.'),
        ('Words :contentReference[oaicite:2]{index=2}.', 'Words.'),
    ],
)
def test_marks_become_what_was_shown(text: str, shown: str, tmp_path: Path) -> None:
    assert read_answer(tmp_path, text).content.strip() == shown


@pytest.mark.parametrize(
    ('named', 'shown'),
    [
        ({'type': 'entity', 'name': 'Ushuaia', 'alt': 'x'}, 'Go to Ushuaia now.'),
        ({'type': 'alt_text', 'alt': 'the end'}, 'Go to the end now.'),
        ({'type': 'product_entity', 'product': {'title': 'Tent'}}, 'Go to Tent now.'),
        ({'type': 'hidden'}, 'Go to now.'),
        ({'type': 'attribution'}, 'Go to now.'),
        ({'type': 'image_v2', 'images': []}, f'Go to {IMAGE} now.'),
        ({'type': 'video', 'title': 'Ice', 'url': ICE.url}, 'Go to Ice now.'),
    ],
)
def test_a_reference_says_what_its_mark_is(named: dict[str, Any], shown: str, tmp_path: Path) -> None:
    mark = cite('turn0thing0', kind='thing')
    assert read_answer(tmp_path, f'Go to {mark} now.', reference('', mark) | named).content == shown


@pytest.mark.parametrize(
    'found',
    [
        {'search_result_groups': [{'domain': 'example.org', 'entries': [page(LAKE)]}]},
        {'_cite_metadata': {'metadata_list': [page(LAKE)]}},
    ],
)
def test_what_was_found_is_named_where_nothing_else_is(found: dict[str, Any], tmp_path: Path) -> None:
    assert read_answer(tmp_path, 'So.', **found).sources == (LAKE,)
    cited = reference('webpage', cite('turn0search0'), **page(ICE))
    assert read_answer(tmp_path, 'So.', cited, **found).sources == (ICE,)


def test_a_link_in_the_text_stays_one(tmp_path: Path) -> None:
    mark = cite('Lake log', 'key1', kind='link_title')
    for named in ({**page(LAKE)}, {'url': '', 'items': [page(LAKE)]}):
        read = read_answer(tmp_path, f'See {mark}.', reference('link_title', mark, **named))
        assert read.content == f'See [Lake log](<{LAKE.url}>).'
        assert read.sources == (LAKE,)


def test_old_marks_name_their_pages_and_files(tmp_path: Path) -> None:
    citations = [
        {'start_ix': 3, 'end_ix': 14, 'metadata': {'type': 'webpage', **page(LAKE)}},
        {'start_ix': 20, 'end_ix': 30, 'metadata': {'type': 'file', 'name': 'plan.pdf', 'text': 'x'}},
        {'metadata': None},
    ]
    read = read_answer(tmp_path, 'Ice【12†source】 and plans【4:0†plan.pdf】.', citations=citations)
    assert (read.content, read.sources) == ('Ice and plans.', (LAKE, Source('plan.pdf')))
    named = read_answer(tmp_path, 'Plans【4:0†plan.pdf】【4:1†map.pdf】【4:2†source】.').sources
    assert named == (Source('plan.pdf'), Source('map.pdf'))


def test_a_letter_is_its_subject_and_its_text(tmp_path: Path) -> None:
    box = ':::writing{variant="email" subject="The lake" id="b1"}\nDear all,\n\nit froze.\n:::\n\nSend it?'
    assert (
        read_answer(tmp_path, f'Here:\n\n{box}').content
        == 'Here:\n\n**The lake**\n\nDear all,\n\nit froze.\n\nSend it?'
    )
    changed = read_answer(tmp_path, box, writing_blocks={'b1': {'content': 'Hello'}})
    assert changed.content == '**The lake**\n\nHello\n\nSend it?'


def test_a_small_program_is_its_text_or_folded(tmp_path: Path) -> None:
    letter = {'type': 'client_defined_widget', 'category': 'writing_block', 'data': {'content': 'Dear all'}}
    chart = {'type': 'client_defined_widget', 'category': 'visualization', 'data': {'content': {'chartType': 'line'}}}
    read = read_answer(tmp_path, '', letter, chart)
    assert read.content == 'Dear all'
    [step] = read.steps
    assert '"chartType": "line"' in step.text


def test_a_mark_we_do_not_know_is_folded_and_leaves_no_box(tmp_path: Path) -> None:
    said = message('assistant', 'So: ' + cite('{"deep": 1}', kind='hologram') + '!')
    [chat], told = remarks(tmp_path, json.dumps(conversation(said)))
    read = answer([chat])
    assert (read.content, told) == ('So:!', [])
    assert '"deep": 1' in read.steps[0].text


def test_a_question_with_pasted_marks_is_cleaned_too(tmp_path: Path) -> None:
    given = conversation(message('assistant', 'Yes.'))
    given['mapping']['n0']['message']['content']['parts'] = [f'You said {cite("turn0search0")} so?']
    [chat] = read_json(tmp_path, given)
    assert chat.messages[0].content == 'You said so?'


def test_what_one_sees_of_a_mark_in_a_question_is_the_persons(tmp_path: Path) -> None:
    asked = 'What is 【12†source】, and citeturn0search1?'
    given = conversation(message('assistant', 'A mark.'))
    given['mapping']['n0']['message']['content']['parts'] = [asked]
    [chat] = read_json(tmp_path, given)
    assert chat.messages[0].content == asked


def test_no_mark_is_left_in_documents_thoughts_and_what_tools_gave(tmp_path: Path) -> None:
    mark = cite('turn0search0')
    document = json.dumps({'name': 'lake', 'type': 'document', 'content': f'Ice {mark}.'})
    chat = conversation(
        message('assistant', {'content_type': 'thoughts', 'thoughts': [{'summary': f'Hm {mark}'}]}),
        message('assistant', document, recipient='canmore.create_textdoc'),
        message('tool', f'Found {mark}', name='web.run'),
        message('assistant', {'content_type': 'never_heard_of', 'x': mark}),
        message('assistant', 'So.'),
    )
    [read], told = remarks(tmp_path, json.dumps(chat))
    assert '\ue200' not in repr(read)
    assert answer([read]).content == '**lake**\n\n```markdown\nIce.\n```\n\nSo.'
    assert told == []


def test_a_hundred_thousand_marks_and_pieces_of_marks_are_read() -> None:
    mark = cite('turn0search0')
    for text in (mark * 100_000, '\ue200' * 300_000, '\ue202turn0' * 100_000, '【1†' * 200_000, 'citeturn1' * 100_000):
        marks = Marks({'content_references': [reference('webpage', mark, **page(LAKE))] * 1000}, say)
        assert '\ue200' not in marks.read(text)
        assert marks.sources == (LAKE,)


def test_a_long_name_is_not_shown_a_hundred_thousand_times(tmp_path: Path) -> None:
    mark = cite('turn0x0', kind='x')
    read = read_answer(tmp_path, mark * 10_000, reference('alt_text', mark, alt='a' * 10_000))
    assert len(read.content) < 2_000_000
    program = reference('client_defined_widget', mark, data={'content': {'chart': 'a' * 10_000}})
    folded = read_answer(tmp_path, mark * 10_000 + cite('{"a": 1}', kind='y') * 10_000, program)
    assert (folded.content, len(folded.steps)) == ('', 1)
    box = ':::writing{id="b1"}\nb\n:::\n' * 10_000
    assert len(read_answer(tmp_path, box, writing_blocks={'b1': {'content': 'a' * 10_000}}).content) < 100_000


def test_foreign_shapes_do_no_harm(tmp_path: Path) -> None:
    odd: list[Any] = [None, 1, [], {}, {'type': 3, 'matched_text': [], 'items': 'x', 'safe_urls': [1], 'start_idx': {}}]
    said = message('assistant', 'Fine.', content_references=odd, citations={'a': 1}, writing_blocks=[])
    assert answer(read_json(tmp_path, conversation(said))).content == 'Fine.'


@pytest.mark.parametrize('kind', chatgpt_references.KINDS)
def test_each_kind_of_reference_leaves_no_mark(kind: str, tmp_path: Path) -> None:
    mark = cite('turn0x0', kind='x')
    read = read_answer(tmp_path, f'A {mark} b.', reference(kind, mark, name='N', items=[page(LAKE)]))
    shown = {
        chatgpt_references.NAMED: 'A N b.',
        chatgpt_references.PICTURES: f'A {IMAGE} b.',
    }
    assert read.content == shown.get(chatgpt_references.KINDS[kind], 'A b.')
    assert bool(read.sources) is (
        chatgpt_references.KINDS[kind] in (chatgpt_references.PAGES, chatgpt_references.NAMED)
    )
