import pytest

from app.chat.title_text import LONGEST, is_whole, title_from


@pytest.mark.parametrize(
    ('said', 'title'),
    [
        ('Receita de bolo de cenoura', 'Receita de bolo de cenoura'),
        ('  "Carrot cake recipe."\n', 'Carrot cake recipe'),
        ('**Título:** “Bolo de cenoura”', 'Bolo de cenoura'),
        ('**Title: Carrot cake**', 'Carrot cake'),
        ('# Carrot cake', 'Carrot cake'),
        ('1. *Carrot* cake\n2. Another', 'Carrot cake'),
        ('- `git rebase` explained', 'git rebase explained'),
        ('Here is a title:\n\n*"Carrot cake"*', 'Carrot cake'),
        ('Conversation title - Carrot   cake', 'Carrot cake'),
        ('<think>They want a title.\nLet me see.</think>\n\nCarrot cake', 'Carrot cake'),
        ('<think>They want a title, and I think for ev', ''),
        ('They want a title.\n</think>\n\nCarrot cake', 'Carrot cake'),
        ('Hmm, the user wants a title.\nCarrot cake', 'Carrot cake'),
        ('{"title": "Carrot cake"}', 'Carrot cake'),
        ('```json\n{\n  "title": "A \\"good\\" cake"\n}\n```', 'A "good" cake'),
        ("{'título': 'Bolo de cenoura'}", 'Bolo de cenoura'),
        ('{"name": 1}', ''),
        ('```\nCarrot cake\n```', 'Carrot cake'),
        ("Sure! Here's a title for your conversation\nCarrot cake", 'Carrot cake'),
        ('Claro, o título é: Bolo de cenoura', 'Bolo de cenoura'),
        ('The title is: Carrot cake', 'Carrot cake'),
        ('Título sugerido: Bolo de cenoura', 'Bolo de cenoura'),
        ('Sugestão de título para a conversa: "Bolo de cenoura"', 'Bolo de cenoura'),
        ('Com base na conversa, um bom título seria: "Bolo de cenoura"', 'Bolo de cenoura'),
        ('A possible title is "Carrot cake".', 'Carrot cake'),
        ('Sugiro “Bolo de cenoura”', 'Bolo de cenoura'),
        ('Claro! Bolo de cenoura', 'Bolo de cenoura'),
        ('Tudo bem! Título: Bolo de cenoura', 'Bolo de cenoura'),
        ('{"chat_title": "Carrot cake"}', 'Carrot cake'),
        ('{title: "Carrot cake"}', 'Carrot cake'),
        ('```json\n{"name": "Carrot cake"}\n```', 'Carrot cake'),
        ('["Carrot cake"]', 'Carrot cake'),
        ('<title>Carrot cake</title>', 'Carrot cake'),
        ('Carrot cake<|im_end|>', 'Carrot cake'),
        ('Título de eleitor: como tirar', 'Título de eleitor: como tirar'),
        ('The <div> tag', 'The <div> tag'),
        ('OK Computer, a review', 'OK Computer, a review'),
        ('Let me explain monads', 'Let me explain monads'),
        ('The user interface of Blender', 'The user interface of Blender'),
        ('Wait…', 'Wait…'),
        ('Etc...', 'Etc...'),
        ('C++ and C#', 'C++ and C#'),
        ("What's a 'monad'", "What's a 'monad'"),
        ('2 * 3 * 4', '2 * 3 * 4'),
        ('胡萝卜蛋糕', '胡萝卜蛋糕'),
        ('Title:', ''),
        ('***', ''),
        ('""', ''),
        ('', ''),
    ],
)
def test_a_title_is_the_first_line_that_says_something_without_what_is_around_it(said: str, title: str) -> None:
    assert title_from(said) == title


def test_a_long_title_is_cut_between_words() -> None:
    title = title_from('word ' * 40)
    assert title.endswith('word…')
    assert len(title) <= LONGEST
    assert title_from('x' * 200) == 'x' * (LONGEST - 1) + '…'


@pytest.mark.parametrize(
    ('said', 'whole'),
    [
        ('Carrot ca', False),
        ('Carrot cake\n', True),
        ('\n\n', False),
        ('Here is a title:\n', False),
        ('<think>a title\nor another\n', False),
        ('<think>a title\n</think>\nCarrot cake\n', True),
        ('w0 ' * 60, True),
        ('Hmm, the user wants a title.\n', False),
        ('Okay, the user asked about cakes, and now ' + 'I think ' * 30, False),
        ('{"title": "Carrot cake"}', True),
        ('```json\n{\n', False),
    ],
)
def test_no_more_is_needed_once_the_title_is_whole(said: str, whole: bool) -> None:
    assert is_whole(said) is whole
