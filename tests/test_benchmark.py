"""The table of measures keeps what was not measured this time."""

from scripts.benchmark.table import BEGIN, END, Row, markdown, put_into


def test_only_what_was_measured_is_replaced() -> None:
    first = put_into(
        f'before\n{BEGIN}\n{END}\nafter\n', markdown([Row('one', '≤ 1', '2', False), Row('two', '', '2', None)])
    )
    second = put_into(first, markdown([Row('one', '≤ 1', '1', True), Row('three', '', '3', None)]))
    assert second.splitlines() == [
        'before',
        BEGIN,
        '| measure | reach | measured | reached |',
        '|---|---|---|---|',
        '| one | ≤ 1 | 1 | yes |',
        '| two |  | 2 |  |',
        '| three |  | 3 |  |',
        END,
        'after',
    ]
