"""What `doctor` says of the model servers and their models."""

import asyncio
from collections.abc import Sequence

from app.domain.model import ModelInfo
from app.errors import ProviderError, ServerUnreachable
from app.operating.findings import Finding, fault, fine, note
from app.providers.base import Provider
from app.providers.ollama import Ollama
from app.providers.openai_compatible import OpenAICompatible
from app.settings import Settings
from app.ui.translations import Translator
from app.ui.wording import error_sentence

PATIENCE = 5.0
"""Seconds a server may take to answer."""


async def look_at_models(settings: Settings, t: Translator) -> list[Finding]:
    """Ask the model servers which models they have."""
    if settings.demo:
        return [fine(t('Answers come from a script, with no model (GUILHERME_DEMO)'))]
    servers: list[Provider] = [Ollama(settings.ollama_host)]
    if settings.openai_base_url:
        servers.append(OpenAICompatible(settings.openai_base_url, settings.openai_api_key.get_secret_value()))
    found: list[Finding] = []
    models: list[ModelInfo] = []
    for server in servers:
        finding, its_models = await _look_at(server, t)
        found.append(finding)
        models += its_models
        if isinstance(server, OpenAICompatible) and not finding.advice and await server.ollama_version():
            found.append(_ollama_behind_v1(t))
        await server.close()
    return [*found, *_models(models, settings.default_model, found, t)]


async def _look_at(server: Provider, t: Translator) -> tuple[Finding, Sequence[ModelInfo]]:
    try:
        async with asyncio.timeout(PATIENCE):
            status, models = await server.status(), await server.models()
    except ProviderError as error:
        sentence = error_sentence(t, error.as_data()).text
        away = isinstance(error, ServerUnreachable)
        text = t('{name} does not answer') if away else t('Something is wrong with {name}')
        return fault(text.format(name=server.name), sentence), []
    except TimeoutError:
        text = t('{name} did not answer within {seconds} seconds').format(name=server.name, seconds=round(PATIENCE))
        return fault(text, t('See whether it has too much to do, or start it anew.')), []
    count = t.n('{count} model', '{count} models', len(models)).format(count=len(models))
    return fine(f'{server.name} {status.version}: {count}'.replace(' :', ':')), models


def _ollama_behind_v1(t: Translator) -> Finding:
    return note(
        t('GUILHERME_OPENAI_BASE_URL is an Ollama. Its /v1 has a window of its own and cuts what does not fit.'),
        t('Set it as OLLAMA_HOST instead: then the window can be chosen, and nothing is cut in silence.'),
    )


def _models(models: Sequence[ModelInfo], wanted: str, servers: Sequence[Finding], t: Translator) -> list[Finding]:
    if all(server.advice for server in servers):
        return []  # nobody could be asked, which is told already
    names = {name for info in models for name in (info.ref.name, f'{info.ref.provider}/{info.ref.name}')}
    pull = f'ollama pull {wanted.rpartition("/")[2]}'
    if not models:
        return [fault(t('There is no model that could answer.'), pull)]
    if wanted in names or f'{wanted}:latest' in names:
        return [fine(t('The model for new conversations is there: {model}').format(model=wanted))]
    first = next((info.ref.name for info in models if not info.remote_host), '')
    if not first:
        return [note(t('Every model runs in the cloud, and none of those is begun with by itself.'), pull)]
    text = t('The model for new conversations, {model}, is not there; {first} is taken in its place.')
    return [
        note(
            text.format(model=wanted, first=first),
            t('{command}, or set GUILHERME_DEFAULT_MODEL').format(command=pull),
        )
    ]
