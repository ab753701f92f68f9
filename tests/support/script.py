"""What a stand-in model says, told by directives in the question: `tokens=600 rate=50 kind=num drop_after=20`.

Directives (all optional; later texts win over earlier ones, and a message over the model's and the server's own):

    kind=prose      num (`w0 w1 w2 …`), prose, fence, list, markdown, thinking, hostile
    tokens=40       tokens of visible text
    thinking=0      tokens of thinking before them (`t0 t1 …`); 12 with kind=thinking
    say=…           this text (`urllib.parse.quote`d) instead of a kind
    piece=4         characters of that in a token
    rate=100        tokens a second; 0 or `burst=1`: everything at once
    load=0          seconds before the first token
    chunk=0         bytes in each HTTP chunk, lines and UTF-8 sequences cut anywhere; 0: one line in each
    stall_after=N   nothing more after N tokens, the connection stays open
    drop_after=N    connection reset after N tokens; `close_after` closes it politely; `end_after` ends the answer as if
                    it were whole, without its last line
    error_after=N   a line `{"error": …}` after N tokens (its text: `message=…`, percent-encoded)
    junk_after=N    a line that is no JSON after N tokens
    status=503      answer this instead; `oom` and `busy` (=1, or the bare word) answer as a server does then

What a model is, behind its name:

    trained=8192    tokens of the longest window it was trained for
    embeds=1        it makes embeddings and cannot chat; `family=…` names another family than its name does
    cloud=1         it runs elsewhere
    blob=…          models with the same word are one model under two names
    parameters=…    what its Modelfile sets, `num_ctx:16384|stop:END`; `system=…` what it is told first

N counts visible tokens from the start of the whole reply: a reply that is continued past N does not fail again.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import unquote

DIRECTIVE = re.compile(r'(?<![\w=%])(\w+)=([^\s),;]+)|(?<![\w=%])(oom|busy)(?![\w=])')

PROSE = (
    'Uma boa resposta começa pelo que a pessoa perguntou, e só depois explica o porquê. Não é preciso dizer tudo: '
    'basta o que ajuda a decidir. Às vezes uma única frase é suficiente; noutras, convém um exemplo — curto, concreto, '
    'verificável. Então a conclusão vem sozinha, e quem lê sabe o que fazer amanhã de manhã. 🙂\n\n'
)
MARKDOWN = (
    '## Um título\n\nTexto com **negrito**, *itálico*, `código` e [um link](https://example.org).\n\n'
    '| nome | valor |\n|---|---:|\n| alfa | 1 |\n| beta | 22 |\n\n'
    '- um\n- dois\n  - dois e meio\n\n- [x] feito\n- [ ] por fazer\n\n> uma citação\n\n'
    '```python\ndef soma(a: int, b: int) -> int:\n    return a + b\n```\n\n1. primeiro\n2. segundo\n\n---\n\n'
    'Uma fórmula $x_i^2$ e outra:\n\n$$\n\\frac{a}{b} = \\boxed{\\sqrt{c}}\n$$\n\n'
)


@dataclass(frozen=True, kw_only=True)
class Script:
    """The directives as values; see the module."""

    kind: str = 'prose'
    tokens: int = 40
    thinking: int = 0
    say: str = ''
    piece: int = 4
    rate: float = 100.0
    burst: int = 0
    load: float = 0.0
    chunk: int = 0
    stall_after: int = -1
    drop_after: int = -1
    close_after: int = -1
    end_after: int = -1
    error_after: int = -1
    junk_after: int = -1
    message: str = 'an error was encountered while running the model: unexpected EOF'
    status: int = 0
    oom: int = 0
    busy: int = 0
    trained: int = 8192
    embeds: int = 0
    cloud: int = 0
    blob: str = ''
    family: str = ''
    parameters: str = ''
    system: str = ''

    def fault(self, start: int) -> tuple[str, int]:
        """Give the kind of the first fault after token `start` and where it is; ('', tokens) if there is none."""
        kinds = ('stall', 'drop', 'close', 'end', 'error', 'junk')
        places = [(getattr(self, f'{kind}_after'), kind) for kind in kinds]
        place, kind = min(((at, kind) for at, kind in places if at > start or at == start == 0), default=(-1, ''))
        return (kind, place) if kind else ('', -1)


DEFAULTS = asdict(Script())


def read_script(*texts: str) -> Script:
    """Read the directives in the texts. Unknown names are left alone, they may be part of a sentence."""
    given: dict[str, Any] = {}
    for text in texts:
        for name, value, flag in DIRECTIVE.findall(text):
            if flag:
                given[flag] = 1
            elif name in DEFAULTS:
                given[name] = _value(name, value)
    script = Script(**given)
    if script.kind == 'thinking' and not script.thinking:
        script = replace(script, thinking=12)
    return replace(script, rate=0) if script.burst else script


def _value(name: str, text: str) -> Any:
    kind = type(DEFAULTS[name])
    return unquote(text) if kind is str else kind(text.rstrip('.:!?'))


def tokens_of(script: Script) -> list[str]:
    """Give the visible tokens of a whole reply; the same script gives the same tokens."""
    if script.say:
        return cut(script.say, script.piece)
    return list(itertools.islice(KINDS[script.kind](script.tokens), script.tokens))


def thinking_of(script: Script) -> list[str]:
    """Give the tokens of thinking."""
    return [f't{number} ' for number in range(script.thinking)]


def after(tokens: list[str], partial: str) -> tuple[int, list[str]]:
    """Go on from a partial reply: how many tokens it holds already, and what is left, exactly after its last character.

    A token that was cut is finished: `w0 w1 w` goes on with `2 `, and `w0 w1 w2` with a space. A partial text that this
    script never wrote goes on behind its last number, or else from the start.
    """
    full = ''.join(tokens)
    if not full.startswith(partial):
        numbers = re.findall(r'\bw(\d+)', partial)
        start = int(numbers[-1]) + 1 if numbers else 0
        return start, tokens[start:]
    length = 0
    for index, token in enumerate(tokens):
        length += len(token)
        if length > len(partial):
            return index, [token[len(token) - (length - len(partial)) :], *tokens[index + 1 :]]
    return len(tokens), []


def cut(text: str, size: int) -> list[str]:
    """Cut a text into pieces."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def words(text: str) -> list[str]:
    """Cut a text as a tokenizer would, roughly: a word with the space before it, or a line break."""
    return re.findall(r'\n|[^\S\n]*[^\s]+|[^\S\n]+', text)


