"""Texts made to take long: by name, a function of about how many characters they are to have."""

from collections.abc import Callable, Mapping


def _again(piece: str) -> Callable[[int], str]:
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def _wide_table(length: int) -> str:
    """Make a table whose rows have one cell each, of as many columns as rows: all others would be made up."""
    columns = length // 16
    return '|a' * columns + '|\n' + '|-' * columns + '|\n' + '|b|\n' * columns


HOSTILE: Mapping[str, Callable[[int], str]] = {
    'brackets': _again('['),
    'images': _again('!['),
    'links in links': lambda length: '[' * (length // 5) + '](x)' * (length // 5),
    'half links': _again('[a]('),
    'references': lambda length: '[a]: /b\n\n' + _again('[a][')(length),
    'forbidden links': _again('[a](javascript:b) '),
    'remote images': _again('![a](http://b) '),
    'definitions': _again('[a]: b\n'),
    'emphasis': _again('*a _b ~~c '),
    'nested emphasis': lambda length: '*a ' * (length // 6) + 'b* ' * (length // 6),
    'a run of stars': lambda length: 'a' + '*' * length,
    'code': lambda length: ''.join('a' + '`' * number for number in range(int((2 * length) ** 0.5))),
    'tags': _again('<a '),
    'addresses': _again('<http:'),
    'entities': _again('&'),
    'backslashes': _again('\\'),
    'quotes': _again('> '),
    'lazy quotes': lambda length: '>' * (length // 2) + 'a\n' * (length // 4),
    'lists': _again('- '),
    'short items': _again('- a\n'),
    'tasks': _again('- [ ] a\n'),
    'mixed nesting': _again('> - 1. '),
    'steps down': lambda length: '\n'.join(' ' * 2 * level + '- a' for level in range(int(length**0.5))),
    'underlines': _again('a\n=\n'),
    'wide table': _wide_table,
    'many tables': _again('|a|\n|-|\n\n'),
    'fences': _again('```\n'),
    'fences in a fence': lambda length: '```md\n' + '```js\n' * (length // 12) + '```\n' * (length // 12),
    'fences in fences': _again('```md\n'),
    'sections': _again('<details>\n'),
    'sections on a line': _again('<details>'),
    'sections with summaries': _again('<details><summary>a'),
    'sections that end': lambda length: '<details>a\n' * (length // 20) + '</details>' * (length // 20),
    'ends of sections': lambda length: '<details>\n' + 'a</details>\n' * (length // 12),
    'sections in lists': _again('- <details>\n'),
    'sections in quotes': _again('> <details>\n'),
    'half sections': _again('<details '),
    'summaries': _again('<details>\n<summary>\n'),
    'blank sections': _again('<details>\n\n\n\n'),
    'notes': _again('[^a]: b\n'),
    'many notes': lambda length: ''.join(f'[^{number}]: b\n' for number in range(length // 10)),
    'notes in notes': _again('[^a]: '),
    'notes side by side': lambda length: '[^a]: b\n\n' + '[^a]' * (length // 4),
    'half notes': lambda length: '[^a]: b\n\n' + '[^' * (length // 2),
    'notes in links': lambda length: '[^a]: b\n\n' + '[c[^a]](/d)' * (length // 11),
    'notes in lists': _again('- [^a]: b\n'),
    'deep notes': lambda length: '\n'.join(' ' * 4 * level + '[^a]:' for level in range(int((length / 2) ** 0.5))),
    'markers': _again('-'),
    'dollars': _again('$'),
    'dollars apart': _again('$a '),
    'formulas': _again('$a_1$ '),
    'formulas full of cells': _again('$\\begin{align}&&&&&&&&&&&&&&&&&&&&\\end{align}$ '),
    'open braces': _again('${a '),
    'prices': _again('$5 and 10$ '),
    'displays': _again('$$a$$\n'),
    'displays of lines': _again('$$\na\n$$\n'),
    'open displays': _again('- \\[\n'),
    'half displays': _again('\\[ab cd\n'),
    'brackets in braces': _again('\\(ab cd {'),
    'environments': _again('\\begin{align}'),
    'environments in lines': _again('- \\begin{align}\n'),
    'accents': lambda length: 'a' + '\u0301' * length,
}
