"""Foreign text in markdown: a title or a caption must look as it is, whatever marks are in it."""

import re

_MARKS = re.compile(r'([\\`*_\]<>&~|#$])')
_LINE_START = re.compile(r'^(\s*)([-+=>]|\d+[.)])(?=\s|$)', re.MULTILINE)
_ADDRESS = re.compile(r':(?=//)|(?<=www)\.|@', re.IGNORECASE)


def escaped(text: str) -> str:
    r"""Give a text on one line so that markdown shows it as it is: `\[` would begin a formula, an address be a link."""
    line = ' '.join(_MARKS.sub(r'\\\1', text).replace('[', '&#91;').split())
    line = _ADDRESS.sub(lambda found: f'&#{ord(found[0])};', line)
    return _LINE_START.sub(lambda found: f'{found[1]}{found[2][:-1]}\\{found[2][-1]}', line)
