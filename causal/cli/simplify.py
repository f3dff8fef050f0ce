"""``causal simplify``: a shorter formula for the same number, each change with its reason."""

from __future__ import annotations

from textwrap import indent

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit

__all__ = ["simplify"]

EXAMPLES = """\b
Examples:
  causal simplify "Z -> X -> Y" "sum_{Z} P(Y | X, Z) P(Z)"
  causal simplify study.txt "P(Y | do(X), A, B)" """
FORMULA = """\b
FORMULA is written as formulas are printed:
  P(Y | X, Z)              a law; do(X) among its conditions sets X
  sum_{Z} P(Y | Z) P(Z)    a sum takes in all that follows; Z' is another value
  P(X, Y) / P(X)           a fraction; brackets as usual"""


@causal.command(
    short_help="A shorter FORMULA of the same value.",
    epilog=f"{EXAMPLES}\n\n{FORMULA}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("formula")
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    default=20_000,
    show_default=True,
    help="Laws to look at, in all formulas together.",
)
@as_json
def simplify(graph: str, formula: str, *, budget: int, as_json: bool) -> int:
    """Find a shorter formula that has the value of FORMULA in every model of GRAPH.

    Laws are joined, summed out and cancelled; a condition that goes, or comes, does so by a
    separation in the graph, which the step names. The exit code is 0, also where nothing is
    shorter.
    """
    known = reading.graph_from(graph)
    found = engine.simplify(known, reading.formula_from(formula, known), budget=budget)
    if as_json:
        click.echo(
            records.written(
                {
                    "schema": records.SCHEMA,
                    "answer": "shorter" if found.steps else "as-it-was",
                    "formula": str(found.start),
                    "shorter": str(found.end),
                    "latex": found.end.latex(),
                    "derivation": found.to_list(),
                }
            )
        )
    elif found.steps:
        told = found.told(width=story.width() - 2)
        click.echo(f"In every model of the graph:\n\n{indent(told, '  ')}")
    else:
        click.echo(f"Nothing was found that is shorter than\n\n{story.shown(found.end)}")
    return Exit.ANSWERED
