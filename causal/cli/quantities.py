"""``causal identify`` for means, comparisons, sums and differences: one formula, part by part."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import click

import causal as engine
from causal.cli import records, story
from causal.cli.exits import Exit

if TYPE_CHECKING:
    from causal.identification.counterfactual.quantities import QuantityAnswer
    from causal.query import Quantity

__all__ = ["identified"]


def identified(asked: Quantity, answer: QuantityAnswer, *, shape: str | None, proof: bool) -> int:
    """Say whether a quantity is computable, and by which formula; returns the exit code."""
    if not isinstance(answer, engine.IdentifiedQuantity):
        if shape == "certificate" and isinstance(answer, engine.NotIdentified):
            click.echo(records.written(engine.certificate(answer)))  # of the part without a formula
            return Exit.NO
        whole = f"{asked} has no formula, as one of its parts has none." if shape is None else ""
        if whole and isinstance(answer, engine.NotIdentified):
            click.echo(f"{story.prose(whole)}\n")
        click.echo(
            records.written(records.of_answer(answer))
            if shape == "json"
            else story.of_answer(answer)
        )
        return Exit.NO if isinstance(answer, engine.NotIdentified) else Exit.UNDECIDED
    match shape:
        case "json":
            click.echo(records.written(_record(answer)))
        case "latex":
            click.echo(answer.latex())
        case "certificate":
            raise click.ClickException(
                "a sum has no certificate of its own; ask for those of the laws in it"
            )
        case _:
            click.echo(_told(answer, proof=proof))
    return Exit.ANSWERED


def _told(answer: engine.IdentifiedQuantity, *, proof: bool) -> str:
    by = "Experiments determine" if answer.experiments else "What is observed determines"
    text = f"Identified. {by} it:\n\n{_equation(answer)}"
    if answer.experiments:
        laws = ", ".join(map(str, answer.experiments))
        text += "\n\n" + story.prose(f"Observation alone does not; needed are {laws}.")
    if proof:
        steps = (each.derivation.told(width=story.width() - 2) for each in answer.answers)
        text += "\n\nStep by step:\n\n" + "\n\n".join(indent(each, "  ") for each in steps)
    return text


def _equation(answer: engine.IdentifiedQuantity) -> str:
    """On one line where there is room, else a line for each part."""
    if len(whole := f"  {answer}") <= story.width():
        return whole
    (sign, first), *rest = answer.signed
    head = first if sign == "+" else f"-{first}"
    return "\n".join(
        [f"  {answer.query}", f"    = {head}", *(f"      {sign} {text}" for sign, text in rest)]
    )


def _record(answer: engine.IdentifiedQuantity) -> dict[str, object]:
    return {
        "schema": records.SCHEMA,
        "answer": "identified",
        "query": str(answer.query),
        "estimand": answer.formula,
        "latex": answer.latex(),
        "free": [],
        "derivation": [step for each in answer.answers for step in each.derivation.to_list()],
        "hedge": None,
    }
