"""What makes the reading of modules quick, which is nearly all of a start."""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

UNUSED: Sequence[str] = ('aiohttp', 'requests', 'watchfiles')
"""Packages that others import if they are there, for what nobody here does: python-engineio's clients (a tenth of the
start), uvicorn's reloading."""


@contextmanager
def quick_imports() -> Iterator[None]:
    """Read modules without the garbage collector, and as if `UNUSED` were not installed.

    Nothing becomes rubbish meanwhile, and looking for some takes a tenth of the start. Afterwards both are as before:
    what does need one of these packages gets it.
    """
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail, says Python's reference
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        for name in hidden:
            del sys.modules[name]
