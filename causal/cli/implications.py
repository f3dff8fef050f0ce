"""``causal implications``: what a graph says about data, and whether given data bear it out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit

if TYPE_CHECKING:
    import pandas as pd

    from causal.identification.independences import Basis

__all__ = ["implications"]

_ENDINGS = {
    "compatible": Exit.ANSWERED,
    "violated": Exit.NO,
    "untestable": Exit.UNDECIDED,
}

EXAMPLES = """\b
Examples:
  causal implications "A -> B -> C -> D; B <-> D"
  causal implications study.txt --query "P(Y | do(X))"
  causal implications study.txt --data study.csv"""
DATA = """\b
With --data, exit code 1 says that an equality is violated, 3 that none could
be tested."""


@causal.command(
    short_help="What GRAPH says about data, and whether it is so.",
    epilog=f"{EXAMPLES}\n\n{GRAPH}\n\n{DATA}\n\n{EXITS}",
)
@click.argument("graph")
@click.option("--query", metavar="QUERY", help="Compare the formulas of this query, too.")
@click.option("--data", metavar="CSV", help="Test every equality on these rows.")
@click.option(
    "--basis",
    type=click.Choice(["local", "pairwise"]),
    show_default="local; with --data, pairwise",
    help="Each variable given its Markov blanket, or pairs with the fewest conditions.",
)
@click.option(
    "--alpha",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Chance of a false alarm, over all tests together.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Of each kind."
)
@as_json
def implications(
    graph: str,
    *,
    query: str | None,
    data: str | None,
    basis: Basis | None,
    alpha: float,
    limit: int,
    as_json: bool,
) -> int:
    """List the equalities that every law of GRAPH obeys, and test them on data.

    They are independences, Verma constraints (a formula that does not depend on a variable that it
    mentions), and formulas of a query that agree. Columns of numbers are tested by partial
    correlation, classes by G² and Wald tests; p-values are corrected by Holm's method.
    """
    known = reading.graph_from(graph)
    asked = None if query is None else reading.query_from(query, known)
    basis = basis or ("local" if data is None else "pairwise")
    found = engine.implications(known, asked, basis=basis, most=limit)
    table = None
    if data is not None:
        rows = reading.rows_from(data)
        table = engine.confront(known, rows, asked, basis=basis, alpha=alpha, most=limit)
    if as_json:
        click.echo(records.written(_record(found, table)))
    elif table is None:
        click.echo(_listed(found))
    else:
        click.echo(_judged(found, table, alpha))
    if table is None:
        return Exit.ANSWERED if len(found) else Exit.NO
    return _ENDINGS[_verdict(table)]


def _verdict(table: pd.DataFrame) -> str:
    """Violated as soon as one equality is; untestable when no test could be done."""
    verdicts = set(table["verdict"])
    if "violated" in verdicts:
        return "violated"
    return "compatible" if "compatible" in verdicts or not verdicts else "untestable"


def _listed(found: engine.Implications) -> str:
    kinds = [
        ("Independences", found.independences),
        ("Verma constraints", found.kernels),
        ("Formulas that agree", found.agreements),
    ]
    parts = [f"{title}\n\n{_indented(map(str, each))}" for title, each in kinds if each]
    if not parts:
        parts = ["The graph implies no equality that data could violate."]
    return "\n\n".join(parts) + _more(found)


def _judged(found: engine.Implications, table: pd.DataFrame, alpha: float) -> str:
    if not len(table):
        return _listed(found)
    heads = {
        "violated": f"The data contradict the graph (Holm, {alpha:g}).",
        "compatible": f"The data do not contradict the graph (Holm, {alpha:g}).",
        "untestable": "No test could be done.",
    }
    lines = [f"{'p':<9}{'corrected':<11}{'verdict':<12}implication"]
    for row in table.to_dict("records"):
        numbers = f"{_number(row['p']):<9}{_number(row['p_holm']):<11}{row['verdict']:<12}"
        note = f"  ({row['note']})" if row["note"] else ""
        lines.append(f"{numbers}{row['implication']}{note}")
    head = f"{heads[_verdict(table)]} {table['n'].iloc[0]} rows:"
    return f"{head}\n\n{_indented(lines)}{_more(found)}"


def _number(p: float) -> str:
    return "-" if math.isnan(p) else "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def _more(found: engine.Implications) -> str:
    """What the lists do not say: constraints that may be no news, and what is missing."""
    unscreened = sum(not each.screened for each in found.kernels)
    unscreened += sum(not each.screened for each in found.agreements)
    notes = []
    if unscreened:
        notes.append(
            f"{unscreened} of the equalities involve too many variables to say whether they follow "
            "from the independences."
        )
    if found.left_out:
        notes.append("Left out:\n" + "\n".join(f"- {each}" for each in found.left_out))
    return "".join(f"\n\n{_wrapped(note)}" for note in notes)


def _wrapped(text: str) -> str:
    return "\n".join(story.prose(line, hanging="  ") for line in text.splitlines())


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _record(found: engine.Implications, table: pd.DataFrame | None) -> dict[str, object]:
    return {
        "schema": records.SCHEMA,
        "answer": "listed" if table is None else _verdict(table),
        "independences": [each.to_dict() for each in found.independences],
        "kernels": [each.to_dict() for each in found.kernels],
        "agreements": [each.to_dict() for each in found.agreements],
        "complete": found.complete,
        "left_out": list(found.left_out),
        "tests": None if table is None else _tests(table),
    }


def _tests(table: pd.DataFrame) -> list[dict[str, object]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
