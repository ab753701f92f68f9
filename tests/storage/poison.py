"""Values in the columns of messages and conversations that no version of the app has written, or one with a mistake."""

from collections.abc import Iterator

ANYTHING = (
    'null', '5', '-5', '1.5', 'true', '"x"', '[]', '{}', '[5]', '["x"]', '[null]', '[[]]', '[{}]', '{"x": {}}',
    '[' * 200 + ']' * 200, '{"a":' * 200 + '5' + '}' * 200, '9' * 400, '"\\ud800 \\u0001"',
)  # fmt: skip
ONLY_SQLITE = (
    '',
    'no json',
    'NaN',
    '1e999',
    '-Infinity',
    '{"tokens": NaN}',
    '{"tokens": 1e999}',
    '[' * 5000,
    '9' * 5000,
)

FIGURES = tuple(
    f'{{"tokens": {value}, "prompt_tokens": {value}, "num_ctx": {value}, "seconds": {value}, "omitted": {value}, '
    f'"thinking_seconds": {value}, "prompt_estimate": {value}, "done_reason": {value}, "held": {value}, '
    f'"total_seconds": {value}, "ended_by": {value}, "end_only": {value}, "shortened": {value}}}'
    for value in ('null', '-1', '0', '1e-320', '1e308', '9' * 400, '"x"', '{}', '[[]]', 'true')
)
ERRORS = tuple(
    f'{{"code": {code}, "reason": {value}, "message": {value}, "url": {value}, "provider": {value}}}'
    for code in ('"server_fault"', '"server_silent"', '5', '{}')
    for value in ('null', '"{x} {0} %s"', '5', '[5]', '{"a": 5}', '9' * 400)
)
SOURCES = ('[{"title": 5, "url": 5, "key": 5}]', '[{"title": "x"}]', '[{"title": "x", "more": 1}]', '{"title": "x"}')
STEPS = ('[{"title": 5, "text": 5, "data": 5}]', '[{"title": "x", "text": {}}]', '[{"title": "x"}]', '{"title": "x"}')
COMMANDS = ('{"name": 5, "language": 5}', '{"name": "help"}', '{"name": "help", "more": 1}', '{"language": "en"}')

OF_ITS_KIND = {'stats': FIGURES, 'error': ERRORS, 'sources': SOURCES, 'steps': STEPS, 'command': COMMANDS}


def poisons(system: str) -> Iterator[tuple[str, str]]:
    """Yield a column of `message` that holds JSON, and what stands in it; of that what the database takes."""
    for column, own in OF_ITS_KIND.items():
        for value in (*own, *ANYTHING, *(ONLY_SQLITE if system == 'sqlite' else ())):
            yield column, value
