"""Repository of what people have set for themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.domain.model import ModelRef
from app.domain.plain import plain_mapping
from app.domain.preferences import LEAST_NUM_CTX, PARAMETERS, PersonalPreferences
from app.storage.database import Database
from app.storage.rows import storable
from app.storage.tables import PreferencesRow

Change = Callable[[PersonalPreferences], PersonalPreferences]


class Preferences:
    """Preferences by owner, as one JSON object each. All methods raise `StorageUnavailable` when the database fails.

    What the object holds that this version does not know stays in it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, owner_id: str) -> PersonalPreferences:
        """Give what a person has set; values that cannot be used count as not set."""
        query = select(PreferencesRow.data).where(col(PreferencesRow.owner_id) == owner_id)
        data = await self._database.read(lambda session: session.exec(query).first())
        return preferences_from(data)

    async def change(self, owner_id: str, change: Change) -> PersonalPreferences:
        """Put what `change` makes of a person's preferences in their place, and give it; two changes never mix."""

        def work(session: Session) -> PersonalPreferences:
            query = select(PreferencesRow).where(col(PreferencesRow.owner_id) == owner_id).with_for_update()
            row = session.exec(query).first() or PreferencesRow(owner_id=owner_id, data={})
            changed = change(preferences_from(row.data))
            row.data = with_preferences(plain_mapping(row.data), changed)
            session.add(row)
            return changed

        try:
            return await self._database.write(work)
        except IntegrityError:  # someone else stored this person's first ones between our look and our insert
            return await self._database.write(work)


def preferences_from(data: Any) -> PersonalPreferences:
    """Read the stored object; none for whatever else it is."""
    data = plain_mapping(data)
    num_ctx, prompt, titles = data.get('num_ctx'), data.get('system_prompt'), data.get('titles')
    return PersonalPreferences(
        default_model=_model_from(data.get('default_model')),
        parameters={name: value for name, value in _stored_parameters(data).items() if _usable(name, value)},
        num_ctx=num_ctx if isinstance(num_ctx, int) and num_ctx >= LEAST_NUM_CTX else None,
        system_prompt=prompt if isinstance(prompt, str) else '',
        titles=titles if isinstance(titles, bool) else None,
    )


def with_preferences(data: Mapping[str, Any], preferences: PersonalPreferences) -> dict[str, Any]:
    """Write preferences into a stored object: what is not set is left out, what is not known stays."""
    unknown = {name: value for name, value in _stored_parameters(data).items() if name not in PARAMETERS}
    prompt = storable(preferences.system_prompt)
    known = {
        'default_model': str(preferences.default_model) if preferences.default_model else None,
        'parameters': {**unknown, **preferences.parameters} or None,
        'num_ctx': preferences.num_ctx,
        'system_prompt': prompt or None,
        'titles': preferences.titles,
    }
    kept = {name: value for name, value in data.items() if name not in known}
    return kept | {name: value for name, value in known.items() if value is not None}


def _stored_parameters(data: Mapping[str, Any]) -> Mapping[str, Any]:
    stored = data.get('parameters')
    return stored if isinstance(stored, dict) else {}


def _usable(name: str, value: object) -> bool:
    return name in PARAMETERS and PARAMETERS[name].holds(value)


def _model_from(stored: object) -> ModelRef | None:
    try:
        return ModelRef.parse(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
