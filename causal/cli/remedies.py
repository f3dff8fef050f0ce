"""``causal remedies``: the assumption, experiment or measurement that makes a query computable."""

from __future__ import annotations

import click

import causal as engine
from causal.cli import reading, records
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit
from causal.variables import listed, natural, quoted

__all__ = ["remedies"]

EXAMPLES = """\b
Examples:
  causal remedies "Z -> X -> Y; Z <-> X; Z <-> Y" "P(Y | do(X))"
  causal remedies "U -> {X, Y}; X -> Y" "P(Y | do(X))" --latent U
  causal remedies "dag { U [latent] X -> Y; X <- U -> Y }" "P(Y | do(X))" """


@causal.command(
    short_help="What would make QUERY computable.",
    epilog=f"{EXAMPLES}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("query")
@click.option("--latent", multiple=True, metavar="NAMES", help="What is not measured: U or U,V.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Sets of edges."
)
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    help="Choices of a kind to look at.  [default: 5000, fewer in large graphs]",
)
@as_json
def remedies(
    graph: str,
    query: str,
    *,
    latent: tuple[str, ...],
    limit: int,
    budget: int | None,
    as_json: bool,
) -> int:
    """List the smallest changes after which QUERY has a formula.

    They are sets of <-> edges to rule out, single variables to randomise, and single hidden causes
    to measure: by name where GRAPH declares them latent, or --latent does. The exit code is 1 where
    nothing that was looked at helps.
    """
    known, declared = reading.latent_graph_from(graph)
    hidden = declared | frozenset(reading.names_from(latent, known, "--latent"))
    if len(hidden) == len(known.nodes):
        raise click.ClickException("every variable is latent; at least one must be observed")
    asked = reading.query_from(query, known.hide(hidden) if hidden else known)
    looks = budget or min(5_000, 200_000 // len(known.nodes) + 1)
    found = engine.remedies(known, asked, latent=hidden, limit=limit, budget=looks)
    needless = found.without == (frozenset(),)
    if as_json:
        head: dict[str, object] = {
            "schema": records.SCHEMA,
            "answer": "identified" if needless else "listed",
            "query": str(asked),
        }
        click.echo(records.written(head | found.to_dict()))
    elif needless:
        click.echo(f"Nothing is needed: `causal identify` gives a formula for {asked}.")
    else:
        click.echo(_told(found, asked))
    helped = (*found.without, *found.randomise, *found.measure, *found.latent)
    return Exit.ANSWERED if helped else Exit.NO if found.complete else Exit.UNDECIDED


def _told(found: engine.Remedies, asked: engine.Query) -> str:
    measured = [quoted(name) for name in found.latent]
    measured += [f"what {listed(map(quoted, edge))} share" for edge in found.measure]
    kinds = {
        "Measure": measured,
        "Randomise": [quoted(name) for name in found.randomise],
        "Rule out": [_edges(edges) for edges in found.without],
    }
    parts = [
        f"{kind}\n\n" + "\n".join(f"  {way}" for way in ways)
        for kind, ways in kinds.items()
        if ways
    ]
    if parts:
        parts.insert(0, f"Any one of these would make {asked} computable.")
    else:
        parts = [f"Nothing single was found that would make {asked} computable."]
    if not found.complete:
        parts.append("The search stopped early; there may be more. --budget lets it go on.")
    return "\n\n".join(parts)


def _edges(edges: frozenset[tuple[str, str]]) -> str:
    pairs = sorted(edges, key=lambda edge: (natural(edge[0]), natural(edge[1])))
    return " and ".join(f"{quoted(a)} <-> {quoted(b)}" for a, b in pairs)
