"""What servers say of a prompt that does not fit, word for word, and the numbers in it."""

import json

import pytest

from app.errors import OutOfMemory, PromptTooLong, ServerFault
from app.providers.faults import Asked, from_message, from_status, message_of

ASKED = Asked('openai', 'http://127.0.0.1:1/v1', 'm')

LLAMA_CPP = 'request (3017 tokens) exceeds the available context size (512 tokens), try increasing it'

SAID = [
    # Ollama to 0.29, and from 0.30 with `shift: false`
    ('the input length exceeds the context length', None, None),
    (
        'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust '
        'the context length in settings, or use a model with a longer context length',
        None,
        None,
    ),
    # llama.cpp, new and old
    (LLAMA_CPP, 3017, 512),
    (
        'the request exceeds the available context size. try increasing the context size or enable context shift',
        None,
        None,
    ),
    # vLLM through the years, and OpenAI
    (
        "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the "
        'messages, 10000 in the completion). Please reduce the length of the messages or completion.',
        112946,
        16384,
    ),
    (
        "This model's maximum context length is 2048 tokens. However, your request has 3000 input tokens. Please "
        'reduce the length of the input messages.',
        3000,
        2048,
    ),
    (
        "This model's maximum context length is 2048 tokens. However, you requested 100 output tokens and your "
        'prompt contains at least 1949 input tokens, for a total of at least 2049 tokens. Please reduce the length '
        'of the input prompt or the number of requested output tokens.',
        1949,
        2048,
    ),
    ("this model's maximum context length is 2048 tokens, but the prompt contains 3000 input tokens", 3000, 2048),
    (
        'The decoder prompt (length 3017) is longer than the maximum model length of 2048. Make sure that '
        '`max_model_len` is no smaller than the number of text tokens.',
        3017,
        2048,
    ),
    (
        "This model's maximum context length is 4097 tokens. However, your messages resulted in 6164 tokens. Please "
        'reduce the length of the messages.',
        6164,
        4097,
    ),
    # LM Studio
    (
        'Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context '
        'length of only 7866 tokens, which is not enough. Try to load the model with a larger context length, or '
        'provide a shorter input. Error Data: n/a, Additional Data: n/a',
        10136,
        7866,
    ),
    (
        'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 10247 >= '
        'n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter prompt.',
        10247,
        4096,
    ),
    # SGLang, TGI, TabbyAPI, llama-cpp-python
    ("The input (3017 tokens) is longer than the model's context length (2048 tokens).", 3017, 2048),
    (
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of "
        '5000 tokens: 4800 tokens from the input messages and 200 tokens for the completion.',
        4800,
        4096,
    ),
    (
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and '
        '20',
        5000,
        4096,
    ),
    ('Prompt length 5000 is greater than max_seq_len 4096', 5000, 4096),
    ('Requested tokens (2500) exceed context window of 2048', 2500, 2048),
]


@pytest.mark.parametrize(('message', 'tokens', 'num_ctx'), SAID)
def test_a_prompt_that_does_not_fit(message: str, tokens: int | None, num_ctx: int | None) -> None:
    for fault in (from_message(message, ASKED), from_status(400, message, ASKED)):
        assert type(fault) is PromptTooLong
        assert fault.details == {'provider': 'openai', 'tokens': tokens, 'num_ctx': num_ctx}


@pytest.mark.parametrize('words', [LLAMA_CPP, 'the request exceeds the available context size, try increasing it'])
def test_llama_cpp_tells_the_numbers_beside_its_words_and_ollama_passes_both_on(words: str) -> None:
    told = {'code': 400, 'message': words, 'type': 'exceed_context_size_error', 'n_prompt_tokens': 3017, 'n_ctx': 512}
    inside = json.dumps({'error': told})
    for data in ({'error': told}, {'error': inside}):
        fault = from_status(400, message_of(data), ASKED)
        assert type(fault) is PromptTooLong
        assert fault.details == {'provider': 'openai', 'tokens': 3017, 'num_ctx': 512}


@pytest.mark.parametrize(
    'message',
    [
        "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 4096 "
        'tokens and your request has 100 input tokens (8192 > 4096 - 100).',
        'option "num_ctx" must be of type integer',
        'unable to create llama context',
        'context canceled',
        'context deadline exceeded',
        'invalid context',
    ],
)
def test_what_is_no_word_of_the_prompts_length(message: str) -> None:
    assert type(from_message(message, ASKED)) is ServerFault


def test_memory_that_is_short_is_no_prompt_that_is_long() -> None:
    said = 'failed to allocate context: the context size of 131072 is larger than the memory, out of memory'
    assert type(from_message(said, ASKED)) is OutOfMemory
