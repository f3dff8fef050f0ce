"""``causal adjust``: which variables to adjust for, or why a proposed set will not do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from textwrap import fill
from typing import TYPE_CHECKING

import click

import causal as engine
from causal.cli import reading, records
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit
from causal.variables import natural, quoted

if TYPE_CHECKING:
    from causal.identification.adjustment import Kind

__all__ = ["adjust"]

EXAMPLES = """\b
Examples:
  causal adjust "A -> X -> Y; A -> B -> Y" X Y
  causal adjust "A -> X -> Y; A -> B -> Y" X Y --kind optimal
  causal adjust study.txt dose,diet recovery --set age,sex"""


@causal.command(
    short_help="What to adjust for, or why a set will not do.",
    epilog=f"{EXAMPLES}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("x")
@click.argument("y")
@click.option("--set", "proposed", metavar="NAMES", help="Judge this set: A,B, or '' for nothing.")
@click.option(
    "--kind",
    type=click.Choice(["minimal", "optimal", "all"]),
    default="minimal",
    show_default=True,
    help="Which sets to list.",
)
@click.option("--include", multiple=True, metavar="NAMES", help="What must be in every set.")
@click.option("--exclude", multiple=True, metavar="NAMES", help="What may be in none.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Sets at most."
)
@as_json
def adjust(
    graph: str,
    x: str,
    y: str,
    *,
    proposed: str | None,
    kind: Kind,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> int:
    """List the sets of variables that P(Y | do(X)) can be adjusted for, with the formula of each.

    X and Y are names, or several with commas between them. With --set, say whether that set is
    one; a "no" names every variable that must not be adjusted for, and a path left open.
    """
    known = reading.graph_from(graph)
    sides = {"x": reading.names_from([x], known), "y": reading.names_from([y], known)}
    reading.require_parts(**sides)
    if proposed is not None:
        if include or exclude:
            raise click.ClickException("--set judges one set; it takes no --include or --exclude")
        return _judge(known, sides, reading.names_from([proposed], known), as_json=as_json)
    bounds = {
        "include": reading.names_from(include, known),
        "exclude": reading.names_from(exclude, known),
    }
    lazily = engine.adjustment_sets(known, sides["x"], sides["y"], kind=kind, **bounds)
    found = list(islice(lazily, limit + 1))
    objections = () if found else engine.why_not(known, sides["x"], sides["y"])
    front = (
        next(engine.front_door_sets(known, sides["x"], sides["y"]), None) if objections else None
    )
    if as_json:
        record: dict[str, object] = {
            "kind": kind,
            **bounds,
            "sets": [_of_set(each) for each in found[:limit]],
            "more": len(found) > limit,
            "objections": [each.to_dict() for each in objections],
            "front_door": _of_set(front) if front else None,
        }
        _say(sides, "adjustable" if found else "not-adjustable", record)
    else:
        click.echo(_listed(found, limit) if found else _none(objections, front))
    return Exit.ANSWERED if found else Exit.NO


def _judge(
    known: engine.ADMG, sides: dict[str, list[str]], proposed: Sequence[str], *, as_json: bool
) -> int:
    """One proposed set."""
    objections = engine.why_not(known, sides["x"], sides["y"], proposed)
    parts = (frozenset(names) for names in (sides["x"], sides["y"], proposed))
    found = engine.AdjustmentSet(known, *parts)
    if as_json:
        verdict = "not-an-adjustment-set" if objections else "adjustment-set"
        formula = {"estimand": None, "latex": None} if objections else _formula(found)
        reasons = [each.to_dict() for each in objections]
        _say(sides, verdict, {"set": list(proposed), **formula, "objections": reasons})
    elif objections:
        lines = "\n".join(_wrapped(f"- {each.why}", hanging=True) for each in objections)
        click.echo(f"No. {_braces(proposed)} is no adjustment set:\n\n{lines}")
    else:
        click.echo(f"Yes. {_braces(proposed)} is an adjustment set:\n\n  {found}")
    return Exit.NO if objections else Exit.ANSWERED


def _listed(found: Sequence[engine.AdjustmentSet], limit: int) -> str:
    lines = [f"  {_braces(each.variables)}  {each.estimand}" for each in found[:limit]]
    which = "this set" if len(found) == 1 else "any of these sets"
    text = f"Adjust for {which}. {found[0].effect} is:\n\n" + "\n".join(lines)
    more = f"There are more; --limit {10 * limit} shows more of them."
    return f"{text}\n\n{more}" if len(found) > limit else text


def _none(objections: Sequence[engine.Objection], front: engine.FrontDoorSet | None) -> str:
    if not objections:
        return "No adjustment set meets these bounds; without them there are some."
    reason = _wrapped(f"No set will do: {objections[-1].why}.")
    if front is None:
        hint = "`causal identify` says whether another formula exists."
    else:
        hint = f"The front-door set {_braces(front.variables)} gives the effect:\n\n  {front}"
    return f"No adjustment set.\n\n{reason}\n{hint}"


def _of_set(found: engine.AdjustmentSet | engine.FrontDoorSet) -> dict[str, object]:
    return {"variables": sorted(found.variables, key=natural), **_formula(found)}


def _formula(found: engine.AdjustmentSet | engine.FrontDoorSet) -> dict[str, str | None]:
    return {"estimand": str(found.estimand), "latex": found.estimand.latex()}


def _say(sides: dict[str, list[str]], answer: str, record: dict[str, object]) -> None:
    head: dict[str, object] = {"schema": records.SCHEMA, "answer": answer}
    click.echo(records.written(head | sides | record))


def _braces(names: Sequence[str] | frozenset[str]) -> str:
    return "{" + ", ".join(map(quoted, sorted(names, key=natural))) + "}"


def _wrapped(text: str, *, hanging: bool = False) -> str:
    indent = "  " if hanging else ""
    return fill(text, 80, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
