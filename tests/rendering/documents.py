"""Markdown to test with: the specification's examples, and documents made up by hypothesis."""

import json
from pathlib import Path

from hypothesis import strategies as st

SPEC_EXAMPLES: list[str] = [
    example['markdown'] for example in json.loads(Path(__file__).with_name('commonmark_spec.json').read_text('utf-8'))
]

_WORDS = st.sampled_from(
    (
        *(
            'the',
            'model',
            'w12',
            '3',
            'naïve',
            '日本語',
            '🙂',
            'a🏳️‍🌈b',
            'x\xa0y',
            '1.',
            '-',
            '#',
            '&amp;',
            '<b>',
            'e.g.',
        ),
        *(
            '**bold**',
            '*it*',
            '`code`',
            '~~gone~~',
            '**open',
            '`open',
            '[link](https://a.example)',
            '![i](/i.png)',
            '\\*',
        ),
        *(
            '"quoted"',
            '(in',
            'brackets)',
            'a|b',
            '&',
            '_x_',
            'well-known',
            '!',
            '[ref]',
            ':',
            '=',
            '```',
            '[^1]',
            '[^n]',
        ),
        *(
            '`p|q`',
            '**重点。**后',
            'は**「強調」**です',
            '**Note:**text',
            '5**,**6',
            'x**2',
            'https://a.example/b_c',
            '访问https://b.example。后',
        ),
        *(
            'www.a.example/(b)',
            'a.b@c.example',
            '(https://a.example/?b=1&c=2).',
            'https://',
            'a@',
            'a<br>b',
            '<br/>',
            '<br',
        ),
    )
)
_LINE = st.lists(_WORDS, min_size=1, max_size=8).map(' '.join)
_CODE = st.lists(
    st.sampled_from(
        ('', 'x = 1', '    y', '\tz', '``', '~~~', '   ', '<a>&', '# é🙂', '```js', ' ```md', '```', '     ```')
    ),
    max_size=12,
)


def _indented(text: str, width: int) -> str:
    return '\n'.join(' ' * width + line if line else line for line in text.split('\n'))


def _fence(lines: list[str], marker: str, info: str, closed: bool) -> str:
    return '\n'.join([marker + info, *lines, *([marker] if closed else [])])


def _list(items: list[str], marker: str, gap: str) -> str:
    return gap.join(marker + _indented(item, len(marker)).lstrip(' ') for item in items)


def _table(rows: list[list[str]]) -> str:
    lines = ['| ' + ' | '.join([*row, '', ''][:2]) + ' |' for row in rows]
    return '\n'.join([lines[0], '|:--|---|', *lines[1:]])


_PARAGRAPH = st.lists(_LINE, min_size=1, max_size=3).flatmap(
    lambda lines: st.sampled_from(('\n', '  \n', '\\\n')).map(lambda end: end.join(lines))
)
PARAGRAPHS = st.lists(_PARAGRAPH, min_size=1, max_size=3).map('\n\n'.join).filter(lambda text: '```' not in text)
"""Words, marks and addresses in lines, nothing else."""

_FENCE = st.builds(
    _fence,
    _CODE,
    st.sampled_from(('```', '~~~~')),
    st.sampled_from(('', 'python', ' c++ x', 'md', ' Markdown x')),
    st.booleans(),
)
_TABLE = st.lists(st.lists(_WORDS, max_size=3), min_size=1, max_size=4).map(_table)
_OTHER = st.sampled_from(
    ('---', '***', '    indented\n    code', 'Title\n===', '<div>\nhtml\n</div>', '', '- [ ] task\n- [x] done')
)
_HEADING = st.builds(lambda level, line: '#' * level + ' ' + line, st.integers(1, 6), _LINE)
_LEAF = st.one_of(_PARAGRAPH, _HEADING, _FENCE, _TABLE, _OTHER)


