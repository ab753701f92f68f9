import asyncio
from pathlib import Path

import pytest

from app.bootstrap import Parts
from app.domain.conversation import LOCAL_OWNER
from app.domain.model import ModelRef
from app.replies.changes import BranchChanged
from app.replies.live import ConversationState
from app.ui.components.chat_view import ChatView
from app.ui.components.composer import Composer
from app.ui.components.conversation_list import ConversationList
from tests.replies.sources import numbered
from tests.replies.waiting import until
from tests.storage.samples import new_id
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import Browser, running_app

ANSWER = f'<p>{"".join(numbered(10)).strip()}</p>'
SLOW = 'tokens=500 rate=200'


async def exchange(page: Browser, text: str = 'Hello', conversation_id: str | None = None) -> str:
    """Send a message and wait until the answer is shown whole."""
    before = len(page.screen().statuses)
    conversation_id = page.send(text, conversation_id)
    await until(lambda: page.screen().statuses[before:] == ['complete', 'complete'])
    return conversation_id


# --- the welcome page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('language', 'labels'),
    [
        ('en-GB', ['Suggest ideas', 'Summarise text', 'Help with code', 'Answer questions', 'New chat']),
        ('pt-BR,pt;q=0.9', ['Sugerir ideias', 'Resumir texto', 'Ajuda com código', 'Tirar dúvidas']),
    ],
)
async def test_the_welcome_page_offers_four_ways_to_begin(parts: Parts, language: str, labels: list[str]) -> None:
    page = Browser(language)
    await page.open('/')
    for label in labels:
        await page.sees(label)
    actions = page.by_testid('quick-action')
    assert len(actions) == 4
    for action in actions:
        page.trigger(action, 'click')
    await until(lambda: len(page.calls(Composer, 'fill')) == 4)
    assert all('…' in text for text, _ in page.calls(Composer, 'fill'))


async def test_the_language_a_person_chose_wins(parts: Parts) -> None:
    page = Browser('en', guilherme_language='pt-BR')
    await page.open('/')
    await page.sees('Sugerir ideias')


# --- a conversation ---------------------------------------------------------------------------------------------------


async def test_sending_begins_a_conversation_and_shows_the_answer(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page, 'Hello *there*')
    screen = page.screen()
    assert screen.html[1] == ANSWER
    assert 'Hello *there*' in screen.html[0]
    assert (screen.path, screen.conversation) == (f'/c/{conversation_id}', conversation_id)
    assert len(page.calls(Composer, 'accepted')) == 1
    assert page.heading()['title'] == 'Hello *there*'
    await until(lambda: conversation_id in str(page.calls(ConversationList, 'update')))


