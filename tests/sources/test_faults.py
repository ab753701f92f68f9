"""The map of faults: nothing of the libraries is missing in it, and every reason has a sentence."""

import inspect
from collections.abc import Iterator

import pytest
import requests
import youtube_transcript_api
from defusedxml import common as defusedxml  # type: ignore[import-untyped]
from youtube_transcript_api import _errors, proxies

from app.sources.youtube import session
from app.sources.youtube.faults import FAULTS, from_foreign


def exceptions(module: object) -> Iterator[type[Exception]]:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Exception) and not issubclass(kind, Warning):
            yield kind


OF_THE_LIBRARY = {*exceptions(_errors), *exceptions(youtube_transcript_api), *exceptions(proxies)} - {
    requests.HTTPError
}


@pytest.mark.parametrize('kind', sorted(OF_THE_LIBRARY, key=str))
def test_every_exception_of_the_library_is_in_the_map_by_its_own_name(kind: type[Exception]) -> None:
    assert kind.__name__ in FAULTS


@pytest.mark.parametrize('module', [requests.exceptions, defusedxml, session])
def test_what_it_uses_is_covered(module: object) -> None:
    uncovered = [
        kind.__name__
        for kind in exceptions(module)
        if not any(ancestor.__name__ in FAULTS for ancestor in kind.__mro__)
    ]
    assert uncovered == []


def test_what_has_nothing_to_do_with_it_stays_what_it_is() -> None:
    assert from_foreign(MemoryError(), 'x') is None
    assert from_foreign(RecursionError(), 'x') is None
