r"""Texts with formulas as models write them, whole and unfinished, for the tests of what grows."""

from hypothesis import strategies as st

INLINE = (
    *('$x$', '$x_{i}^{*} + y_{j}^{*}$', r'\(\alpha * \beta * c\)', r'\[ a * b \]', '$$a_1 * b_1$$', r'$\text{if $x$}$'),
    *(
        '$5',
        '$10',
        'US$',
        'US$5-$10',
        '$HOME',
        r'\$',
        '`$a$`',
        '$n$th',
        '$$',
        '$',
        '($$)',
        '$x',
        r'\(',
        r'\)',
        r'\[',
        r'\]',
    ),
    *(
        '**$x$**',
        '[$x$](/y)',
        '$x$中',
        '中$x$',
        '|$|x|$',
        r'\begin{align}',
        r'\end{align}',
        r'$\{1,2\}$',
        '$$$',
        r'\[1\]',
    ),
)
BLOCKS = (
    '$$\n- x + y\n= 2\n$$',
    '$$\nx\n===\n\n# y\n$$',
    '\\[\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n\\]',
    '\\begin{align}\na &= b \\\\\n\n- c &= d\n\\end{align} and more *words*\n- item',
    '$$\nx *never* closed\n\n- item',
    '\\[\n1. x\n',
    '\\begin{cases}\n> a\n',
    '$$x$$\n---',
    '$$ a *b* c $$ and $$ d\n* e\n$$',
    '$$ prices and **more** words\n\n- item',
    '\\[1\\] a *note*',
    '\\[x\\] done',
    'Words:\n$$\nx\n$$\nmore words',
    '1. Item\n\n       $$\n       - x\n       $$\n\n2. $$y$$',
    '- a:\n  \\[\n  - x\n  \\]\n- b\n\\[\n- y\n\\]',
    '> $$\n> - x\n> $$\n> and\n> \\[\n> # y',
    '| a | b |\n|---|---|\n| $x$ | $$y$$ |',
    '| a | b |\n|---|---|\n| $|x|$ | b |\n| c | d |',
    'so we get: $$\n- x + y\n$$\n\nand *more*',
    '1. then $$\n   x = 1\n\n   $$\n2. so \\[\n   # y_1\n   \\] here\n',
    '> We have \\begin{align}\n> - a &= b\n> \\end{align}\n> and',
    'Price: $$\nGood *food*\n- item',
    'never closed: $$\n- x + y\n\n- item',
)
FORMULA_LINES = st.lists(
    st.sampled_from((*INLINE, 'words', 'the', '3', 'and so', '- x', '*b*', '_c_', '')), min_size=1, max_size=7
).map(' '.join)
FORMULA_DOCUMENTS = st.builds(
    lambda parts, gap, end: gap.join(parts).replace('\n', end),
    st.lists(st.one_of(FORMULA_LINES, st.sampled_from(BLOCKS)), min_size=1, max_size=6),
    st.sampled_from(('\n\n', '\n')),
    st.sampled_from(('\n', '\n', '\r\n')),
)
"""Documents with formulas of every kind and what only looks like one."""
