"""What can be written after `python main.py`: flags, and one command or none (then the app runs)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from app import __version__


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line (that of the process, unless another is given); what it leaves out is None.

    `command` is None if the app is to run.
    """
    parser = argparse.ArgumentParser(
        prog='guilherme',
        description='A local AI chat whose replies never stop.',
        epilog='Settings: docs/settings.md. Commands: docs/operating.md',
    )
    parser.add_argument('--host', help='address to listen on (GUILHERME_HOST)')
    parser.add_argument('--port', type=int, help='port to listen on (GUILHERME_PORT)')
    parser.add_argument('--root-path', help='path below which a reverse proxy serves the app (GUILHERME_ROOT_PATH)')
    parser.add_argument('--data-dir', help='folder for the database and everything else (GUILHERME_DATA_DIR)')
    parser.add_argument('--native', action='store_true', help='open in a window of its own instead of the browser')
    parser.add_argument('--demo', action='store_true', default=None, help='answer from a script, with no model')
    parser.add_argument('--version', action='version', version=__version__)
    _add_commands(parser)
    return parser.parse_args(given)


def _add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest='command', metavar='command', title='commands (none: run the app)')
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)  # what was given before stays
    shared.add_argument('--data-dir', help='folder for the database and everything else (GUILHERME_DATA_DIR)')

    doctor = commands.add_parser('doctor', parents=[shared], help='look whether everything is as it should be')
    doctor.add_argument('--port', type=int, default=argparse.SUPPRESS, help='port the app is to listen on')

    backup = commands.add_parser(
        'backup', parents=[shared], help='copy the database into a file, also while it is used'
    )
    backup.add_argument('file', type=Path, help='file to be made')

    restore = commands.add_parser('restore', parents=[shared], help='put a backup in the place of the database')
    restore.add_argument('file', type=Path, help='a backup')

    bring = commands.add_parser('import', parents=[shared], help='bring conversations in, also while the app runs')
    bring.add_argument('files', nargs='+', type=Path, metavar='FILE', help='file from ChatGPT, Claude, Guilherme …')
    bring.add_argument('--json', action='store_true', help='print what came in as one JSON object, and nothing else')

    take = commands.add_parser(
        'export', parents=[shared], help='write the archive of everything, also while the app runs'
    )
    take.add_argument('file', type=Path, metavar='FILE', help='file to be made, a .zip')
    take.add_argument('--force', action='store_true', help='overwrite the file if it exists')

    move = commands.add_parser('migrate-data', help='carry everything over into another, empty database')
    move.add_argument('--from', dest='source', required=True, help='address of the database there is: sqlite:///FILE')
    move.add_argument('--to', dest='target', required=True, help='address of an empty one: postgresql+psycopg://…')
