"""The subcommands: each asks one question of a graph and says the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

import causal as engine
from causal.cli import quantities, reading, records, story
from causal.cli.exits import Exit
from causal.cli.group import Commands
from causal.variables import quoted

__all__ = ["causal"]

Command = TypeVar("Command", bound=Callable[..., Any])

EXAMPLES = """\b
Examples:
  causal identify "X -> Z -> Y; X <-> Y" "P(Y | do(X))"
  causal separated "X -> Z -> Y" X Y --given Z"""
IDENTIFY = """\b
Examples:
  causal identify "X -> Z -> Y; X <-> Y" "P(Y | do(X))"
  causal identify "Z -> X -> Y; Z -> Y" "P(Y | do(X))" --proof
  causal identify "X -> Z -> Y; X <-> Y" "P(Y[X=1] | X=0)"
  causal identify "Z -> X -> Y; Z -> Y" "E(Y[X=1]) - E(Y[X=0])"
  causal identify "X -> M -> Y; X <-> M; M <-> Y" "P(Y | do(X))" --regime X
  causal identify study.txt "P(Y | do(X), W)" --json
  causal identify study.txt "P(Y | do(X))" --certificate > answer.json"""
SEPARATED = """\b
Examples:
  causal separated "X -> Z -> Y" X Y --given Z
  causal separated "age -> {dose, sugar}" dose sugar --given age"""
GRAPH = """\b
GRAPH is text, a file, or - for standard input:
  X -> Y         X is a direct cause of Y
  X <-> Y        X and Y share a hidden cause
  A -> {B, C}    chains and groups; statements end at ; or a new line
  "my name"      names with other characters go in quotes
DOT, dagitty, lavaan, causaleffect, GML, CSV and JSON are read as well."""
EXITS = """\b
Exit code: 0 answered, 1 answered "no", 2 misuse or bad input,
           3 undecided."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object (schema 1).")


def shaped(name: str, what: str) -> Callable[[Command], Command]:
    """Declare one of several shapes of the output; without any it is a story."""
    return click.option(f"--{name}", "shape", flag_value=name, help=what)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=f"{EXAMPLES}\n\n{EXITS}",
)
@click.version_option(package_name="causal-ablation", message="%(prog)s %(version)s")
def causal() -> None:
    """Causal questions to a graph, answered with the reason why."""


@causal.command(
    short_help="A formula for QUERY, or the hedge that forbids one.",
    epilog=f"{IDENTIFY}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("query")
@click.option(
    "--regime",
    "regimes",
    multiple=True,
    metavar="NAMES",
    help="What one experiment at hand sets: X or X,Z; '' for none.",
)
@click.option("--proof", is_flag=True, help="Derive the formula, rule by rule.")
@shaped("latex", "Print the formula alone, or its proof, as LaTeX.")
@shaped("json", "Print one JSON object (schema 1).")
@shaped("certificate", "Print what `python -m causal.checker -` verifies.")
@click.option(
    "--budget",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    help="Names in the derivation at most; beyond, undecided.",
)
def identify(
    graph: str, query: str, *, regimes: tuple[str, ...], shape: str | None, proof: bool, budget: int
) -> int:
    """Say whether QUERY is computable from what is observed, and by which formula.

    QUERY is P(outcomes | do(actions), conditions), or a counterfactual such as
    P(Y[X=1] | X=0): what Y would have been under X=1, for those who had X=0; or a sum or
    difference of such, and of means: E(Y[X=1]) - E(Y[X=0]). A "no" comes with
    its hedge: the part of the graph that forbids any formula. With --regime the formula may read
    the laws of those experiments beside what is observed, several joined where one does not do.
    Of several forms of the output the last one counts.
    """
    known = reading.graph_from(graph)
    asked = reading.question_from(query, known)
    offered = reading.regimes_from(regimes, known)
    if not isinstance(asked, engine.Query):
        found = engine.identify(known, asked, regimes=offered, budget=budget)
        return quantities.identified(asked, found, shape=shape, proof=proof)
    answer = engine.identify(known, asked, regimes=offered, budget=budget)
    match shape, answer:
        case "json", _:
            click.echo(records.written(records.of_answer(answer)))
        case "certificate", engine.Identified() | engine.NotIdentified():
            click.echo(records.written(engine.certificate(answer)))
        case "latex", engine.Identified():
            click.echo(story.in_latex(answer, proof=proof))
        case _:
            click.echo(story.of_answer(answer, proof=proof))
    match answer:
        case engine.Identified():
            return Exit.ANSWERED
        case engine.NotIdentified():
            return Exit.NO
        case engine.Undecided():
            return Exit.UNDECIDED


@causal.command(
    short_help="Whether X and Y are independent, or an open path.",
    epilog=f"{SEPARATED}\n\n{GRAPH}\n\n{EXITS}",
)
@click.argument("graph")
@click.argument("x")
@click.argument("y")
@click.option("--given", multiple=True, metavar="NAMES", help="What is held fixed: A or A,B.")
@as_json
def separated(graph: str, x: str, y: str, *, given: tuple[str, ...], as_json: bool) -> int:
    """Say whether GRAPH makes X and Y independent, given some variables.

    X and Y are names, or several with commas between them. A "no" comes with its witness, a
    path that is open.
    """
    known = reading.graph_from(graph)
    sides = {
        "x": reading.names_from([x], known, "x"),
        "y": reading.names_from([y], known, "y"),
        "given": reading.names_from(given, known, "--given"),
    }
    reading.require_parts(**sides)
    path = engine.open_path(known, sides["x"], sides["y"], given=sides["given"])
    if as_json:
        click.echo(records.written(records.of_separation(sides, path)))
    else:
        ones, others, fixed = (", ".join(map(quoted, names)) for names in sides.values())
        question = f"{ones} and {others}" + (f" given {fixed}" if fixed else "")
        click.echo(story.of_separation(question, path))
    return Exit.NO if path else Exit.ANSWERED
