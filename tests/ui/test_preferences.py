import pytest
from starlette.requests import Request

from app.ui.preferences import Preferences


def asked(accept_language: str = '', cookie: str = '') -> Request:
    headers = [(b'accept-language', accept_language.encode()), (b'cookie', cookie.encode())]
    return Request({'type': 'http', 'headers': headers})


@pytest.mark.parametrize(
    ('request_', 'setting', 'preferences'),
    [
        (asked(), 'auto', Preferences('en', 'auto', folded=False)),
        (asked('pt-BR'), 'auto', Preferences('pt-BR', 'auto', folded=False)),
        (asked('pt-BR'), 'en', Preferences('en', 'auto', folded=False)),
        (asked('en', 'guilherme_language=pt-BR'), 'en', Preferences('pt-BR', 'auto', folded=False)),
        (asked('', 'guilherme_theme=dark; guilherme_sidebar=folded'), 'auto', Preferences('en', 'dark', folded=True)),
        (asked('', 'guilherme_theme=light; guilherme_sidebar=open'), 'auto', Preferences('en', 'light', folded=False)),
        (asked('', 'guilherme_theme=<b>; guilherme_language=x'), 'auto', Preferences('en', 'auto', folded=False)),
    ],
)
def test_what_a_browser_prefers(request_: Request, setting: str, preferences: Preferences) -> None:
    assert Preferences.of(request_, setting) == preferences


@pytest.mark.parametrize(('theme', 'dark'), [('auto', None), ('light', False), ('dark', True)])
def test_themes_as_nicegui_takes_them(theme: str, dark: bool | None) -> None:
    assert Preferences('en', theme, folded=False).dark is dark  # type: ignore[arg-type]
