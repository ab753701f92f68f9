"""Starts Guilherme. Reads as a table of contents: settings, what is built from them, the server."""

import argparse
import asyncio
import os
import signal
import sys

from app import __version__, settings
from app.errors import DatabaseUnusable, GuilhermeError, StorageUnavailable


def arguments() -> argparse.Namespace:
    """Read the command line; what is not given comes from the environment."""
    parser = argparse.ArgumentParser(
        prog='guilherme', description='A local AI chat whose replies never stop.', epilog='Settings: docs/settings.md'
    )
    parser.add_argument('--host', help='address to listen on (GUILHERME_HOST)')
    parser.add_argument('--port', type=int, help='port to listen on (GUILHERME_PORT)')
    parser.add_argument('--data-dir', help='folder for the database and everything else (GUILHERME_DATA_DIR)')
    parser.add_argument('--native', action='store_true', help='open in a window of its own instead of the browser')
    parser.add_argument('--demo', action='store_true', default=None, help='answer from a script, with no model')
    parser.add_argument('--version', action='version', version=__version__)
    return parser.parse_args()


def main() -> int:
    """Run until told to stop; the exit code is 0 after a clean end, 1 with a sentence if it cannot start."""
    given = arguments()
    for wish in (signal.SIGTERM, signal.SIGINT):  # the server takes them over while it runs, and gives them back
        signal.signal(wish, _leave)
    try:
        config = settings.load(host=given.host, port=given.port, data_dir=given.data_dir, demo=given.demo)
        from app import bootstrap  # here, so that --help and a wrong setting answer at once

        parts = bootstrap.build(config)
        asyncio.run(parts.prepare())
        parts.serve(native=given.native)
    except StorageUnavailable as error:
        print(_sentence(DatabaseUnusable(**error.details)), file=sys.stderr)
        return 1
    except GuilhermeError as error:
        print(_sentence(error), file=sys.stderr)
        return 1
    return 0


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _sentence(error: GuilhermeError) -> str:
    from app.ui.translations import negotiate, translator
    from app.ui.wording import error_sentence

    language = negotiate(os.environ.get('LANG', '').replace('_', '-'))
    return error_sentence(translator(language), error.as_data()).text


if __name__ in {'__main__', '__mp_main__'}:
    sys.exit(main())
