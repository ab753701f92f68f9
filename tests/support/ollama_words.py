"""What Ollama refuses, and in which words. Sources: `server/routes.go` and `Options.FromMap` in `api/types.go`."""

from collections.abc import Mapping
from typing import Any

from tests.support.ollama_models import capabilities, is_valid
from tests.support.script import Script

Refusal = tuple[int, str]

BUSY = 'server busy, please try again.  maximum pending requests exceeded'
OUT_OF_MEMORY = 'model requires more system memory (5.6 GiB) than is available (3.2 GiB)'
INTEGERS = frozenset({'num_ctx', 'num_predict', 'num_keep', 'seed', 'top_k', 'repeat_last_n', 'num_gpu', 'num_batch'})
FLOATS = frozenset({'temperature', 'top_p', 'min_p', 'typical_p', 'repeat_penalty', 'presence_penalty'})


def of_name(body: Any) -> Refusal | None:
    """Say what is wrong with a request before it is known whether the model is there."""
    if not isinstance(body, dict):
        return 400, 'missing request body' if body in (
            None,
            b'',
            '',
        ) else 'invalid character looking for beginning of value'
    name = body.get('model') or body.get('name') or ''
    if not name:
        return 400, 'model is required'
    return None if is_valid(name) else (400, 'invalid model name')


def of_options(options: Mapping[str, Any]) -> Refusal | None:
    """Find an option of the wrong type: a fault of the server itself, by its status."""
    for name, value in options.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in INTEGERS and not is_number:
            return 500, f'option "{name}" must be of type integer'
        if name in FLOATS and not is_number:
            return 500, f'option "{name}" must be of type float32'
    return None


def of_chat(script: Script, body: Mapping[str, Any], model: str) -> Refusal | None:
    """Say how a server that cannot answer answers."""
    if script.oom:
        return 500, OUT_OF_MEMORY
    if script.busy or script.status == 503:
        return 503, BUSY
    if script.status:
        return script.status, script.message
    able = capabilities(model, script)
    if body.get('think') and 'thinking' not in able:
        return 400, f'"{body["model"]}" does not support thinking'
    if 'completion' not in able:
        return 400, f'"{body["model"]}" does not support chat'
    return of_options(body.get('options') or {})
