"""What the demo says, in Portuguese and English. The question alone decides, so the same gets the same answer."""

import re
import zlib
from collections.abc import Mapping

PORTUGUESE = re.compile(
    r'[ãõçáéíóúâêô]|\b(o|os|que|de|da|uma?|para|por|com|meu|minha|ideias|oi|obrigad[oa]|faça|faz|tabela|lista|tarefas'
    r'|resum[aoe]r?|ajud[ae]|explique|escreva|conte|conta|texto|fazer|quero|plano)\b',
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r'\b(the|an?|i|of|to|in|is|are|and|for|with|my|me|you|what|how|why|it|this|that|please|tell|write|make|show|give'
    r'|help|explain|table|list|code|hello|hi)\b',
    re.IGNORECASE,
)

TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ('code', re.compile(r'c[óo]d(igo|e)|python|fun(ção|ction)|script|program', re.IGNORECASE)),
    ('table', re.compile(r'tab(ela|le)|compar', re.IGNORECASE)),
    ('tasks', re.compile(r'tare?fas?|tasks?|to-?dos?|plan[oe]?j?|passos|steps', re.IGNORECASE)),
    ('long', re.compile(r'\blong[oa]?s?\b|hist[óo]ria|story|essay|redação', re.IGNORECASE)),
    ('ideas', re.compile(r'id[eé]i?as?|suger|suggest|lista?\b', re.IGNORECASE)),
)

NOTICE: Mapping[str, str] = {
    'pt': '> **Isto é uma demonstração.** Nenhum modelo responde: o texto abaixo já estava escrito.\n\n',
    'en': '> **This is a demo.** No model answers: the text below was written beforehand.\n\n',
}

THOUGHTS: Mapping[str, str] = {
    'pt': 'A pessoa está experimentando o aplicativo. Convém mostrar como uma resposta aparece, sem fingir que há um '
    'modelo por trás. Primeiro o aviso, depois um exemplo que combine com a pergunta.',
    'en': 'The person is trying the app. Better to show how an answer appears, without pretending that a model is '
    'behind it. First the notice, then an example that suits the question.',
}

REPLIES: Mapping[tuple[str, str], str] = {
    ('pt', 'code'): """## Um pouco de código

Uma função pequena faz uma coisa só:

```python
def media(valores: list[float]) -> float:
    \"\"\"Dá a média; uma lista vazia não tem nenhuma.\"\"\"
    if not valores:
        raise ValueError('lista vazia')
    return sum(valores) / len(valores)


print(media([2, 4, 9]))  # 5.0
```

1. O nome diz o que ela devolve.
2. O caso estranho vem **primeiro**.
3. O resto é uma linha.

O botão no canto do bloco copia o código.
""",
    ('en', 'code'): """## A little code

A small function does one thing:

```python
def mean(values: list[float]) -> float:
    \"\"\"Give the mean; an empty list has none.\"\"\"
    if not values:
        raise ValueError('empty list')
    return sum(values) / len(values)


print(mean([2, 4, 9]))  # 5.0
```

1. The name says what it gives back.
2. The odd case comes **first**.
3. The rest is one line.

The button in the corner of the block copies the code.
""",
    ('pt', 'table'): """## Uma comparação

| Bebida | Cafeína (mg) | Preparo |
|:--|--:|:--|
| Café coado | 95 | 4 min |
| Expresso | 63 | 30 s |
| Chá-preto | 47 | 3 min |
| Chimarrão | 80 | 5 min |

Os valores são para uma xícara, *mais ou menos*. Para dormir bem, nenhuma delas depois das 16 h.
""",
    ('en', 'table'): """## A comparison

| Drink | Caffeine (mg) | Time |
|:--|--:|:--|
| Filter coffee | 95 | 4 min |
| Espresso | 63 | 30 s |
| Black tea | 47 | 3 min |
| Mate | 80 | 5 min |

The figures are for one cup, *more or less*. To sleep well, none of them after 4 pm.
""",
    ('pt', 'tasks'): """## Um plano para hoje

- [x] Abrir o aplicativo
- [x] Fazer uma pergunta
- [ ] Trocar de conversa enquanto a resposta chega
- [ ] Recarregar a página no meio dela
- [ ] Parar e depois **continuar**

Nada do que já apareceu se perde em nenhum desses passos.
""",
    ('en', 'tasks'): """## A plan for today

- [x] Open the app
- [x] Ask a question
- [ ] Switch to another conversation while the answer arrives
- [ ] Reload the page in the middle of it
- [ ] Stop, then **continue**

Nothing that was shown gets lost in any of these steps.
""",
    ('pt', 'ideas'): """## Algumas ideias

- **Jantar de sobras**: cada um traz o que tem na geladeira.
- **Passeio sem mapa**: virar à esquerda, à direita, à esquerda…
  - depois tentar voltar pelo mesmo caminho
- **Carta ao futuro**: escrever hoje, abrir daqui a um ano.
- **Clube de um livro só**: ler o mesmo capítulo e conversar por *meia hora*.

Alguma delas serve? Peça uma `tabela`, um `código` ou um `plano` para ver outras formas de resposta.
""",
    ('en', 'ideas'): """## Some ideas

- **Leftovers dinner**: everybody brings what is in the fridge.
- **A walk without a map**: left, right, left…
  - then try to find the same way back
- **A letter to the future**: write it today, open it in a year.
- **A club for one book**: read the same chapter and talk for *half an hour*.

Does one of them suit? Ask for a `table`, for `code` or for a `plan` to see other kinds of answers.
""",
}

PARAGRAPHS: Mapping[str, str] = {
    'pt': 'No capítulo {n}, o farol continuava aceso. Ninguém na vila sabia quem subia a escada todas as noites, mas '
    'todos dormiam melhor por causa da luz. Foi a menina do armazém quem contou os degraus: eram {steps}, e em cada um '
    'havia uma palavra escrita a lápis. **Lidas de baixo para cima, formavam uma carta.**\n\n',
    'en': 'In chapter {n}, the lighthouse was still lit. Nobody in the village knew who climbed the stairs every '
    'night, but everyone slept better for the light. It was the girl from the store who counted the steps: there were '
    '{steps}, and on each of them a word was written in pencil. **Read from the bottom up, they made a letter.**\n\n',
}

CHAPTERS = 30


def answer(question: str) -> str:
    """Give the whole answer to a question, notice included."""
    language = language_of(question)
    topic = _topic(question)
    if topic == 'long':
        story = [PARAGRAPHS[language].format(n=n, steps=100 + 7 * n) for n in range(1, CHAPTERS + 1)]
        return NOTICE[language] + ''.join(story)
    return NOTICE[language] + REPLIES[language, topic]


def thoughts(question: str) -> str:
    """Give what the demo thinks before it answers."""
    return THOUGHTS[language_of(question)]


def language_of(question: str) -> str:
    """Tell Portuguese (`pt`) from English (`en`): good enough to answer a demo's question."""
    portuguese, english = len(PORTUGUESE.findall(question)), len(ENGLISH.findall(question))
    return 'pt' if portuguese > english else 'en'


def _topic(question: str) -> str:
    for topic, pattern in TOPICS:
        if pattern.search(question):
            return topic
    topics = ('ideas', 'table', 'tasks', 'code')
    return topics[zlib.crc32(question.encode()) % len(topics)]
