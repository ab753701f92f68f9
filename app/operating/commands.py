"""Runs the command that stands on the command line."""

import argparse
import logging
import sys

from app import settings
from app.operating import doctor, keeping, moving
from app.operating.console import Console
from app.ui.translations import Language, translator


def run(given: argparse.Namespace, language: Language) -> int:
    """Do what was asked and say what came of it; give the exit code.

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
    return doctor.examine(config, console)
