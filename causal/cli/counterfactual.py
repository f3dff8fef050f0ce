"""``causal counterfactual``: what would have been, in a model, given what was."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, cast

import click

import causal as engine
from causal.cli import reading, records
from causal.cli.commands import EXITS, as_json, causal
from causal.cli.exits import Exit
from causal.errors import ModelError, ModelSyntaxError

if TYPE_CHECKING:
    from typing import TypeAlias

    from causal.model.engines.explaining.laws import Known

    Answer: TypeAlias = engine.Counterfactual

__all__ = ["what_would_have_been"]

EXAMPLES = """\b
Examples:
  causal counterfactual squad.json "P(dead[A=0]=1 | A=1)" --explain
  causal counterfactual wages.toml "E(wage[school=16] | school=9)" --svg why.svg
  causal counterfactual squad.json "E(dead[A=1]) - E(dead[A=0])"
  causal counterfactual '{"exogenous": {"u": [0.4, 0.6]},
      "equations": {"X": "u", "Y": "not X"}}' "P(Y[X=0]=1 | X=1)" """
MODEL = """\b
MODEL is a file in JSON or TOML, such text itself, - for standard input, or a
folder that save_model wrote:
  {"exogenous": {"u": [0.4, 0.6]}, "equations": {"X": "u", "Y": "1 - X"}}
An exogenous noise takes the values 0, 1, ... with these probabilities; in two
equations it is a hidden common cause. Equations have + - * / // % **, == !=
< <= > >=, and or not, a if b else c, choose(i, a, b, ...), min, max, abs, int.
Real noise has a law, "noise": {"e": "normal(0, 1)"}; there are also exp, log,
sqrt and tanh."""
QUERY = """\b
QUERY is P(...), E(...), or a sum or difference of such:
  P(Y[X=0]=0 | X=1, Y=1)     that Y would be 0, had X been 0, where both are 1
  E(Y[X=1]) - E(Y[X=0])      the average effect
  E(Y[X=1, M=M[X=0]])        with M as it would have been under X=0
  P(Y[X=1] > Y[])            that Y would be more than it is"""


@causal.command(
    "counterfactual",
    short_help="What would have been, in a model?",
    epilog=f"{EXAMPLES}\n\n{MODEL}\n\n{QUERY}\n\n{EXITS}",
)
@click.argument("model")
@click.argument("query")
@click.option("--explain", "why", is_flag=True, help="Say what was, what is inferred, and why.")
@click.option(
    "--svg",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw what was, what would be, and by which paths.",
)
@click.option(
    "--exact/--floats", "exact", default=None, help="Fractions or floats, whatever it takes."
)
@as_json
def what_would_have_been(
    model: str, query: str, *, why: bool, picture: Path | None, exact: bool | None, as_json: bool
) -> int:
    """Say what would have been in MODEL: the value of QUERY.

    What is behind the bar is what was seen; it tells about the noise, which is the same in every
    world of the question.
    """
    found: tuple[engine.Explanation, ...] = ()
    if (system := _system(model)) is not None:
        if why or picture:
            raise click.ClickException("what feeds back has no paths that would explain it")
        answer = engine.counterfactual(system, query, exact=exact)
    else:
        known = _model(model)
        asked = reading.quantity_from(query, known.graph, beside=[one.name for one in known.noise])
        known = _with_noise(known, asked.variables)
        answer = engine.counterfactual(known, asked, exact=exact)
        found = engine.explain(known, asked) if why or picture else ()
    if picture is not None:
        _draw(found, picture)
    found = found if why else ()
    if as_json:
        click.echo(records.written(_record(answer, found)))
    else:
        click.echo("\n\n".join([_story(answer), *map(str, found)]))
    return Exit.ANSWERED


def _with_noise(known: engine.SCM, names: Iterable[str]) -> engine.SCM:
    """The model, with the noises that are asked about among its variables."""
    door = import_module("causal.model.exposed")
    shown = door.hidden_in(known, names)
    return cast("engine.SCM", door.exposed(known, shown)) if shown else known


def _draw(found: tuple[engine.Explanation, ...], picture: Path) -> None:
    filed = import_module("causal.model.engines.explaining").filed
    try:
        picture.write_text(filed(found), encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"{picture} cannot be written: {reason}") from error


def _system(argument: str) -> engine.LinearSystem | None:
    """The linear system that a folder holds, if it holds one."""
    if not argument or any(mark in argument for mark in "{=\n") or not Path(argument).is_dir():
        return None
    try:
        return engine.load_system(argument)
    except ModelError:
        return None


def _model(argument: str) -> engine.SCM:
    source = sys.stdin.read() if argument == "-" else argument
    place = "standard input" if argument == "-" else "model"
    if not any(mark in argument for mark in "{=\n") and Path(argument).exists():
        place = argument
    try:
        return engine.load_model(source)
    except ModelSyntaxError as error:
        raise click.ClickException(f"{place}:{error}") from error


def _story(answer: Answer) -> str:
    if answer.value is None:
        low, high = answer.interval
        head = f"{answer.query} is between {_number(low)} and {_number(high)}"
    elif answer.standard_error:
        head = f"{answer.query} = {answer.value:.4g} ± {answer.standard_error:.1g}"
    else:
        head = f"{answer.query} = {_number(answer.value)}"
    return f"{head}\n\n{fill(_ground(answer), 80, break_on_hyphens=False)}"


def _ground(answer: Answer) -> str:
    """How it was found, and what it rests on."""
    *first, last = answer.assumptions
    rest = ", ".join(first) + ("; and " if first else "") + last
    return f"By {answer.engine}. Provided that {rest}."


def _number(value: Fraction | float) -> str:
    """A fraction with its decimals, unless they say it all."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if value.denominator == 1 or len(str(value)) > 40:
        return f"{float(value):.6g}"
    return f"{value} ≈ {float(value):.6g}"


def _record(answer: Answer, found: tuple[engine.Explanation, ...]) -> dict[str, object]:
    value, (low, high) = answer.value, answer.interval
    seen = answer.probability_of_evidence
    return {
        "schema": records.SCHEMA,
        "answer": "interval" if value is None else "value",
        "query": str(answer.query),
        "value": None if value is None else float(value),
        "exact": str(value) if isinstance(value, Fraction) else None,
        "interval": [float(low), float(high)],
        "standard_error": answer.standard_error,
        "engine": answer.engine,
        "assumptions": list(answer.assumptions),
        "probability_of_evidence": None if seen is None else float(seen),
        "explanation": [dict(_steps(why)) for why in found] or None,
    }


def _steps(why: engine.Explanation) -> Iterator[tuple[str, object]]:
    yield "seen", [str(event) for event in why.seen]
    yield "world", [str(assignment) for assignment in why.world]
    yield "noise", [{"name": n.noise, "after": _plain(n.after)} for n in why.noise]
    yield (
        "changes",
        [
            {
                "variable": change.variable,
                "was": _plain(change.was),
                "would_be": _plain(change.would_be),
                "differs": float(change.differs),
            }
            for change in why.changes
        ],
    )
    yield "paths", [list(path) for path in why.paths]
    yield "before", None if why.before is None else float(why.before)
    yield "after", None if why.after is None else float(why.after)
    yield (
        "contributions",
        [
            {
                "along": list(each.along.names),
                "share": float(each.share),
                "alone": float(each.alone),
            }
            for each in why.contributions
        ],
    )


def _plain(known: Known) -> dict[str, float]:
    """The chances of values, or the mean, spread and middle 95 % of a real number."""
    if isinstance(known, Mapping):
        return {str(value): float(p) for value, p in known.items()}
    return asdict(known)
