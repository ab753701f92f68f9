"""The settings in the simulated browser: each changes what it should, at once, and says so."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from nicegui.element import Element

from app.bootstrap import Parts
from app.domain.conversation import LOCAL_OWNER
from app.domain.model import ModelRef
from app.domain.preferences import PersonalPreferences
from app.ui.components.chat_view import ChatView
from app.ui.components.confirmed_action import ConfirmedAction
from app.ui.components.settings_about import AboutRunning
from app.ui.components.settings_form import SettingsForm
from app.ui.settings_page import SettingsPage
from tests.replies.waiting import until
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import CALL, Browser

QWEN = ModelRef('ollama', 'qwen3:4b')


class SettingsTab:
    """A browser's page with its settings open."""

    def __init__(self, page: Browser) -> None:
        self.page = page

    def form(self, name: str) -> SettingsForm:
        """Give the form that has a field."""
        [found] = [form for form in elements(self, SettingsForm) if name in form.values]
        return cast(SettingsForm, found)

    def field(self, name: str) -> dict[str, Any]:
        """Give a field as it was sent with the page."""
        return next(each for each in self.form(name).props['fields'] if each['name'] == name)

    def change(self, name: str, value: str | bool) -> None:
        """Let a person change a field."""
        self.page.trigger(self.form(name), 'change', {'name': name, 'value': value})

    def answers(self, name: str) -> list[list[Any]]:
        """Give what the field was told after a change: value, sentence, whether that is a fault."""
        return [told[1:] for told in calls(self, 'settle') if told[0] == name]

    async def saved(self, name: str, value: str | bool) -> None:
        """Change a field and wait until it is saved."""
        before = len(self.answers(name))
        self.change(name, value)
        await until(lambda: len(self.answers(name)) > before)
        assert self.answers(name)[-1] == [value, 'Saved', False]


def elements(tab: SettingsTab, kind: type[Element]) -> list[Any]:
    """Give the elements of a kind on the page."""
    assert tab.page.user.client is not None
    return [each for each in tab.page.user.client.elements.values() if isinstance(each, kind)]


def calls(tab: SettingsTab, method: str) -> list[list[Any]]:
    """Give the arguments of every call of a method, of whichever element."""
    assert tab.page.user.client is not None
    codes = [data.get('code', '') for _, _, (_, _, data) in tab.page.user.client.outbox.message_history]
    found = [match for code in codes if (match := CALL.fullmatch(code)) and match[2] == method]
    return [json.loads(match[3]) for match in found]


@pytest.fixture
async def tab(page: Browser, parts: Parts) -> SettingsTab:
    await parts.chat.models.refresh()
    parts.chat.preferring.base = replace(parts.chat.preferring.base, titles=True)
    await page.open('/settings')
    return SettingsTab(page)


async def titled(page: Browser, title: str) -> None:
    """Wait until the tab has a title."""
    await until(lambda: page.user.client is not None and page.user.client.title == title)


async def own(parts: Parts) -> PersonalPreferences:
    return await parts.chat.preferring.read(LOCAL_OWNER)


async def test_what_is_set_about_models_is_kept(tab: SettingsTab, parts: Parts) -> None:
    await tab.saved('default_model', str(QWEN))
    await tab.saved('titles', False)
    await tab.saved('num_ctx', '4096')
    await tab.saved('system_prompt', 'Be brief.')
    await tab.saved('temperature', '0.5')
    await tab.saved('top_k', '40')
    assert await own(parts) == PersonalPreferences(
        default_model=QWEN,
        titles=False,
        num_ctx=4096,
        system_prompt='Be brief.',
        parameters={'temperature': 0.5, 'top_k': 40},
    )
    await tab.saved('temperature', '')
    assert (await own(parts)).parameters == {'top_k': 40}


async def test_what_the_app_does_not_do_cannot_be_set(page: Browser, parts: Parts) -> None:
    assert not parts.settings.titles
    await page.open('/settings')
    tab = SettingsTab(page)
    assert 'titles' not in tab.form('num_ctx').values
    parts.chat.preferring.changed.emit(LOCAL_OWNER)  # as from another tab
    await tab.saved('num_ctx', '4096')


async def test_it_is_there_the_next_time(tab: SettingsTab) -> None:
    assert (tab.field('seed')['value'], tab.field('num_ctx')['placeholder']) == ('', '8192')
    await tab.saved('seed', '7')
    await tab.saved('titles', False)
    other = SettingsTab(Browser())
    await other.page.open('/settings')
    assert (other.field('seed')['value'], other.field('titles')['value']) == ('7', False)


@pytest.mark.parametrize(
    ('name', 'value', 'said'),
    [
        ('temperature', '3', 'It has to be a number from 0 to 2.'),
        ('temperature', 'hot', 'This has to be a number.'),
        ('num_ctx', '9000', 'It has to be a number from 512 to 8192.'),
        ('default_model', 'nobody/offers-this', 'This cannot be used.'),
    ],
)
async def test_a_fault_says_so_and_shows_the_old_value(
    tab: SettingsTab, parts: Parts, name: str, value: str, said: str
) -> None:
    tab.change(name, value)
    await until(lambda: tab.answers(name))
    assert tab.answers(name) == [['', said, True]]
    assert await own(parts) == PersonalPreferences()


