"""The welcome page: a greeting, four ways to begin, and what is wrong with the model server if anything is."""

from collections.abc import Callable

from nicegui import ui

from app.ui.theme import icon_element
from app.ui.translations import Translator


def greeting(t: Translator) -> ui.element:
    """Say hello."""
    with ui.element('div').classes('greeting') as element:
        ui.element('h1').classes('greeting-title')
        with element.default_slot.children[-1]:
            ui.label(t('How can I help today?'))
    return element


def quick_actions(t: Translator, fill: Callable[[str], None]) -> ui.element:
    """Offer four ways to begin; each puts a start into the composer, with an ellipsis where the person goes on."""
    actions = (
        ('ideas', t('Suggest ideas'), t('Suggest five ideas for …')),
        ('summary', t('Summarise text'), t('Summarise the following text in five points:\n\n…')),
        ('code', t('Help with code'), t('Explain this code and tell me how to make it better:\n\n…')),
        ('question', t('Answer questions'), t('I have a question about …')),
    )
    with ui.element('div').classes('quick-actions') as element:
        for icon, label, text in actions:
            button = ui.element('button').classes('quick-action').props('type=button data-testid=quick-action')
            button.on('click', lambda text=text: fill(text), args=[])
            with button:
                icon_element(icon)
                ui.label(label)
    return element
