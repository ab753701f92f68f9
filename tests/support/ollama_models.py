"""Models as Ollama lists, shows and runs them. Sources: its `types.go`, `model_list_cache.go`, `routes.go`.

What a stand-in model is follows from its name and the directives behind it (see `script.py`).
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.script import Script

LAYERS = (1_629_509_152, 8_433, 11_356, 487)  # bytes, those of gemma2:2b
LISTS_CAPABILITIES = (0, 30)
"""The version from which on the list tells what a model can do; `/api/show` has told it since 0.6.4."""

NAME = re.compile(r'([\w.-]+/){0,3}[\w.-]+(:[\w.-]+)?')


def tagged(name: str) -> str:
    """Give the full name: no tag means `latest`."""
    return name if ':' in name.rpartition('/')[2] else f'{name}:latest'


def is_valid(name: str) -> bool:
    return NAME.fullmatch(name) is not None


def capabilities(model: str, script: Script) -> list[str]:
    """Say what a model can do; `embeds=1` makes it one for embeddings, whatever its family."""
    if script.embeds or 'bert' in details(model, script)['family']:
        return ['embedding']
    extra = {'thinking': r'qwen|deepseek|think', 'vision': r'llava|vision'}
    return ['completion', *(name for name, pattern in extra.items() if re.search(pattern, model))]


def entry(model: str, script: Script, version: tuple[int, ...]) -> dict[str, Any]:
    """Give a model as it is listed."""
    listed: dict[str, Any] = {'name': model, 'model': model}
    if script.cloud:
        listed |= {'remote_model': model.partition(':')[0], 'remote_host': 'https://ollama.com:443'}
    listed |= {'modified_at': now(), 'size': 384 if script.cloud else sum(LAYERS), 'digest': digest(model, script)}
    listed['details'] = details(model, script)
    if version >= LISTS_CAPABILITIES:
        listed['details'] |= {'context_length': script.trained, 'embedding_length': 2304}
        listed['capabilities'] = capabilities(model, script)
    return listed


def running(model: str, script: Script, num_ctx: int, keep_alive: float) -> dict[str, Any]:
    """Give a model as it is told to be in memory, on a machine with no GPU."""
    size = sum(LAYERS)
    return {
        'name': model,
        'model': model,
        'size': size,
        'digest': digest(model, script),
        'details': details(model, script),
        'expires_at': now(keep_alive),
        'size_vram': 0,
        'context_length': num_ctx,
    }


def shown(model: str, script: Script) -> dict[str, Any]:
    """Give what `/api/show` says."""
    family = details(model, script)['family']
    about = {'general.architecture': family, 'general.parameter_count': 2614341888}
    answer: dict[str, Any] = {'modelfile': f'FROM {model}\n'}
    if script.parameters:
        answer['parameters'] = '\n'.join(f'{name:<30} {value}' for name, value in pairs(script.parameters))
    answer['template'] = '{{ .Prompt }}'
    if script.system:
        answer['system'] = script.system
    answer['details'] = details(model, script)
    if script.cloud:
        answer |= {'remote_model': model.partition(':')[0], 'remote_host': 'https://ollama.com:443'}
    answer['model_info'] = {**about, f'{family}.context_length': script.trained, 'tokenizer.ggml.tokens': None}
    answer['tensors'] = [{'name': 'token_embd.weight', 'type': 'Q4_0', 'shape': [2304, 256000]}]
    return answer | {'capabilities': capabilities(model, script), 'modified_at': now()}


def pairs(written: str) -> list[list[str]]:
    """Read `num_ctx:16384|stop:END`."""
    return [each.split(':', 1) for each in written.split('|')]


def details(model: str, script: Script) -> dict[str, Any]:
    family = script.family or re.split('[:.]', model.rpartition('/')[2])[0]
    if script.cloud:
        return {
            'parent_model': '',
            'format': '',
            'family': '',
            'families': None,
            'parameter_size': '',
            'quantization_level': '',
        }
    sizes = {'parameter_size': '2.6B', 'quantization_level': 'Q4_0'}
    return {'parent_model': '', 'format': 'gguf', 'family': family, 'families': [family], **sizes}


def digest(model: str, script: Script) -> str:
    """Give a model's digest; `blob=…` makes it the same for several names."""
    return digest_of(script.blob or model)[7:]


def digest_of(text: str) -> str:
    return 'sha256:' + hashlib.sha256(text.encode()).hexdigest()


def now(later: float = 0) -> str:
    """Give the time in so many seconds as Go writes it."""
    return (datetime.now(UTC) + timedelta(seconds=later)).isoformat().replace('+00:00', 'Z')