def numbers(count: int) -> Iterator[str]:
    return (f'w{number} ' for number in range(count))


def prose(count: int) -> Iterator[str]:
    return itertools.cycle(words(PROSE))


def markdown(count: int) -> Iterator[str]:
    return itertools.cycle(words(MARKDOWN))


def fence(count: int) -> Iterator[str]:
    """One code fence that is closed by the last token."""
    lines = (words(f'    valor_{number} = calcula({number}, passo={number % 7})\n') for number in itertools.count())
    body = itertools.islice(itertools.chain.from_iterable(lines), max(0, count - 2))
    return itertools.chain(['```python\n'], body, ['\n```'])


def bullets(count: int) -> Iterator[str]:
    """One list that does not end."""
    items = (words(f'- o item {number} diz **algo** breve\n') for number in itertools.count(1))
    return itertools.chain.from_iterable(items)


def hostile(count: int) -> Iterator[str]:
    """Everything an attacker might write, over and over."""
    from tests.support.hostile_markdown import HOSTILE_MARKDOWN

    return itertools.cycle(cut('\n\n'.join(attack for _, attack in HOSTILE_MARKDOWN) + '\n\n', 4))


KINDS = {
    'num': numbers,
    'thinking': numbers,
    'prose': prose,
    'markdown': markdown,
    'fence': fence,
    'list': bullets,
    'hostile': hostile,
}
