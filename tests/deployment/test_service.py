"""The unit and its environment file fit the app. That the service works under systemd is for scripts/test-service."""

import re
from pathlib import Path

from app.settings import Settings, environment_name

DEPLOY = Path(__file__).parents[2] / 'deploy'
UNIT = (DEPLOY / 'guilherme.service').read_text('utf-8')


def unit(name: str) -> list[str]:
    """Give the values of a key of the unit, in order."""
    return re.findall(rf'^{name}=(.*)$', UNIT, re.MULTILINE)


def test_data_is_kept_where_the_unit_lets_it_be_written() -> None:
    [folder] = unit('StateDirectory')
    assert f'GUILHERME_DATA_DIR=/var/lib/{folder}' in unit('Environment')
    assert f'NICEGUI_STORAGE_PATH=/var/lib/{folder}/nicegui' in unit('Environment')
    assert unit('ProtectSystem') == ['strict']
    assert unit('ReadWritePaths') == []


def test_it_is_given_longer_to_end_than_it_takes() -> None:
    [seconds] = unit('TimeoutStopSec')
    assert int(seconds) > 5


def test_the_environment_file_names_settings_that_exist() -> None:
    known = {environment_name(name) for name in Settings.model_fields}
    given = (DEPLOY / 'guilherme.env').read_text('utf-8')
    named = re.findall(r'^(?:# )?([A-Z_]+)=', given, re.MULTILINE)
    assert len(named) > 4
    assert set(named) <= known
    Settings(_env_file=DEPLOY / 'guilherme.env')
