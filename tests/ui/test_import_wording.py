import ast
from pathlib import Path

import pytest

from app import errors
from app.exchange.reading.remarks import Remark
from app.ui.import_wording import PLACES, REFUSALS, REMARKS, refusal_sentence, remark_sentence
from app.ui.translations import LANGUAGES, Language, translator

APP = Path(errors.__file__).parent


def reasons() -> set[str]:
    """Find every reason that `ImportRefused` and `Remark` are given, or somebody remarks or refuses."""
    found = set()
    for file in APP.rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text('utf-8'))):
            if isinstance(node, ast.Call) and getattr(node.func, 'id', '') in ('ImportRefused', 'Remark'):
                given = [keyword.value for keyword in node.keywords if keyword.arg == 'reason']
            elif isinstance(node, ast.Call) and getattr(node.func, 'attr', '') in ('remark', 'refuse'):
                given = node.args[:1]
            else:
                continue
            found |= {each.value for one in given for each in ast.walk(one) if isinstance(each, ast.Constant)}
    return {str(each) for each in found}


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_refusal_has_a_sentence_with_its_place(language: Language) -> None:
    t = translator(language)
    assert reasons() == REFUSALS.keys()
    for reason in REFUSALS:
        details = {'code': 'import_refused', 'reason': reason, 'conversation': 12, 'message': 3, 'byte': 48211}
        sentence = refusal_sentence(t, details | {'field': 'f', 'value': '{v}', 'limit': 9, 'encoding': 'UTF-16'})
        assert '…' not in sentence
        assert all(number in sentence for number in ('12', '3', '48211'))


def test_the_place_is_told_from_the_outside_in() -> None:
    t = translator('en')
    details = {'byte': 48211, 'message': 3, 'file': 'conversations.json', 'conversation': 12, 'line': 1, 'column': 9}
    assert refusal_sentence(t, {'code': 'import_refused', 'reason': 'circle', **details}) == (
        'The messages answer each other in a circle. '
        '(file conversations.json, conversation 12, message 3, line 1, column 9, byte 48211)'
    )
    assert details.keys() == PLACES.keys()


def test_another_fault_is_said_as_everywhere() -> None:
    assert refusal_sentence(translator('en'), {'code': 'storage_unavailable'}).startswith(
        'The database does not answer'
    )


def test_what_is_remarked_says_what_became_of_it() -> None:
    t = translator('en')
    for reason in REMARKS:
        remark = Remark(reason=reason, conversation=2, title='Cakes', byte=7, details={'field': 'f', 'value': 'v'})
        said = remark_sentence(t, remark)
        assert said.startswith('Cakes: ')
        assert said.endswith(' (conversation 2, byte 7)')
        assert refusal_sentence(t, remark.as_refusal().as_data()) not in said
    assert REMARKS.keys() <= REFUSALS.keys()
