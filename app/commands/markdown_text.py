"""Foreign text in markdown: a title or a caption must look as it is, whatever marks are in it."""

import re

_MARKS = re.compile(r'([\\`*_\[\]<>&~|#$])')
_LINE_START = re.compile(r'^(\s*)([-+=>]|\d+[.)])(?=\s|$)', re.MULTILINE)


def escaped(text: str) -> str:
    """Give a text on one line so that markdown shows it as it is."""
    line = ' '.join(_MARKS.sub(r'\\\1', text).split())
    return _LINE_START.sub(lambda found: f'{found[1]}{found[2][:-1]}\\{found[2][-1]}', line)
