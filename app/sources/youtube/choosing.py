"""Which of a video's caption tracks is taken: the person's language first, made by hand before automatic."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from youtube_transcript_api import Transcript

GENERATED_MARK = ' (auto-generated)'
"""What YouTube puts behind the name of a language when a machine wrote the captions down."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A track; `made` is `manual`, `generated` or `translated`, the last from the language `original`."""

    track: 'Transcript'
    made: str
    original: str = ''

    @property
    def language(self) -> str:
        """The name of its language, in English as YouTube says it."""
        return name_of(self.track)


def choose(tracks: Iterable['Transcript'], language: str, *, asked: bool) -> Choice | None:
    """Choose a track; with `asked` one in exactly this language, translated if need be, None if there is no way.

    Without `asked`, a video that does not speak the person's language is given in its own: what was said before what a
    machine makes of it.
    """
    known = [*tracks]
    by_hand = [track for track in known if not track.is_generated]
    automatic = [track for track in known if track.is_generated]
    for group in (by_hand, automatic):
        for matches in (_exactly(language), _alike(language)):
            if found := next(filter(matches, group), None):
                return _as_it_is(found)
    own = _in_its_own_language(by_hand, automatic)
    if own is None or not asked:
        return _as_it_is(own) if own else None
    return _translated(own, language)


def _as_it_is(track: 'Transcript') -> Choice:
    return Choice(track, 'generated' if track.is_generated else 'manual')


def _in_its_own_language(by_hand: list['Transcript'], automatic: list['Transcript']) -> 'Transcript | None':
    """Give the best track of the language that is spoken: a machine writes down only what it hears."""
    if automatic:
        spoken = _alike(automatic[0].language_code)
        return next(filter(spoken, by_hand), automatic[0])
    return by_hand[0] if by_hand else None


def _translated(track: 'Transcript', language: str) -> Choice | None:
    """Let it be translated, into the nearest of that language: for `pt-BR` also `pt`, for `zh` also `zh-Hans`."""
    codes = [each.language_code for each in track.translation_languages]
    nearest = sorted(codes, key=lambda code: (code.lower() != language.lower(), code.lower() != _primary(language)))
    for code in nearest:
        if _primary(code) == _primary(language):
            return Choice(track.translate(code), 'translated', name_of(track))
    return None


def name_of(track: 'Transcript') -> str:
    """Give the name of a track's language."""
    return track.language.removesuffix(GENERATED_MARK)


def _exactly(language: str) -> Callable[['Transcript'], bool]:
    return lambda track: track.language_code.lower() == language.lower()


def _alike(language: str) -> Callable[['Transcript'], bool]:
    return lambda track: _primary(track.language_code) == _primary(language)


def _primary(language: str) -> str:
    return language.partition('-')[0].lower()
