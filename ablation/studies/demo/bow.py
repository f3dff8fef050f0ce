"""Part five, second half: a query that no formula can answer, and the proof that none can.

The bow (Pearl 2009, figure 3.8 a) is the smallest graph with a hedge (Shpitser & Pearl 2006).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pandas as pd

import causal
from ablation.pages.page import Block, Formula, Prose, Strong, Table
from ablation.studies.demo.napkin import QUERY
from ablation.studies.demo.part import Part, Setting
from ablation.studies.demo.pictures import graph_picture


@dataclass(frozen=True)
class Bow:
    """A query without an answer, and two models that prove it: one law, two answers."""

    answer: causal.NotIdentified
    models: tuple[causal.SCM, causal.SCM]
    values: tuple[Fraction, Fraction]


def refused(_: Setting) -> Part:
    """Ask the bow what the napkin could answer."""
    refusal = causal.identify(causal.examples()["bow"], QUERY)
    assert isinstance(refusal, causal.NotIdentified)
    proof = causal.countermodels(refusal)
    bow = Bow(refusal, proof.models, proof.values)
    return Part(
        "The bow's has none, and two models prove it.", tuple(_told(bow)), tuple(_blocks(bow))
    )


def _told(bow: Bow) -> Iterator[str]:
    one, other = bow.values
    yield f"The bow, {bow.answer.graph}: no. The hedge is {bow.answer.hedge}."
    yield (
        f"  Two models with the same law of X and Y answer {one} and {other}, so no formula in "
        "that law can answer."
    )


def _blocks(bow: Bow) -> Iterator[Block]:
    one, other = bow.values
    yield Prose(
        "The same query in the smallest graph of this kind has no formula, however many rows "
        "there are. The answer is not a shrug. It names the obstacle, and proves it."
    )
    yield graph_picture(
        bow.answer.graph, "The bow", "The bow: X acts on Y, and both share a cause nobody saw."
    )
    yield Formula(f"hedge: {bow.answer.hedge}", f"{bow.answer.hedge.why}.")
    yield Prose(
        (
            Strong(f"Two models, one law, two answers: {one} and {other}. "),
            "Whoever sees only X and Y cannot tell which of the two made the data.",
        )
    )
    yield Table(
        pd.DataFrame(list(_laws(bow)), columns=["", "first model", "second model"]),
        "Two models of the bow: equal in all that can be seen, unequal in the answer.",
    )


def _laws(bow: Bow) -> Iterator[tuple[str, str, str]]:
    """The two laws cell by cell, then the two answers."""
    one, other = (model.law("X", "Y") for model in bow.models)
    for x, y in product((0, 1), repeat=2):
        yield f"P(X={x}, Y={y})", str(one[x, y]), str(other[x, y])
    yield QUERY, str(bow.values[0]), str(bow.values[1])