async def test_a_conversation_opens_at_its_own_address(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    assert other.screen().html == page.screen().html
    assert other.element(ConversationList).props['initial']['active'] == conversation_id
    assert other.heading()['title'] == 'Hello'


@pytest.mark.parametrize('conversation_id', ['00000000-0000-4000-8000-00000000000f', 'nonsense', '<script>'])
@pytest.mark.parametrize(
    ('language', 'sentence'),
    [
        ('en', 'This does not exist any more, or it was deleted.'),
        ('pt-BR', 'Isto não existe mais, ou foi excluído.'),
    ],
)
async def test_an_address_of_no_conversation_says_so(
    page: Browser, language: str, sentence: str, conversation_id: str
) -> None:
    page = Browser(language)
    await page.open(f'/c/{conversation_id}')
    await page.sees(sentence)
    assert len(page.by_testid('quick-action')) == 4
    assert page.screen().conversation is None


async def test_switching_shows_the_other_conversation_and_nothing_of_this_one(page: Browser) -> None:
    await page.open('/')
    first = page.send(f'first {SLOW}')
    await until(lambda: 'w3' in page.screen().last)
    page.trigger(page.by_testid('new-chat')[0], 'click.prevent')
    await until(lambda: page.screen().conversation is None)
    second = await exchange(page, 'second')
    assert second != first
    assert page.screen().html[1] == ANSWER
    page.trigger(page.element(ConversationList), 'open', first)
    await until(lambda: page.screen().conversation == first)
    assert page.screen().path == f'/c/{first}'
    await until(lambda: 'w40' in page.screen().last)
    text = page.screen().last.removeprefix('<p>').removesuffix('</p>').split()
    assert text == [f'w{number}' for number in range(len(text))]


async def test_back_and_forward(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    page.trigger(page.element(ChatView), 'navigate', '/')
    await until(lambda: page.screen().conversation is None)
    page.trigger(page.element(ChatView), 'navigate', f'/c/{conversation_id}')
    await until(lambda: page.screen().conversation == conversation_id)
    assert page.screen().last == ANSWER


async def test_two_tabs_show_the_same(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=60 rate=100')
    await until(lambda: 'w5' in page.screen().last)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    assert 'w5' in other.screen().last
    await until(lambda: other.screen().statuses == ['complete', 'complete'] == page.screen().statuses)
    assert other.screen().html == page.screen().html
    assert other.screen().last == f'<p>{"".join(numbered(60)).strip()}</p>'


async def test_stop_from_another_tab(page: Browser, server: OllamaServer) -> None:
    await page.open('/')
    conversation_id = page.send(SLOW)
    await until(lambda: 'w3' in page.screen().last)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    other.trigger(other.element(Composer), 'stop', conversation_id)
    await until(lambda: page.screen().statuses[-1:] == ['stopped'] == other.screen().statuses[-1:])
    assert server.asked('/api/chat')[0].disconnected_at
    assert any(status.get('streaming') is False for [status] in page.calls(Composer, 'status'))


async def test_a_closed_tab_changes_nothing(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=30 rate=200')
    await until(lambda: 'w3' in page.screen().last)
    state = await parts.chat.reading.open(LOCAL_OWNER, conversation_id)
    page.close()
    assert not state.views
    await until(lambda: not state.streaming)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    assert other.screen().last == f'<p>{"".join(numbered(30)).strip()}</p>'


async def test_a_lost_line_piles_nothing_up_and_everything_is_there_when_it_is_back(page: Browser) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=60 rate=200')
    await until(lambda: 'w3' in page.screen().last)
    page.lose_line()
    told, queued = len(page.calls(ChatView)), page.queued()
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    await until(lambda: other.screen().statuses == ['complete', 'complete'])
    assert (len(page.calls(ChatView)), page.queued()) == (told, queued)
    await page.find_line()
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    assert page.screen().html == other.screen().html


async def test_what_ended_unseen_is_unread_until_it_is_opened(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=30 rate=200')
    await until(lambda: page.screen().statuses)
    page.trigger(page.by_testid('new-chat')[0], 'click.prevent')
    state = await parts.chat.reading.open(LOCAL_OWNER, conversation_id)
    await until(lambda: state.conversation.unread)
    page.trigger(page.element(ConversationList), 'open', conversation_id)
    await until(lambda: not state.conversation.unread)


# --- what can be done with messages -----------------------------------------------------------------------------------


async def test_answer_again_and_step_between_versions(page: Browser) -> None:
    await page.open('/')
    await exchange(page)
    first = list(page.screen().states)[-1]
    page.act('regenerate', first)
    await until(lambda: first not in page.screen().states and page.screen().statuses[-1:] == ['complete'])
    second = list(page.screen().states)[-1]
    assert page.screen().states[second]['versions'] == [1, 2]
    page.act('previous', second)
    await until(lambda: first in page.screen().states)
    assert page.screen().states[first]['versions'] == [0, 2]
    page.act('next', first)
    await until(lambda: second in page.screen().states)


async def test_another_model_can_answer_again(page: Browser, server: OllamaServer) -> None:
    await page.open('/')
    await exchange(page)
    first = list(page.screen().states)[-1]
    page.act('models', first)
    [[message_id, models]] = await until(lambda: page.calls(ChatView, 'offerModels'))
    assert message_id == first
    assert ['ollama/qwen3:4b', 'qwen3:4b'] in models
    page.trigger(page.element(ChatView), 'action', {'name': 'regenerate', 'id': first, 'model': 'ollama/qwen3:4b'})
    await until(lambda: first not in page.screen().states and page.screen().statuses[-1:] == ['complete'])
    assert [request.body['model'] for request in server.asked('/api/chat')] == ['gemma2:2b', 'qwen3:4b']
    assert page.screen().states[list(page.screen().states)[-1]]['stats']['rows'][0] == ['Model', 'qwen3:4b']


def edit(page: Browser, conversation_id: str, message_id: str, text: str) -> str:
    """Send a question that was written anew; give its id."""
    new = new_id()
    edited = {'conversation': conversation_id, 'id': message_id, 'message': new, 'text': text}
    page.trigger(page.element(ChatView), 'edit', edited)
    return new


async def shows(page: Browser, message_id: str) -> None:
    """Wait until a page shows a message and a whole answer."""
    await until(lambda: message_id in page.screen().states and page.screen().statuses == ['complete', 'complete'])


async def test_an_edited_question_stands_beside_the_old_one_in_every_tab(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    question = next(iter(page.screen().states))
    new = edit(page, conversation_id, question, 'Good morning')
    assert await until(lambda: page.calls(ChatView, 'edited')) == [[question, True]]
    for tab in (page, other):
        await shows(tab, new)
        assert tab.screen().html[0] == 'Good morning'
        assert tab.screen().states[new]['versions'] == [1, 2]
    page.act('previous', new)
    await until(lambda: question in other.screen().states)
    assert other.screen().html[0] == 'Hello'


async def test_an_edit_that_cannot_be_taken_stays_with_the_person(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    question = next(iter(page.screen().states))
    edit(page, conversation_id, question, '/nonsense')
    assert await until(lambda: page.calls(ChatView, 'edited')) == [[question, False]]
    await page.sees('There is no command /nonsense.')


async def test_a_fork_is_opened_and_says_what_it_is(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    page.act('fork', next(iter(page.screen().states)))
    await until(lambda: page.screen().conversation not in (None, conversation_id))
    assert page.screen().html == ['Hello']
    assert page.screen().path == f'/c/{page.screen().conversation}'
    await page.sees('This is a copy up to there.')


async def test_a_message_has_an_address_also_on_another_branch(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    first = list(page.screen().states)[-1]
    page.act('regenerate', first)
    await until(lambda: first not in page.screen().states and page.screen().statuses[-1:] == ['complete'])
    other = Browser()
    await other.open(f'/c/{conversation_id}?m={first}')
    assert other.element(ChatView).props['initial']['mark'] == first
    assert first in other.screen().states
    await until(lambda: first in page.screen().states)


async def test_a_message_that_does_not_exist_leaves_the_conversation_in_view(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    other = Browser()
    await other.open(f'/c/{conversation_id}?m={new_id()}')
    assert other.screen().html == page.screen().html
    await other.sees('does not exist')


async def test_an_address_with_a_message_of_another_conversation_changes_neither(page: Browser, parts: Parts) -> None:
    await page.open('/')
    mixed = await exchange(page)
    old = list(page.screen().states)[-1]
    page.act('regenerate', old)
    await until(lambda: old not in page.screen().states and page.screen().statuses[-1:] == ['complete'])
    head_id = list(page.screen().states)[-1]
    await page.open('/')
    asked = await exchange(page)
    other = Browser()
    await other.open(f'/c/{asked}?m={old}')
    await other.sees('does not exist')
    assert other.screen().html == page.screen().html
    state = parts.chat.live.find(mixed)
    assert state is not None
    assert state.conversation.head_id == head_id


async def test_of_two_conversations_opened_at_once_the_later_is_shown(page: Browser, parts: Parts) -> None:
    await page.open('/')
    first = await exchange(page)
    await page.open('/')
    second = await exchange(page)
    reading, let_go = parts.chat.reading.open, asyncio.Event()

    async def slow_for_the_first(owner_id: str, conversation_id: str) -> ConversationState:
        state = await reading(owner_id, conversation_id)
        if conversation_id == first:
            await let_go.wait()
        return state

    parts.chat.reading.open = slow_for_the_first  # type: ignore[method-assign]  # a database that is slow just now
    page.trigger(page.element(ChatView), 'navigate', f'/c/{first}')
    page.trigger(page.element(ChatView), 'navigate', '/')
    await until(lambda: page.screen().conversation is None)
    page.trigger(page.element(ChatView), 'navigate', f'/c/{second}')
    await until(lambda: page.screen().conversation == second)
    let_go.set()
    page.send('Hello again', second)
    await until(lambda: page.screen().statuses == ['complete'] * 4)
    assert page.screen().conversation == second


async def test_nothing_is_sent_between_a_change_of_the_branch_and_the_new_stretch(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    state = await parts.chat.reading.open(LOCAL_OWNER, conversation_id)
    message = await parts.chat.reading.message(LOCAL_OWNER, str(state.conversation.head_id))
    told = len(page.calls(ChatView))
    state.tell(BranchChanged(''))
    state.flush()
    state.show_state(message)
    await until(lambda: len(page.calls(ChatView)) > told)
    assert [method for method, _ in page.calls(ChatView)[told:]] == ['show']
    assert page.screen().last == ANSWER


async def test_continue(page: Browser) -> None:
    await page.open('/')
    conversation_id = page.send('tokens=40 rate=150')
    await until(lambda: 'w3' in page.screen().last)
    page.trigger(page.element(Composer), 'stop', conversation_id)
    await until(lambda: page.screen().statuses[-1:] == ['stopped'])
    reply = list(page.screen().states)[-1]
    assert 'continue' in page.screen().states[reply]['actions']
    page.act('continue', reply)
    await until(lambda: page.screen().statuses[-1:] == ['complete'])
    assert page.screen().last == f'<p>{"".join(numbered(40)).strip()}</p>'


async def test_copy_gives_the_source(page: Browser) -> None:
    await page.open('/')
    await exchange(page, 'say=%2A%2Abold%2A%2A')
    reply = list(page.screen().states)[-1]
    page.act('copy', reply)
    assert await until(lambda: page.calls(ChatView, 'copied')) == [[reply, '**bold**']]


async def test_a_message_that_is_not_on_the_page_cannot_be_acted_on(page: Browser, server: OllamaServer) -> None:
    await page.open('/')
    await exchange(page)
    reply = list(page.screen().states)[-1]
    other = Browser()
    await other.open('/')
    other.act('regenerate', reply)
    await exchange(other)
    assert len(server.asked('/api/chat')) == 2


async def test_what_cannot_be_sent_is_given_back_with_the_reason(page: Browser) -> None:
    await page.open('/')
    page.send('   ')
    [refused] = await until(lambda: page.calls(Composer, 'refused'))
    assert refused[1] == 'Write something first.'
    assert page.calls(Composer, 'accepted') == []


# --- keeping order ----------------------------------------------------------------------------------------------------


async def test_delete_leaves_every_tab_and_can_be_undone(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    page.trigger(page.element(ConversationList), 'act', {'name': 'delete', 'ids': [conversation_id]})
    await page.sees('Conversation deleted.')
    await until(lambda: page.screen().conversation is None and other.screen().conversation is None)
    [label] = page.user.find('Undo').elements
    assert label.parent_slot is not None
    page.trigger(label.parent_slot.parent, 'click')
    state = parts.chat.live.find(conversation_id)
    await until(lambda: state is not None and state.conversation.deleted_at is None)
    [kept] = await parts.chat.reading.conversations(LOCAL_OWNER)
    assert kept.id == conversation_id
    assert page.calls(Composer, 'forget') == []


async def test_a_draft_is_forgotten_when_its_conversation_is_gone_for_good(page: Browser) -> None:
    await page.open('/')
    ids = [await exchange(page)]
    await page.open('/')
    ids.append(await exchange(page))
    sidebar = page.element(ConversationList)
    page.trigger(sidebar, 'act', {'name': 'delete', 'ids': ids})
    await page.sees('2 conversations deleted.')
    page.trigger(sidebar, 'act', {'name': 'erase', 'ids': ids[:1]})
    await until(lambda: page.calls(Composer, 'forget') == [ids[:1]])
    page.trigger(sidebar, 'act', {'name': 'emptyTrash'})
    await until(lambda: page.calls(Composer, 'forget') == [[each] for each in ids])


async def test_rename_changes_the_title_everywhere(page: Browser) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    page.trigger(
        page.element(ConversationList), 'act', {'name': 'rename', 'ids': [conversation_id], 'title': 'My title'}
    )
    for each in (page, other):
        await until(lambda: each.heading()['title'] == 'My title')  # noqa: B023
    page.trigger(page.element(ConversationList), 'act', {'name': 'rename', 'ids': [conversation_id], 'title': ' '})
    await page.sees('A conversation needs a title.')


async def test_the_model_can_be_chosen_before_and_after_the_first_message(
    page: Browser, parts: Parts, server: OllamaServer
) -> None:
    await page.open('/')
    [select] = page.by_testid('model-select')
    page.trigger(select, 'change', 'ollama/qwen3:4b')
    await until(lambda: [call.get('model') for [call] in page.calls(Composer, 'status')][-1:] == ['ollama/qwen3:4b'])
    conversation_id = await exchange(page)
    page.trigger(select, 'change', 'ollama/llava:7b')
    state = await parts.chat.reading.open(LOCAL_OWNER, conversation_id)
    await until(lambda: state.conversation.model == ModelRef('ollama', 'llava:7b'))
    await exchange(page, 'two', conversation_id)
    assert server.asked('/api/chat')[-1].body['model'] == 'llava:7b'


async def test_unsaved_text_is_said_while_it_is_unsaved(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = await exchange(page)
    state = await parts.chat.reading.open(LOCAL_OWNER, conversation_id)
    assert page.heading()['unsaved'] is False
    state.unsaved = True
    await until(lambda: page.heading()['unsaved'])
    other = Browser()
    await other.open(f'/c/{conversation_id}')
    assert other.heading() == {'title': 'Hello', 'unsaved': True}
    state.unsaved = False
    await until(lambda: not page.heading()['unsaved'] and not other.heading()['unsaved'])


# --- the model server -------------------------------------------------------------------------------------------------


async def test_a_demo_says_that_it_is_one(tmp_path: Path) -> None:
    async with running_app(tmp_path, demo=True):
        page = Browser()
        await page.open('/')
        await page.sees('This is a demo: the answers come from a script, not from a model.')
        page.send('Hello')
        await until(lambda: 'This is a demo' in ''.join(page.screen().html))


async def test_a_server_that_is_not_there_is_said_until_it_is(
    page: Browser, parts: Parts, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.stop()
    await page.open('/')
    await page.sees(f'I cannot find Ollama at {server.url}.')
    await page.sees('ollama serve')
    await server.listen()
    await until(lambda: parts.chat.models.overview.models)
    await page.does_not_see('ollama serve')


async def test_a_server_without_models_offers_to_fetch_one(page: Browser, server: OllamaServer) -> None:
    server.install([])
    await page.open('/')
    await page.sees('Ollama is running, but it has no model yet.')
    [label] = page.user.find('Download gemma2:2b').elements
    assert label.parent_slot is not None
    page.trigger(label.parent_slot.parent, 'click')
    await page.sees('Downloading gemma2:2b')
    await until(lambda: server.models)
    await page.does_not_see('Ollama is running, but it has no model yet.')


@pytest.mark.expects_log('failed: model_not_found')
async def test_a_model_that_is_missing_can_be_fetched_from_the_message(page: Browser, server: OllamaServer) -> None:
    server.install(['qwen3:4b'])
    await page.open('/')
    [select] = page.by_testid('model-select')
    page.trigger(select, 'change', 'ollama/phi3:mini')
    page.send('Hello')
    await until(lambda: page.screen().statuses[-1:] == ['failed'])
    state = list(page.screen().states.values())[-1]
    assert state['error'] == {
        'text': 'The model phi3:mini is not installed. Download it or choose another one.',
        'action': 'pull',
        'label': 'Download model',
    }
    page.act('pull', list(page.screen().states)[-1])
    await until(lambda: 'phi3:mini' in server.models)


# --- how it looks -----------------------------------------------------------------------------------------------------


async def test_the_sidebar_folds_and_is_remembered(page: Browser) -> None:
    await page.open('/')
    [shell] = [each for each in page.user.client.elements.values() if 'shell' in each.classes]  # type: ignore[union-attr]
    toggle = page.by_testid('sidebar-toggle')[0]
    page.trigger(toggle, 'click', False)
    assert 'folded' in shell.classes
    page.trigger(toggle, 'click', True)
    assert 'drawer' in shell.classes
    folded = Browser(guilherme_sidebar='folded')
    await folded.open('/')
    assert any('folded' in each.classes for each in folded.user.client.elements.values())  # type: ignore[union-attr]


async def test_new_conversations_begin_with_the_model_a_person_prefers(page: Browser, parts: Parts) -> None:
    await page.open('/')
    await until(lambda: parts.chat.models.overview.known)
    await parts.chat.preferring.choose_model(LOCAL_OWNER, ModelRef('ollama', 'qwen3:4b'))
    await until(lambda: page.by_testid('model-select')[0].props['value'] == 'ollama/qwen3:4b')
    other = Browser()
    await other.open('/')
    assert other.by_testid('model-select')[0].props['value'] == 'ollama/qwen3:4b'
    conversation_id = await exchange(page)
    assert (await parts.chat.reading.open(LOCAL_OWNER, conversation_id)).conversation.model == ModelRef(
        'ollama', 'qwen3:4b'
    )
