"""Runs the command that stands on the command line."""

import argparse
import logging
import sys
from typing import TYPE_CHECKING

from app import settings
from app.operating import doctor, exporting, importing, keeping, moving
from app.operating.console import Console
from app.ui.translations import Language, translator

if TYPE_CHECKING:
    from app.operating.alone import Build


def run(given: argparse.Namespace, language: Language, build: 'Build') -> int:
    """Do what was asked and say what came of it; give the exit code. `build` makes the parts of the app.

    Raises:
        GuilhermeError: it could not be done.
    """
    if hasattr(sys.stdout, 'reconfigure'):
        sys.stdout.reconfigure(errors='replace')  # a terminal may not know every character
    logging.basicConfig(level=logging.ERROR)  # libraries warn of what our sentences say better
    console = Console(translator(language))
    if given.command == 'migrate-data':
        return moving.move(given.source, given.target, console)
    config = settings.load(host=given.host, port=given.port, data_dir=given.data_dir, demo=given.demo)
    if given.command == 'backup':
        return keeping.back_up(config, given.file, console)
    if given.command == 'restore':
        return keeping.restore(config, given.file, console)
    if given.command == 'import':
        return importing.import_files(_quiet(config), given.files, console, build, as_json=given.json)
    if given.command == 'export':
        return exporting.export(_quiet(config), given.file, console, build, replaced=given.force)
    return doctor.examine(config, console)


def _quiet(config: settings.Settings) -> settings.Settings:
    """Let the parts of the app log no more than the commands do."""
    return config.model_copy(update={'log_level': 'ERROR', 'log_format': 'text'})
