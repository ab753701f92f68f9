"""`doctor`: looks at everything the app stands on, and says what to do about what it finds. Changes nothing."""

import asyncio
import sys
from collections.abc import Iterator

from app.errors import PortTaken
from app.operating.console import Console
from app.operating.findings import Finding, Weight, fault, fine, note
from app.operating.listening import lets_others_in, refuse_taken_port
from app.operating.looking_at_models import look_at_models
from app.operating.looking_at_storage import look_at_storage
from app.settings import Settings
from app.storage.instance import Holder, lock_of
from app.ui.translations import Translator
from app.ui.wording import OPEN

OLDEST_PYTHON = (3, 11)


def examine(settings: Settings, console: Console) -> int:
    """Say of each thing how it is; give 0 if nothing has to be done before the app can answer, 1 otherwise."""
    t, worst = console.t, 0
    for finding in _findings(settings, t):
        console.say(f'{finding.weight} {finding.text}')
        if finding.advice:
            console.say(f'  → {finding.advice}')
        worst = max(worst, finding.weight is Weight.FAULT)
    console.say(t('Something has to be done first.') if worst else t('Everything is ready.'))
    return int(worst)


def _findings(settings: Settings, t: Translator) -> Iterator[Finding]:
    yield _python(t)
    holder = lock_of(settings.resolved_database_url).holder()
    yield from look_at_storage(settings, t)
    yield _port(settings, holder, t)
    if lets_others_in(settings.reached_at):
        yield note(
            t(OPEN),
            t('Leave out --host and GUILHERME_HOST to keep it to this machine, or let only people in whom you trust.'),
        )
    yield from asyncio.run(look_at_models(settings, t))


def _python(t: Translator) -> Finding:
    found = '.'.join(str(number) for number in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        return fault(
            t('Python {version} is too old.').format(version=found), t('Install Python 3.11 or newer and start again.')
        )
    return fine(t('Python {version}').format(version=found))


def _about_listening(reason: str, t: Translator) -> str:
    if reason == 'host_unknown':
        return t('Choose an address of this machine with --host or GUILHERME_HOST.')
    if reason == 'port_forbidden':
        return t('Choose one above 1023 with --port or GUILHERME_PORT.')
    return t('Stop what listens there, or choose another with --port or GUILHERME_PORT.')


def _port(settings: Settings, holder: Holder | None, t: Translator) -> Finding:
    port = settings.port
    if holder is not None and holder.url:
        return fine(t('Guilherme is running: {url} (process {process})').format(url=holder.url, process=holder.process))
    try:
        refuse_taken_port(settings.host, port)
    except PortTaken as error:
        text = t('Port {port} cannot be used: {message}').format(port=port, message=error.details['message'])
        return fault(text, _about_listening(error.details['reason'], t))
    return fine(t('Port {port} is free').format(port=port))
