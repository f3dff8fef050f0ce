"""``causal adjust``: which variables to adjust for, or why a proposed set will not do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from textwrap import indent
from typing import TYPE_CHECKING

import click

import causal as engine
from causal.cli import reading, records, story
from causal.cli.commands import EXITS, GRAPH, as_json, causal
from causal.cli.exits import Exit
from causal.variables import listed, natural, quoted

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
@click.option("--proof", is_flag=True, help="Show each set's derivation by the do-calculus.")
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
    proof: bool,
    as_json: bool,
) -> int:
    """List the sets of variables that P(Y | do(X)) can be adjusted for, with the formula of each.

    X and Y are names, or several with commas between them. With --set, say whether that set is
    one; a "no" names every variable that must not be adjusted for, and a path left open.
    """
    known = reading.graph_from(graph)
    sides = {"x": reading.names_from([x], known, "x"), "y": reading.names_from([y], known, "y")}
    reading.require_parts(**sides)
    if proposed is not None:
        if include or exclude:
            raise click.ClickException("--set judges one set; it takes no --include or --exclude")
        given = _proposed(proposed, known, sides)
        return _judge(known, sides, given, proof=proof, as_json=as_json)
    bounds = {
        "include": reading.names_from(include, known, "--include"),
        "exclude": reading.names_from(exclude, known, "--exclude"),
    }
    if twice := set(bounds["include"]) & set(bounds["exclude"]):
        raise click.ClickException(f"{listed(twice)} cannot be both in --include and in --exclude")
    lazily = engine.adjustment_sets(known, sides["x"], sides["y"], kind=kind, **bounds)
    found = list(islice(lazily, limit + 1))
    objections = () if found else engine.why_not(known, sides["x"], sides["y"], **bounds)
    hopeless = not found and bool(engine.why_not(known, sides["x"], sides["y"]))
    front = next(engine.front_door_sets(known, sides["x"], sides["y"]), None) if hopeless else None
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
    elif found:
        click.echo(_listed(found, limit, proof=proof) + _no_cause(known, sides))
    elif hopeless:
        click.echo(_none(objections, front, proof=proof))
    else:
        head = "No adjustment set meets these bounds; without them there are some."
        click.echo(f"{head}\n\n{_against(objections)}")
    return Exit.ANSWERED if found else Exit.NO


def _proposed(text: str, known: engine.ADMG, sides: dict[str, list[str]]) -> list[str]:
    """The set as it was typed, with or without the braces in which sets are printed."""
    bare = text.strip()
    if bare not in known.nodes and bare.startswith("{") and bare.endswith("}"):
        text = bare[1:-1]
    given = reading.names_from([text], known, "--set")
    for side, part in (("X", "what is set"), ("Y", "the outcome")):
        if taken := set(given) & set(sides[side.lower()]):
            raise click.ClickException(
                f"{listed(taken)} cannot be both {side} and in --set: a set holds variables "
                f"other than {part}"
            )
    return given


def _judge(
    known: engine.ADMG,
    sides: dict[str, list[str]],
    proposed: Sequence[str],
    *,
    proof: bool,
    as_json: bool,
) -> int:
    """One proposed set."""
    objections = engine.why_not(known, sides["x"], sides["y"], proposed)
    parts = [frozenset(names) for names in (sides["x"], sides["y"], proposed)]
    found = engine.AdjustmentSet(known, *parts)
    hopeless = bool(objections) and bool(engine.why_not(known, sides["x"], sides["y"]))
    behind = engine.why_no_front_door(known, *parts) if hopeless else ()
    front = engine.FrontDoorSet(known, *parts) if hopeless and not behind else None
    if as_json:
        verdict = "not-an-adjustment-set" if objections else "adjustment-set"
        formula = dict.fromkeys(_FORMULA) if objections else _formula(found)
        reasons = [each.to_dict() for each in objections]
        door = {
            "front_door": _of_set(front) if front else None,
            "front_door_objections": [each.to_dict() for each in behind],
        }
        _say(sides, verdict, {"set": list(proposed), **formula, "objections": reasons, **door})
    elif objections:
        lines = _against(objections)
        click.echo(f"No. {_braces(proposed)} is no adjustment set:\n\n{lines}{_instead(found)}")
        if front:
            click.echo(
                f"\nIt is a front-door set, which gives the effect:\n\n{_shown(front, proof=proof)}"
            )
        elif proposed and behind:
            click.echo(f"\nNor is it a front-door set:\n\n{_against(behind)}")
    else:
        text = f"Yes. {_braces(proposed)} is an adjustment set:\n\n{_shown(found, proof=proof)}"
        click.echo(text + _no_cause(known, sides))
    return Exit.NO if objections else Exit.ANSWERED


def _against(objections: Sequence[engine.Objection | engine.FrontDoorObjection]) -> str:
    return "\n".join(story.prose(f"- {each.why}", hanging="  ") for each in objections)


def _instead(refused: engine.AdjustmentSet) -> str:
    """A set that would do."""
    some = engine.adjustment_sets(refused.graph, refused.actions, refused.outcomes)
    other = next(some, None)
    return f"\n\n{_braces(other.variables)} is one." if other else "\n\nThere is none."


def _no_cause(known: engine.ADMG, sides: dict[str, list[str]]) -> str:
    """A remark where the effect is none, whatever is adjusted for."""
    if known.descendants(sides["x"]) & set(sides["y"]):
        return ""
    x, y = listed(map(quoted, sides["x"])), listed(map(quoted, sides["y"]))
    are = "are no causes" if len(sides["x"]) > 1 else "is no cause"
    return f"\n\n{x} {are} of {y}: the effect is none, and the formula gives that."


def _listed(found: Sequence[engine.AdjustmentSet], limit: int, *, proof: bool) -> str:
    if proof:
        return "\n\n".join(
            f"Adjust for {_braces(each.variables)}:\n\n{_shown(each, proof=True)}"
            for each in found[:limit]
        )
    lines = [f"  {_braces(each.variables)}  {each.estimand}" for each in found[:limit]]
    which = "this set" if len(found) == 1 else "any of these sets"
    text = f"Adjust for {which}. {found[0].effect} is:\n\n" + "\n".join(lines)
    more = f"There are more; --limit {10 * limit} shows more of them."
    return f"{text}\n\n{more}" if len(found) > limit else text


def _none(
    objections: Sequence[engine.Objection], front: engine.FrontDoorSet | None, *, proof: bool
) -> str:
    reason = story.prose(f"No set will do: {objections[-1].why}.")
    if front is None:
        hint = "`causal identify` says whether another formula exists."
    else:
        shown = _shown(front, proof=proof)
        hint = f"The front-door set {_braces(front.variables)} gives the effect:\n\n{shown}"
    return f"No adjustment set.\n\n{reason}\n{hint}"


def _shown(found: engine.AdjustmentSet | engine.FrontDoorSet, *, proof: bool) -> str:
    if not proof:
        return story.equation(found.effect, found.estimand)
    return indent(found.derivation.told(width=story.width() - 2), "  ")


def _of_set(found: engine.AdjustmentSet | engine.FrontDoorSet) -> dict[str, object]:
    return {"variables": sorted(found.variables, key=natural), **_formula(found)}


_FORMULA = ("estimand", "latex", "certificate")


def _formula(found: engine.AdjustmentSet | engine.FrontDoorSet) -> dict[str, object]:
    values = (str(found.estimand), found.estimand.latex(), found.certificate)
    return dict(zip(_FORMULA, values, strict=True))


def _say(sides: dict[str, list[str]], answer: str, record: dict[str, object]) -> None:
    head: dict[str, object] = {"schema": records.SCHEMA, "answer": answer}
    click.echo(records.written(head | sides | record))


def _braces(names: Sequence[str] | frozenset[str]) -> str:
    return "{" + ", ".join(map(quoted, sorted(names, key=natural))) + "}"
