"""What the terminal shows: aligned tables, numbers as people write them, and JSON records."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite

import click

SCHEMA = 1


def show_record(record: Mapping[str, object]) -> None:
    """Print a record as JSON, with the version of its schema first."""
    click.echo(json.dumps({"schema": SCHEMA, **record}, indent=2, ensure_ascii=False))


def show_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header; numbers stand to the right, text to the left."""
    texts = [[cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *texts, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        for index in range(len(header))
    ]
    for line in [list(header), *texts]:
        cells = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def cell(value: object) -> str:
    """Write one value; a number gets four significant digits, a missing one nothing.

    >>> cell(0.123456), cell(1e-7), cell(12), cell(None), cell(float("nan"))
    ('0.1235', '1e-07', '12', '', '')
    """
    match value:
        case None:
            return ""
        case float() if not isfinite(value):
            return ""
        case float():
            return f"{value:.4g}"
    return str(value)


def plural(count: int, noun: str) -> str:
    """Count things in words.

    >>> plural(1, "trial"), plural(15, "trial")
    ('1 trial', '15 trials')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_line(text: str | None) -> str:
    """Keep the line of an error that says what went wrong."""
    return text.splitlines()[0] if text else ""