def _containers(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.lists(children, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from(('\n', '\n\n')).map(lambda gap: gap.join(parts))
    )
    lists = st.builds(
        _list,
        st.lists(joined, min_size=1, max_size=4),
        st.sampled_from(('- ', '* ', '1. ', '7) ', '-   ')),
        st.sampled_from(('\n', '\n\n')),
    )
    sections = st.builds(
        lambda text, opening, gap, end: opening + gap + text + end,
        joined,
        st.sampled_from(
            (
                '<details>\n<summary>S *x*</summary>',
                '<details open><summary>S</summary>',
                '<details>',
                '<Details class="a">\n\n  <summary>S\nT',
            )
        ),
        st.sampled_from(('\n\n', '\n', ' ')),
        st.sampled_from(('\n\n</details>', '\n</details>', '</details>', '', '\n</details> more', '\n    </details>')),
    )
    return st.one_of(lists, sections, joined.map(lambda text: '\n'.join('> ' + line for line in text.split('\n'))))


_BLOCK = st.one_of(_LEAF, st.recursive(_LEAF, _containers, max_leaves=6))
_LONG = st.one_of(
    st.builds(lambda line, count: '\n'.join(f'- {line} {n}' for n in range(count)), _LINE, st.integers(30, 60)),
    st.builds(lambda line, count: '\n\n'.join(f'{n}. {line}' for n in range(count)), _LINE, st.integers(30, 60)),
    st.builds(lambda line, count: f'```\n{(line + chr(10)) * count}```', _LINE, st.integers(30, 60)),
    st.builds(lambda line, count: ' '.join([line] * count), _LINE, st.integers(30, 60)),
    st.builds(lambda line, count: '\n'.join([f'> {line}'] * count), _LINE, st.integers(30, 60)),
    st.builds(
        lambda line, count: '<details>\n<summary>S</summary>\n\n' + '\n\n'.join([line] * count) + '\n\n</details>',
        _LINE,
        st.integers(30, 60),
    ),
    st.builds(
        lambda rows: _table(rows * 20), st.lists(st.lists(_WORDS, min_size=2, max_size=2), min_size=1, max_size=3)
    ),
)

_NOTES = st.lists(
    st.builds(
        lambda label, line, more: f'[^{label}]: {line}' + more,
        st.sampled_from(('1', 'n', 'n', 'long-label')),
        _LINE,
        st.sampled_from(('', '\nlazy', '\n\n    second *paragraph*', '\n\n    ```\n    code\n    ```')),
    ),
    min_size=1,
    max_size=4,
).flatmap(lambda notes: st.sampled_from(('\n', '\n\n')).map(lambda gap: gap.join(notes)))

DOCUMENTS = st.builds(
    lambda blocks, gap, end: gap.join(blocks).replace('\n', end),
    st.lists(st.one_of(_BLOCK, _BLOCK, _BLOCK, _LONG), min_size=1, max_size=6),
    st.sampled_from(('\n\n', '\n', '\n\n\n')),
    st.sampled_from(('\n', '\n', '\r\n', '\r')),
)
"""Documents of every construct, nested, short and long, with every kind of line end."""


WITH_NOTES = st.lists(st.one_of(_BLOCK, _NOTES), min_size=1, max_size=6).map('\n\n'.join)
"""Documents with footnotes among all else, which only the end can tell."""

NOTES_FIRST = st.tuples(_NOTES, st.lists(_LEAF, min_size=1, max_size=4).map('\n\n'.join)).map('\n\n'.join)
"""Documents whose footnotes stand before all else."""


TAGS = st.lists(
    st.sampled_from(
        (
            *(
                '<details>',
                '<details open>',
                '</details>',
                '<summary>',
                '</summary>',
                '```',
                '```md\n',
                '[^1]: x',
                '[^1]',
            ),
            *('\n', '\n\n', '- ', '> ', '1. ', '  ', '    ', 'a b', '*c*', 'text'),
        )
    ),
    max_size=14,
).map(''.join)
"""Tags of sections, fences and footnotes wherever they may come."""


def cuts(text: str) -> st.SearchStrategy[list[str]]:
    """Pieces of `text` as they might come from a model: mostly short, sometimes long."""
    sizes = st.lists(st.sampled_from((1, 1, 2, 3, 4, 5, 8, 13, 40, 200)), min_size=1, max_size=40)
    return sizes.map(lambda chosen: _cut(text, chosen))


def _cut(text: str, sizes: list[int]) -> list[str]:
    pieces, position, turn = [], 0, 0
    while position < len(text):
        size = sizes[turn % len(sizes)]
        pieces.append(text[position : position + size])
        position, turn = position + size, turn + 1
    return pieces
