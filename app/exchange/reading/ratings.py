"""What the person thought of an answer, as other programs let them say it."""

from typing import Any

from app.domain.message import Step
from app.exchange.reading import notes
from app.exchange.reading.notes import Say


def rated(t: Say, is_good: bool | None, *reasons: Any) -> Step | None:
    """Tell a rating, folded; None for `is_good` is neither, and without reasons there is nothing to tell."""
    said = [reason.strip() for reason in reasons if isinstance(reason, str) and reason.strip()]
    if is_good is None:
        return Step(t('Your rating'), notes.paragraphs(said)) if said else None
    return Step(t('You found this answer good') if is_good else t('You found this answer bad'), notes.paragraphs(said))
