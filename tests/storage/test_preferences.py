"""What people have set is kept for each of them, and what another version of the app keeps there too."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from app.domain.conversation import LOCAL_OWNER
from app.domain.model import ModelRef
from app.domain.preferences import PersonalPreferences
from app.storage.database import Database
from app.storage.preferences import Preferences
from app.storage.tables import PreferencesRow

ALL = PersonalPreferences(
    default_model=ModelRef('ollama', 'library/phi:3b'),
    parameters={'temperature': 0.5, 'seed': 7},
    num_ctx=4096,
    system_prompt='Be “brief”.',
    titles=False,
)


@pytest.fixture
def preferences(database: Database) -> Preferences:
    return Preferences(database)


async def stored(database: Database, owner_id: str = LOCAL_OWNER) -> dict[str, Any]:
    """Give the object in the table."""

    def work(session: Session) -> dict[str, Any]:
        row = session.get(PreferencesRow, owner_id)
        return row.data if row else {}

    return await database.read(work)


async def store(database: Database, data: dict[str, Any]) -> None:
    """Put an object into the table, as another version of the app would."""
    await database.write(lambda session: session.add(PreferencesRow(owner_id=LOCAL_OWNER, data=data)))


async def test_preferences_come_back_as_they_were_and_to_their_owner_alone(preferences: Preferences) -> None:
    assert await preferences.get(LOCAL_OWNER) == PersonalPreferences()
    assert await preferences.change(LOCAL_OWNER, lambda own: ALL) == ALL
    assert await preferences.get(LOCAL_OWNER) == ALL
    assert await preferences.get('somebody else') == PersonalPreferences()


async def test_what_is_set_back_leaves_nothing(preferences: Preferences, database: Database) -> None:
    await preferences.change(LOCAL_OWNER, lambda own: ALL)
    await preferences.change(LOCAL_OWNER, lambda own: PersonalPreferences())
    assert await stored(database) == {}


async def test_what_this_version_does_not_know_stays(preferences: Preferences, database: Database) -> None:
    unknown = {'voice': 'warm', 'parameters': {'mirostat': 2, 'seed': 1}}
    await store(database, unknown)
    assert await preferences.get(LOCAL_OWNER) == PersonalPreferences(parameters={'seed': 1})
    await preferences.change(LOCAL_OWNER, lambda own: replace(own, titles=True, parameters={'top_k': 3}))
    assert await stored(database) == {'voice': 'warm', 'titles': True, 'parameters': {'mirostat': 2, 'top_k': 3}}


@pytest.mark.parametrize(
    'data',
    [
        {'default_model': 'no-provider', 'parameters': 'warm', 'num_ctx': 'wide', 'system_prompt': 3, 'titles': 'yes'},
        {'default_model': 7, 'parameters': {'temperature': 99, 'top_k': 1.5, 'seed': True}, 'num_ctx': 8},
    ],
)
async def test_what_cannot_be_used_counts_as_not_set(
    preferences: Preferences, database: Database, data: dict[str, Any]
) -> None:
    await store(database, data)
    assert await preferences.get(LOCAL_OWNER) == PersonalPreferences()


async def test_changes_at_the_same_time_do_not_undo_each_other(preferences: Preferences) -> None:
    names = ['temperature', 'top_p', 'min_p', 'seed', 'top_k']

    def setting(name: str) -> Any:
        return lambda own: replace(own, parameters={**own.parameters, name: 1})

    await asyncio.gather(*(preferences.change(LOCAL_OWNER, setting(name)) for name in names))
    assert (await preferences.get(LOCAL_OWNER)).parameters == dict.fromkeys(names, 1)
