"""``causal instruments``: path coefficients of a linear model, or why instruments will not do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit
from causal.variables import quoted

__all__ = ["instruments"]

EXAMPLES = """\b
Examples:
  causal instruments "Z -> X -> Y; X <-> Y" X Y
  causal instruments study.txt dose,diet recovery
  causal instruments study.txt dose recovery --try "letter | season"
  causal instruments study.txt dose,diet recovery --try "A | B" --try C"""


@causal.command(
    short_help="Instruments for edges of a linear model.",
    epilog=f"{EXAMPLES}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("x")
@click.argument("y")
@click.option(
    "--try",
    "proposed",
    multiple=True,
    metavar="Z|NAMES",
    help="Judge this instrument, given some variables; once for each cause.",
)
@click.option("--exclude", multiple=True, metavar="NAMES", help="What may not be used.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Sets at most."
)
@as_json
def instruments(
    graph: str,
    x: str,
    y: str,
    *,
    proposed: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> int:
    """List instruments for the coefficients of the edges from X into Y, if the model is linear.

    X is a name, or several with commas between them: as many instruments are needed as there are
    causes, each with variables of its own that are given. The equations hold although X and Y share
    hidden causes. With --try, say whether the instruments proposed will do; a "no" names each
    condition that fails.
    """
    known = reading.graph_from(graph)
    sides = {"x": reading.names_from([x], known, "x"), "y": reading.names_from([y], known, "y")}
    reading.require_parts(**sides)
    outcome = reading.the_one(sides["y"], "the outcome")
    if proposed:
        if exclude:
            raise click.ClickException("--try judges what it names; it takes no --exclude")
        return _judge(known, sides["x"], outcome, proposed, as_json=as_json)
    barred = reading.names_from(exclude, known, "--exclude")
    found = list(islice(engine.instruments(known, sides["x"], outcome, exclude=barred), limit + 1))
    if as_json:
        record = {"sets": [each.to_dict() for each in found[:limit]], "more": len(found) > limit}
        _say(sides["x"], outcome, "found" if found else "none", record)
    elif found:
        more = "\n\nThere are more; --limit shows them." if len(found) > limit else ""
        head = f"If the model is linear, any of these gives {_edges(sides['x'], outcome)}:"
        parts = [_shown(each) for each in found[:limit]]
        click.echo(f"{story.prose(head)}\n\n" + "\n\n".join(parts) + more)
    else:
        click.echo(story.prose(f"No instruments were found for {_edges(sides['x'], outcome)}."))
    return Exit.ANSWERED if found else Exit.NO


def _judge(
    known: engine.ADMG, x: list[str], y: str, proposed: Sequence[str], *, as_json: bool
) -> int:
    sets = reading.instruments_from(proposed, known)
    objections = engine.why_no_instruments(known, x, y, sets)
    answer = "no-instruments" if objections else "instruments"
    if as_json:
        given = {name: sorted(held) for name, held in sets.items()}
        against = [each.to_dict() for each in objections]
        _say(x, y, answer, {"proposed": given, "objections": against})
    elif objections:
        lines = "\n".join(story.prose(f"- {each}", hanging="  ") for each in objections)
        click.echo(f"No. Instruments they are not:\n\n{lines}")
    else:
        from causal.identification import an_instrumental_set

        found = an_instrumental_set(known, x, y, sets)
        click.echo(f"Yes. If the model is linear:\n\n{_shown(found)}")
    return Exit.NO if objections else Exit.ANSWERED


def _shown(found: engine.InstrumentalSet) -> str:
    """The equations, and the separations that they rest on."""
    equations = [f"  {line}" for line in str(found).splitlines()]
    return "\n".join([*equations, *(f"      [{each}]" for each in found.exclusions)])


def _edges(x: Sequence[str], y: str) -> str:
    return " and ".join(f"{quoted(cause)} -> {quoted(y)}" for cause in x)


def _say(x: list[str], y: str, answer: str, record: dict[str, object]) -> None:
    head: dict[str, object] = {"schema": records.SCHEMA, "answer": answer, "x": x, "y": y}
    click.echo(records.written(head | record))