async def test_a_comma_is_a_decimal_mark_too(parts: Parts) -> None:
    tab = SettingsTab(Browser('pt-BR'))
    await tab.page.open('/settings')
    tab.change('temperature', '0,25')
    await until(lambda: tab.answers('temperature'))
    assert (await own(parts)).parameters == {'temperature': 0.25}
    again = SettingsTab(Browser('pt-BR'))
    await again.page.open('/settings')
    assert again.field('temperature')['value'] == '0,25'


async def test_other_tabs_follow(tab: SettingsTab) -> None:
    other = SettingsTab(Browser())
    await other.page.open('/settings')
    await tab.saved('temperature', '0.5')
    await until(lambda: other.form('temperature').values['temperature'] == '0.5')
    [reset] = other.page.by_testid('reset-parameters')
    other.page.trigger(reset, 'click')
    await until(lambda: tab.form('temperature').values['temperature'] == '')


async def test_the_models_to_choose_from_are_those_installed_and_the_one_chosen(
    tab: SettingsTab, parts: Parts, server: OllamaServer
) -> None:
    installed = [f'ollama/{name}' for name in server.models]
    assert [value for value, _ in tab.field('default_model')['options']] == ['', *installed]
    await tab.saved('default_model', str(QWEN))
    server.install(['gemma2:2b'])
    await parts.chat.models.refresh()
    other = SettingsTab(Browser())
    await other.page.open('/settings')
    assert other.field('default_model')['options'][1] == ['ollama/qwen3:4b', 'qwen3:4b']


async def test_the_link_opens_them_and_choosing_a_conversation_leaves_them(page: Browser, parts: Parts) -> None:
    await page.open('/')
    conversation_id = page.send('Hello')
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    [link] = page.by_testid('settings')
    page.trigger(link, 'click')
    await titled(page, 'Settings · Guilherme')
    shown = len(page.calls(ChatView, 'show'))
    page.trigger(page.element(ChatView), 'navigate', f'/c/{conversation_id}')
    await titled(page, 'Hello · Guilherme')
    assert len(page.calls(ChatView, 'show')) == shown, 'what was underneath is still there'
    page.trigger(page.element(ChatView), 'navigate', '/settings')
    await titled(page, 'Settings · Guilherme')
    page.trigger(page.element(ChatView), 'navigate', '/')
    await titled(page, 'Guilherme')


async def test_the_text_is_as_large_as_chosen_before_anything_is_drawn(parts: Parts) -> None:
    for cookie, scale in {'larger': 'larger', '"><b>': 'normal'}.items():
        response = await Browser(guilherme_text=cookie).http.get('/')
        assert f'--text-scale: var(--text-{scale})' in response.text


async def about(tab: SettingsTab) -> dict[str, dict[str, Any]]:
    """Let the section on what runs look, and give its tables by title."""
    before = len(tab.page.calls(AboutRunning, 'show'))
    tab.page.trigger(tab.page.element(AboutRunning), 'look')
    await until(lambda: len(tab.page.calls(AboutRunning, 'show')) > before)
    return {
        group['title']: group | {'rows': dict(group['rows'])} for group in tab.page.calls(AboutRunning, 'show')[-1][0]
    }


async def test_what_runs_is_shown_and_follows(tab: SettingsTab, parts: Parts, server: OllamaServer) -> None:
    groups = await about(tab)
    assert groups['Guilherme']['rows']['Data folder'] == str(parts.settings.data_dir)
    assert groups['Guilherme']['rows']['Database'].startswith('SQLite 3')
    assert groups['Ollama']['rows'] == {'Address': server.url, 'Version': '0.25.0'}
    assert groups['Ollama']['note'] == 'No model is in memory now.'
    assert groups['Models']['rows']['qwen3:4b'].endswith('reads up to 8192 tokens · thinks')
    server.loaded['gemma2:2b'] = 4096
    groups = await about(tab)
    assert 'window of 4096 tokens' in groups['Ollama']['rows']['gemma2:2b']
    await server.stop()
    groups = await about(tab)
    assert groups['Ollama']['note'].startswith('Nobody answers at')
    assert 'Models' not in groups
    await server.listen()


async def test_the_trash_is_emptied_and_everything_is_deleted_only_with_the_word(
    tab: SettingsTab, parts: Parts
) -> None:
    actions = {each.props['name']: each for each in elements(tab, ConfirmedAction)}
    tab.page.trigger(actions['empty-trash'], 'confirm', {'typed': '', 'chosen': True})
    await until(lambda: 'There was nothing in the trash.' in str(calls(tab, 'done')))
    await tab.saved('seed', '7')
    tab.page.trigger(actions['delete-everything'], 'confirm', {'typed': 'remove', 'chosen': True})
    await tab.saved('seed', '8')
    assert (await own(parts)).parameters == {'seed': 8}
    tab.page.trigger(actions['delete-everything'], 'confirm', {'typed': 'Delete', 'chosen': True})
    await titled(tab.page, 'Guilherme')
    assert await own(parts) == PersonalPreferences()


async def test_settings_asked_for_twice_are_there_once(page: Browser) -> None:
    tab = SettingsTab(page)
    await page.open('/')
    [link] = page.by_testid('settings')
    page.trigger(link, 'click')
    page.trigger(link, 'click')
    await until(lambda: elements(tab, SettingsPage))
    page.trigger(page.element(ChatView), 'navigate', '/')
    await until(lambda: not elements(tab, SettingsPage))
