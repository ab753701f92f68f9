import re
from html import unescape

import pytest

from app.rendering.highlight import CACHED_CHARACTERS, TOKEN_CLASSES, highlight

CODE = {
    'python': '@decorated\ndef f(x: int) -> str:\n\treturn "é🙂" + x  # <&>\n\n\n',
    'javascript': 'const a = `x ${1}`; // "q"',
    'html': '<!doctype html>\n<a href="x">&amp;</a>',
    'diff': '@@ -1 +1 @@\n-a\n+b',
    'bash': '$ echo "$HOME" && ls',
    'json': '{"a": [1, true, null]}',
}


def plain(html: str) -> str:
    return unescape(re.sub(r'<span class="[\w-]+">|</span>', '', html))


@pytest.mark.parametrize('language', CODE)
def test_no_character_is_lost_and_only_our_classes_are_used(language: str) -> None:
    html = highlight(CODE[language], language)
    assert plain(html) == CODE[language]
    classes = set(re.findall(r'class="([^"]*)"', html))
    assert classes
    assert classes <= set(TOKEN_CLASSES.values())


def test_the_kinds_of_python() -> None:
    html = highlight('def f(): return 1', 'python')
    assert html == (
        '<span class="tok-keyword">def</span> <span class="tok-function">f</span>(): '
        '<span class="tok-keyword">return</span> <span class="tok-number">1</span>'
    )


@pytest.mark.parametrize('language', ['', 'no-such-language', '../x'])
def test_code_of_an_unknown_language_is_only_escaped(language: str) -> None:
    assert highlight('if "a" < b:', language) == 'if "a" &lt; b:'


def test_code_that_a_lexer_would_change_is_left_plain() -> None:
    assert highlight('\ufeffx = 1', 'python') == '\ufeffx = 1'


def test_long_code_is_highlighted_too() -> None:
    code = 'return 1\n' * CACHED_CHARACTERS
    assert plain(highlight(code, 'python')) == code


def test_code_with_more_colours_than_a_browser_bears_stays_plain() -> None:
    assert '<span' in highlight('<a ' * 1_000, 'html')
    assert highlight('<a ' * 33_000, 'html') == '&lt;a ' * 33_000
