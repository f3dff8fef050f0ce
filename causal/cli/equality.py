"""``causal prove`` and ``causal equivalents``: which laws are equal by the three rules."""

from __future__ import annotations

from itertools import islice

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit

__all__ = ["equivalent_laws", "proof"]

PROVE = """\b
Examples:
  causal prove "Z -> X -> Y; Z -> Y" "P(Y | do(X), Z)" "P(Y | X, Z)"
  causal prove "X -> Y; X <-> Y" "P(Y | do(X))" "P(Y | X)"
  causal prove "Z -> X -> Y; Z -> Y" "P(Y | do(X))" "sum_{Z} P(Y|X,Z) P(Z)\""""
EQUIVALENTS = """\b
Examples:
  causal equivalents "Z -> X -> Y; Z -> Y" "P(Y | do(X), Z)"
  causal equivalents "Z -> X -> Y; Z -> Y" "P(Y | do(X), Z)" --observational"""


@causal.command(
    "prove",
    short_help="Whether two laws are equal by the rules.",
    epilog=f"{PROVE}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("one")
@click.argument("other")
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Formulas to look at, where a side is no single law.",
)
@as_json
def proof(graph: str, one: str, other: str, *, budget: int, as_json: bool) -> int:
    """Decide whether ONE and OTHER are equal in every model of GRAPH.

    Of laws P(outcomes | do(actions), conditions) with the same outcomes it is decided whether the
    rules of the do-calculus make them equal: a "yes" comes with the steps, a "no" with the two
    different normal forms. Sums, products and fractions of laws are derived, both, until they are
    one formula, or told apart by a model; where neither succeeds, the answer is undecided.
    """
    known = reading.graph_from(graph)
    sides = [reading.side_from(text, known) for text in (one, other)]
    laws = [side for side in sides if isinstance(side, engine.Query)]
    if len(laws) < len(sides) or laws[0].values != laws[1].values:
        return _compared(known, one, other, budget=budget, as_json=as_json)
    answer = engine.prove(known, *laws)
    if as_json:
        click.echo(records.written(records.of_proof(answer)))
    else:
        click.echo(story.of_proof(answer, laws[0].values))
    return Exit.ANSWERED if isinstance(answer, engine.Derivation) else Exit.NO


def _compared(known: engine.ADMG, one: str, other: str, *, budget: int, as_json: bool) -> int:
    """Formulas of more than a law."""
    answer = engine.equal(known, one, other, budget=budget)
    if as_json:
        click.echo(records.written(records.of_comparison(answer, one, other)))
    else:
        click.echo(story.of_comparison(answer))
    match answer:
        case engine.Equal():
            return Exit.ANSWERED
        case engine.Unequal():
            return Exit.NO
        case engine.Undecided():
            return Exit.UNDECIDED


@causal.command(
    "equivalents",
    short_help="The laws that are equal to QUERY by the rules.",
    epilog=f"{EQUIVALENTS}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("query")
@click.option("--observational", is_flag=True, help="Only laws without actions.")
@click.option("--fewest", is_flag=True, help="Only those with the fewest actions.")
@click.option("--measured", multiple=True, metavar="NAMES", help="Observe nothing else: A or A,B.")
@click.option("--settable", multiple=True, metavar="NAMES", help="Set nothing else: A or A,B.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@as_json
def equivalent_laws(
    graph: str,
    query: str,
    *,
    observational: bool,
    fewest: bool,
    measured: tuple[str, ...],
    settable: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> int:
    """List laws that the rules make equal to QUERY, whatever the data.

    The list starts at the query, if that passes the filters, and prefers few actions. There may be
    very many.
    """
    known = reading.graph_from(graph)
    asked = reading.query_from(query, known)
    found = engine.equivalents(
        known,
        asked,
        measured=reading.names_from(measured, known, "--measured") if measured else None,
        settable=_settable(settable, known, observational=observational),
        fewest=fewest,
    )
    from causal.expression import valued

    laws = [valued(law, asked.values) for law in islice(found, limit + 1)]
    shown, more = laws[:limit], len(laws) > limit
    if as_json:
        head = {"schema": records.SCHEMA, "answer": "listed" if shown else "none"}
        laws_found = {"equivalents": [str(law) for law in shown], "more": more}
        click.echo(records.written(head | {"query": str(asked)} | laws_found))
    elif shown:
        click.echo("\n".join(map(str, shown)) + ("\n... and more (--limit)" if more else ""))
    else:
        click.echo(f"No law that passes the filters equals {asked} by the rules.")
    return Exit.ANSWERED if shown else Exit.NO


def _settable(
    named: tuple[str, ...], known: engine.ADMG, *, observational: bool
) -> list[str] | None:
    if named and observational:
        raise click.ClickException("--observational sets nothing; it takes no --settable")
    if named or observational:
        return reading.names_from(named, known, "--settable")
    return None
