"""Starts Guilherme. Reads as a table of contents: settings, what is built from them, the server."""

import signal

if __name__ == '__main__':  # while the rest is read Ctrl-C ends the process as it ends any other, with no traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import asyncio
import logging
import multiprocessing
import os
import runpy
import sys
from typing import TYPE_CHECKING

from app.errors import DatabaseUnusable, GuilhermeError, StorageUnavailable, WindowOpenAlready
from app.operating.command_line import arguments
from app.operating.ending import leave_when_asked
from app.quick_start import quick_imports

if TYPE_CHECKING:
    from app.bootstrap import Parts
    from app.settings import Settings
    from app.ui.translations import Language


def main() -> int:
    """Run until told to stop, or do the one thing asked for; give 0 after a clean end, 1 with a sentence otherwise."""
    if getattr(sys, 'frozen', False) and '-m' in sys.argv[1:3]:  # packed, the program is its own interpreter
        del sys.argv[: sys.argv.index('-m') + 1]
        runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
        return 0
    given = arguments()
    leave_when_asked(lambda number: 128 + number if given.command else 0)  # a command did not do what it was asked
    try:
        from app import settings  # here, so that Ctrl-C is understood while it is read

        if given.command:
            from app.operating import commands

            return commands.run(given, _language(), _build)
        config = settings.load(
            host=given.host, port=given.port, root_path=given.root_path, data_dir=given.data_dir, demo=given.demo
        )
        if given.native:
            from app.native import opening

            opening.claim(config.data_dir)
            config = opening.prepared(config, given.port)
        parts = _build(config)  # here, so that --help and a wrong setting answer at once
        asyncio.run(parts.prepare())
        from app import bootstrap

        bootstrap.serve(parts, native=given.native)
    except WindowOpenAlready as news:
        print(_sentence(news))
        return 0
    except StorageUnavailable as error:
        return _refused(DatabaseUnusable(**error.details))
    except GuilhermeError as error:
        return _refused(error)
    return 0


def _build(config: 'Settings') -> 'Parts':
    with quick_imports():
        from app import bootstrap
    return bootstrap.build(config)


def _refused(error: GuilhermeError) -> int:
    from app.observability import logs

    if logs.is_of_objects():
        logging.getLogger(__name__).critical('%s', _sentence(error))
    else:
        print(_sentence(error), file=sys.stderr)
    return 1


def _sentence(error: GuilhermeError) -> str:
    from app.ui.translations import translator
    from app.ui.wording import error_sentence

    return error_sentence(translator(_language()), error.as_data()).text


def _language() -> 'Language':
    from app.ui.translations import of_terminal

    return of_terminal(os.environ)


if __name__ == '__main__':  # not in the window's process, which imports this file once more
    multiprocessing.freeze_support()
    sys.exit(main())
