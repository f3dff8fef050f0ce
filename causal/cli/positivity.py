"""``causal positivity``: which conditions a formula needs rows for, and how many data have."""

from __future__ import annotations

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit

__all__ = ["positivity"]

EXAMPLES = """\b
Examples:
  causal positivity study.txt "P(Y=1 | do(X=1))" --data study.csv"""


@causal.command(
    short_help="Which cells QUERY needs, and rows in each.",
    epilog=f"{EXAMPLES}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("query")
@click.option("--data", metavar="CSV", required=True, help="The rows.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Cells at most."
)
@as_json
def positivity(graph: str, query: str, *, data: str, limit: int, as_json: bool) -> int:
    """Say which conditions the formula of QUERY needs rows for, and how many there are in each.

    A formula is undefined where it divides by nothing. Cells that it multiplies by zero are not
    needed. The exit code is 1 where a cell that is needed is empty, or QUERY has no formula.
    """
    known = reading.graph_from(graph)
    answer = engine.identify(known, reading.query_from(query, known))
    if not isinstance(answer, engine.Identified):
        said = records.written(records.of_answer(answer)) if as_json else story.of_answer(answer)
        click.echo(said)
        return Exit.UNDECIDED if isinstance(answer, engine.Undecided) else Exit.NO
    found = engine.positivity(answer, reading.rows_from(data))
    if as_json:
        parts = [demand.to_dict() for demand in found.demands]
        record = {"answer": "filled" if found.holds else "empty-cells", "query": str(answer.query)}
        formula = {"estimand": str(found.formula), "rows": found.rows, "parts": parts}
        click.echo(records.written({"schema": records.SCHEMA, **record, **formula}))
    else:
        click.echo(_told(answer, found, limit))
    return Exit.ANSWERED if found.holds else Exit.NO


def _told(answer: engine.Identified, found: engine.Positivity, limit: int) -> str:
    heads = {
        True: f"Every cell that the formula needs has rows, of {found.rows} in all.",
        False: f"Some cells that the formula needs are empty, of {found.rows} rows in all.",
    }
    text = f"{heads[found.holds]}\n\n{story.equation(answer.query, found.formula)}"
    table = found.frame()
    if table.empty:
        return text
    cells = [f"  {n:>6g}  {part} at {at}" for part, at, n in table[:limit].itertuples(index=False)]
    more = f"\n\nThere are {len(table) - limit} more; --limit shows them." * (len(table) > limit)
    return f"{text}\n\n" + "\n".join([f"  {'rows':>6}", *cells]) + more
