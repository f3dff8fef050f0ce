"""``causal bounds``: how far off a quantity can be when there is no formula for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

import causal as engine
from causal.cli import reading, records
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit
from causal.errors import DomainError

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd

    Answer: TypeAlias = engine.Bounds | engine.Falsified | engine.Undecided

__all__ = ["bounds"]

EXAMPLES = """\b
Examples:
  causal bounds "Z -> X -> Y; X <-> Y" "E(Y[X=1]) - E(Y[X=0])" trial.csv
  causal bounds "X -> Y; X <-> Y" "P(Y[X=0]=0 | X=1, Y=1)" seen.csv
      --experiment "do(X=1)=treated.csv" --monotone "X -> Y"
  causal bounds graph.txt "P(Y=1 | do(X=1))" table.csv --counts n"""
DATA = """\b
DATA.csv has one row a unit and one column a variable. With --counts COLUMN
a row stands for as many units as the column says; with --law COLUMN the
column holds probabilities (0.25 or 1/4), and no sampling is accounted for."""


@causal.command(
    short_help="How far off can it be, without a formula?",
    epilog=f"{EXAMPLES}\n\n{DATA}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("query")
@click.argument("data", metavar="[DATA.csv]", required=False)
@click.option(
    "--experiment",
    "experiments",
    multiple=True,
    metavar="DO=FILE",
    help='Data seen where something was set: "do(X=1)=treated.csv".',
)
@click.option(
    "--monotone", multiple=True, metavar="ARROW", help='An arrow that never lowers: "X -> Y".'
)
@click.option("--latent", multiple=True, metavar="NAMES", help="What is not measured: U or U,V.")
@click.option(
    "--values",
    "declared",
    multiple=True,
    metavar="NAME=VALUES",
    help='What a variable can be, if the data lack some: "Y=0,1,2".',
)
@click.option("--counts", metavar="COLUMN", help="The column of how many units a row stands for.")
@click.option("--law", metavar="COLUMN", help="The column of probabilities.")
@click.option(
    "--level", type=float, default=0.95, show_default=True, help="Confidence of the limits."
)
@as_json
def bounds(
    graph: str,
    query: str,
    data: str | None,
    *,
    experiments: tuple[str, ...],
    monotone: tuple[str, ...],
    latent: tuple[str, ...],
    declared: tuple[str, ...],
    counts: str | None,
    law: str | None,
    level: float,
    as_json: bool,
) -> int:
    """Bound QUERY over all models of GRAPH that have the law of the data.

    QUERY is a probability or an expectation, in any worlds, or a sum or difference of such. "No"
    means that no model of GRAPH has this law: the answer is the inequality that all of them meet.
    """
    known = _measured(graph, latent)
    if counts and law:
        raise click.ClickException("a row has --counts or a --law, not both")
    if data is None and not experiments:
        raise click.ClickException("there is no data: name DATA.csv, or an --experiment")
    asked = reading.quantity_from(query, known)
    domains = reading.values_from(declared, known)
    seen = None if data is None else _table(data, counts, law)
    done = [_experiment(one, counts, law) for one in experiments]
    tables = [table for _, table in done] + ([] if seen is None else [seen])
    _require_measured(known, domains, tables)
    try:
        answer = engine.bounds(
            known,
            asked,
            seen,
            experiments=dict(done),
            monotone=monotone,
            domains=domains,
            level=level,
        )
    except DomainError as error:
        hint = f'; --values "{error.variable}=..." declares what it can be'
        raise DomainError(error.variable, error.value, error.domain, hint) from error
    click.echo(records.written(_record(answer)) if as_json else _story(answer))
    match answer:
        case engine.Bounds():
            return Exit.ANSWERED
        case engine.Falsified():
            return Exit.NO
        case engine.Undecided():
            return Exit.UNDECIDED


def _measured(graph: str, latent: tuple[str, ...]) -> engine.ADMG:
    """The graph of what is not latent, by its own account or by the option."""
    known, declared = reading.latent_graph_from(graph)
    hidden = declared | frozenset(reading.names_from(latent, known, "--latent"))
    if len(hidden) == len(known.nodes):
        raise click.ClickException("every variable is latent; at least one must be observed")
    return known.hide(hidden) if hidden else known


def _require_measured(
    graph: engine.ADMG,
    domains: Mapping[str, object],
    tables: Iterable[pd.DataFrame | pd.Series],
) -> None:
    """Raise what there is to do about a variable without a column or declared values."""
    import pandas as pd

    columns = {
        name
        for table in tables
        for name in (table.index.names if isinstance(table, pd.Series) else table.columns)
    }
    for v in graph.nodes:
        if v not in columns and v not in domains:
            raise click.ClickException(
                f'{v} is no column of the data; say that it is not measured, --latent "{v}", or '
                f'what it can be, --values "{v}=0,1"'
            )


def _experiment(
    argument: str, counts: str | None, law: str | None
) -> tuple[str, pd.DataFrame | pd.Series]:
    done, mark, path = argument.rpartition(")=")
    if not mark:
        raise click.ClickException(f'{argument!r} is no experiment; write "do(X=1)=treated.csv"')
    return f"{done})", _table(path, counts, law)


def _table(path: str, counts: str | None, law: str | None) -> pd.DataFrame | pd.Series:
    """Units, or a law with exact probabilities."""
    import pandas as pd

    from causal.model.exact import exact

    if not Path(path).is_file():
        raise click.ClickException(f"there is no file {path!r}")
    column = counts or law
    try:
        rows = pd.read_csv(path, dtype={law: str} if law else None)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be read as CSV: {error}") from error
    if column is not None and column not in rows.columns:
        raise click.ClickException(f"{path} has no column {column!r}")
    if law:
        chances = [exact(text) for text in rows.pop(law)]
        return pd.Series(chances, index=pd.MultiIndex.from_frame(rows), dtype=object)
    if counts:
        numbers = rows.pop(counts)
        if not (numbers == numbers.round()).all() or (numbers < 0).any():
            raise click.ClickException(f"{counts} of {path} holds what is no number of units")
        return rows.loc[rows.index.repeat(numbers.astype(int))]
    return rows


def _record(answer: Answer) -> dict[str, object]:
    record: dict[str, object] = {
        "schema": records.SCHEMA,
        "answer": "undecided",
        "query": str(answer.query),
        "lower": None,
        "upper": None,
        "sharp": None,
        "confidence": None,
        "level": None,
        "n": None,
        "engine": None,
        "assumptions": [],
        "certificates": [],
    }
    match answer:
        case engine.Bounds():
            lower, upper = answer.interval
            record |= {
                "answer": "bounded",
                "lower": float(lower),
                "upper": float(upper),
                "sharp": answer.sharp,
                "confidence": answer.confidence and list(answer.confidence),
                "level": answer.level,
                "n": answer.n,
                "engine": answer.engine,
                "assumptions": list(answer.assumptions),
                "certificates": [one.to_dict() for one in answer.certificates],
            }
        case engine.Falsified():
            reason = str(answer.reason)
            record |= {"answer": "falsified", "level": answer.level, "n": answer.n}
            record |= {"reason": reason}
        case engine.Undecided():
            record |= {"reason": answer.reason}
    return record


def _story(answer: Answer) -> str:
    match answer:
        case engine.Bounds():
            return "\n".join(_bounded(answer))
        case engine.Falsified():
            return fill(f"No: {answer}.", 80)
        case engine.Undecided():
            return fill(f"Undecided: {answer.reason}.", 80)


def _bounded(answer: engine.Bounds) -> Iterator[str]:
    lower, upper = (f"{float(end):.6g}" for end in answer.interval)
    where = f"is {lower}" if lower == upper else f"lies between {lower} and {upper}"
    yield f"{answer.query} {where}."
    if answer.confidence is not None and answer.level is not None:
        least, most = (f"{end:.6g}" for end in answer.confidence)
        yield f"{answer.level:.0%} confidence: {least} to {most} ({answer.n} rows)."
    yield ""
    yield (
        "Sharp: models with this very law reach both ends."
        if answer.sharp
        else "Not known to be sharp: the truth may lie in a narrower interval."
    )
    if answer.certificates:
        yield ""
        yield from (f"  {one}" for one in answer.certificates)
    yield ""
    yield "Assumed:"
    for one in answer.assumptions:
        yield fill(one, 80, initial_indent="- ", subsequent_indent="  ")
