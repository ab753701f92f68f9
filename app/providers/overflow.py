"""A prompt that does not fit into the window, in the words of every server, and the numbers they tell.

Sources: Ollama's `runner/ollamarunner/runner.go` (to 0.29) and `llm/llama_server.go` (from 0.30, which passes on what
llama.cpp says as JSON inside its own `error`), llama.cpp's `tools/server/server-context.cpp`, vLLM's
`entrypoints/openai` and `renderers`, OpenAI's error reference, and what LM Studio, SGLang, TGI, TabbyAPI and
llama-cpp-python are seen to answer.
"""

import re
from collections.abc import Iterable

LONGEST_READ = 4000
"""Characters of a server's words that are looked at; the longest of those known has 330."""

_SIGNS = re.compile(
    r'exceed_context_size|context_length_exceeded'
    r'|(?:exceeds?|(?:longer|greater|larger|more|bigger) than|too (?:long|large|big) for|must be <=)'
    r'[^.\n]{0,40}\b(?:context|model length|max_seq_len|max_model_len)'
    r'|maximum context length is|maximum model length of|context (?:length|size|window)[^.\n]{0,40} exceeded'
    r'|when context the overflows|when the context overflows|context overflow'
    r'|`?inputs`? (?:tokens )?(?:\+ `?max_new_tokens`? )?must (?:be|have) (?:<=|less than)'
    r'|prompt (?:is )?too long',
    re.IGNORECASE,
)

_NOT_MEANT = re.compile(r"max(?:_completion)?_tokens'?\W{1,4}(?:or\W.{0,40})?is too (?:large|big|high)", re.IGNORECASE)
"""Said of the answer's length that was asked for: a shorter prompt would not help."""

_FULL = re.compile(r'context size has been exceeded|reached context length of|mid-generation context', re.IGNORECASE)
"""Said by llama.cpp and LM Studio of an answer that came to the end of the window."""

# A number has at most nine digits: that is no token count any more, and every pattern's cost stays within a few looks
# at each character.
_TOKENS = (
    r'n_prompt_tokens"?[\s:=]{1,3}\b(\d{1,9})\b',
    r'n_keep"?[\s:=]{1,3}\b(\d{1,9})\b',
    r'\b(\d{1,9})\b (?:tokens )?(?:in|from) the (?:input )?(?:messages|prompt)',
    r'(?:request|prompt|input)s? \(?(?:has |with |length |length of |contains (?:at least )?)?\b(\d{1,9})\b',
    r'(?:request|prompt|inputs?|messages) (?:has|have|contains?|resulted in|of|length|is) (?:at least )?\b(\d{1,9})\b',
    r'Given: \b(\d{1,9})\b',
    r'(?:keep the first|Requested tokens \(|Input length \(|requested) \b(\d{1,9})\b',
    r'Requested tokens \(\b(\d{1,9})\b',
)
"""Where a message tells how long the prompt is, the surest first."""

_WINDOW = (
    r'n_ctx"?[\s:=]{1,3}\b(\d{1,9})\b',
    r'context (?:length|size|window)(?: is| of)?(?: only)?[\s:(]{1,3}\b(\d{1,9})\b',
    r'(?:model length|max_seq_len|max_model_len|must be <=|must have less than)(?: is| of)?[\s:=(]{1,3}\b(\d{1,9})\b',
    r'context (?:length|size|window) \(\b(\d{1,9})\b',
)
"""Where a message tells how long the window is."""


def is_too_long(message: str) -> bool:
    """Tell whether a server says that a prompt does not fit."""
    read = message[:LONGEST_READ]
    return bool(_SIGNS.search(read)) and not _NOT_MEANT.search(read)


def is_full(message: str) -> bool:
    """Tell whether a server that has begun to answer says that the window is full."""
    return bool(_FULL.search(message[:LONGEST_READ]))


def sizes(message: str) -> tuple[int | None, int | None]:
    """Give the prompt's tokens and the window's, as far as the words tell them."""
    read = message[:LONGEST_READ]
    return _first(_TOKENS, read), _first(_WINDOW, read)


def _first(patterns: Iterable[str], message: str) -> int | None:
    for pattern in patterns:
        if found := re.search(pattern, message, re.IGNORECASE):
            return int(found[1])
    return None
