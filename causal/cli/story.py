"""Answers in words: what stands on the terminal, and could stand on a slide.

Formulas take the width of the terminal, sentences no more than eighty characters of it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from shutil import get_terminal_size
from textwrap import fill, indent
from typing import TYPE_CHECKING

from click import ClickException

import causal
from causal.variables import listed, quoted

if TYPE_CHECKING:
    from causal.query import Value

__all__ = [
    "equation",
    "in_latex",
    "of_answer",
    "of_comparison",
    "of_proof",
    "of_separation",
    "prose",
    "shown",
    "width",
]


_LAW = re.compile(r"P\((?:[^()\"]|\"[^\"]*\"|\([^()]*\)){,50}\)|\"[^\"]{,50}\"")
MOST_LAWS = 20  # in a formula that is looked at for a shorter one
_GLUE = "\N{NO-BREAK SPACE}"


def of_answer(answer: causal.Answer, *, proof: bool = False) -> str:
    """The verdict, then the formula (and its proof), the hedge or the reason.

    >>> graph = causal.ADMG.parse("X -> Y; X <-> Y")
    >>> print(of_answer(causal.identify(graph, "P(Y)")))
    Identified. What is observed determines it:
    <BLANKLINE>
      P(Y) = P(Y)
    """
    match answer:
        case causal.Identified():
            return _yes(answer, proof=proof)
        case causal.NotIdentified():
            return _no(answer)
        case causal.Undecided():
            return prose(f"Undecided. {answer.query} has no answer yet: {answer.reason}.")


def _yes(answer: causal.Identified, *, proof: bool) -> str:
    by = "Experiments determine" if answer.experiments else "What is observed determines"
    story = f"Identified. {by} it:\n\n{equation(answer.query, answer.formula)}"
    if answer.experiments:
        story += f"\n\n{prose(_beyond_observation(answer))}"
    if answer.free:
        free = listed(map(quoted, answer.free))
        story += "\n\n" + prose(f"Any value of {free} gives the same number.")
    more = _shorter(answer)
    if more.steps:
        from causal.expression import valued

        story += "\n\nShorter, by what the graph separates:\n\n"
        story += equation(answer.query, valued(more.end, answer.values))
    if proof:
        story += f"\n\nStep by step:\n\n{_steps(answer, more)}"
    return story


def _shorter(answer: causal.Identified) -> causal.Derivation:
    """The formula simplified; long ones, and those over experiments, are left as they are."""
    formula, several = answer.estimand, isinstance(answer.derivation, causal.Reasoning)
    if formula.size > MOST_LAWS or several or answer.experiments:
        return causal.Derivation(formula, (), formula)
    found = causal.simplify(answer.graph, formula, budget=5_000)
    return found if len(str(found.end)) < len(str(formula)) else replace(found, steps=())


def _steps(answer: causal.Identified, more: causal.Derivation) -> str:
    if isinstance(answer.derivation, causal.Reasoning):
        told = answer.derivation.told(width=width() - 2)
    else:
        steps = (*answer.derivation.steps, *more.steps)
        whole = replace(answer.derivation, steps=steps, end=more.end)
        told = whole.told(values=answer.values, width=width() - 2)
    return indent(told, "  ")


def _beyond_observation(answer: causal.Identified) -> str:
    """Why observation alone does not do."""
    if not isinstance(answer.derivation, causal.Reasoning):
        return f"Observation alone does not; needed are {listed(map(str, answer.experiments))}."
    story = "Observation alone does not."
    for law, hedge in answer.derivation.hedges:
        story += f" {law} needs an experiment: {hedge.why}."
    return story


def _in_no_world(answer: causal.NotIdentified, conflict: causal.Conflict) -> str:
    """Why no experiment shows it either; and what helps where two values are all there are."""
    verdict = f"Not identified. Neither observation nor any experiment gives {answer.query}."
    reason = prose(
        f"{conflict.why}. Two models exist that agree on every experiment and differ in the answer."
    )
    story = f"{prose(verdict)}\n\n  conflict  {conflict}\n\n{reason}"
    if conflict.if_binary is not None:
        only = f"Were {quoted(conflict.if_binary.variable)} to have two values only, it would be"
        story += f"\n\n{prose(only)}\n\n  {conflict.if_binary}"
    if ways := _ways(_remedies(answer)):
        head = "With experiments, any one of these would make it computable:"
        story += "\n\n" + "\n".join([head, *(f"  {way}" for way in ways)])
    return story


def _by_no_regime(answer: causal.NotIdentified, thicket: causal.Thicket) -> str:
    """What each of the experiments at hand leaves open."""
    also = "" if len(thicket.hedges) == 1 else " and the experiments at hand together do not"
    verdict = f"Not identified. What is observed{also or ' does not'} give {answer.query}."
    reason = f"{thicket.why}. Two models exist that agree on all of this and differ in the answer."
    return f"{prose(verdict)}\n\n  hedge  {thicket}\n\n{prose(reason)}"


def _no(answer: causal.NotIdentified) -> str:
    if isinstance(answer.hedge, causal.Conflict):
        return _in_no_world(answer, answer.hedge)
    if isinstance(answer.hedge, causal.Thicket):
        return _by_no_regime(answer, answer.hedge)
    verdict = prose(f"Not identified. No formula over what is observed gives {answer.query}.")
    reason = prose(
        f"{answer.hedge.why}. Two models exist that agree on everything observed and differ in "
        "the answer."
    )
    return f"{verdict}\n\n  hedge  {answer.hedge}\n\n{reason}\n\n{_help(answer)}"


def _help(answer: causal.NotIdentified) -> str:
    """What would make it identifiable, smallest changes first."""
    found = _remedies(answer)
    ways = _ways(found)
    if not ways and not found.complete:
        return prose(
            "`causal remedies` looks for what would make it computable; here it takes long."
        )
    if not ways:
        return prose("No single experiment or measurement would make it computable.")
    return "\n".join(["Any one of these would make it computable:", *(f"  {way}" for way in ways)])


def _remedies(answer: causal.NotIdentified) -> causal.Remedies:
    budget = 20_000 // len(answer.graph.nodes) + 1  # a look at a graph costs as much as it is large
    return causal.remedies(answer.graph, answer.query, limit=3, budget=min(budget, 2000))


def _ways(found: causal.Remedies) -> list[str]:
    ways = [f"an experiment that randomises {quoted(v)}" for v in found.randomise]
    ways += [f"a measurement of what {listed(map(quoted, edge))} share" for edge in found.measure]
    for edges in found.without:
        shared = " and ".join(f"{quoted(a)} <-> {quoted(b)}" for a, b in sorted(edges))
        ways.append(f"a reason to rule out {shared}")
    return ways


def in_latex(answer: causal.Identified, *, proof: bool = False) -> str:
    """The formula alone, or the steps that lead to it."""
    if not proof:
        return answer.formula.latex()
    if isinstance(answer.derivation, causal.Reasoning):
        raise ClickException(
            "steps between worlds have no LaTeX; --latex without --proof gives the formula"
        )
    return answer.derivation.latex(values=answer.values)


def of_proof(
    answer: causal.Derivation | causal.NotDerivable, values: Mapping[str, Value] | None = None
) -> str:
    """The steps, at the values asked about, or the two normal forms that differ."""
    match answer:
        case causal.Derivation():
            told = answer.told(values=values, width=width() - 2)
            return f"Equal in every model of the graph:\n\n{indent(told, '  ')}"
        case causal.NotDerivable():
            no = prose(f"Not derivable. The rules do not lead from {answer.one} to {answer.other}.")
            return (
                f"{no}\n\n  the normal form of the one    {answer.top_of_one}"
                f"\n  the normal form of the other  {answer.top_of_other}"
            )


def of_comparison(answer: causal.Equal | causal.Unequal | causal.Undecided) -> str:
    """The two derivations that meet, the model that tells the formulas apart, or the reason."""
    match answer:
        case causal.Equal(one, other):
            told = [indent(way.told(width=width() - 2), "  ") for way in (one, other) if way.steps]
            ways = "\n\n".join(told) or shown(one.end)
            return f"Equal in every model of the graph:\n\n{ways}"
        case causal.Unequal():
            return f"Not equal. In a model of the graph they differ:\n\n{prose(str(answer))}"
        case causal.Undecided():
            return prose(f"Undecided. {answer.query} has no answer yet: {answer.reason}.")


def of_separation(question: str, path: causal.OpenPath | None) -> str:
    """The verdict, and the open path when there is one."""
    if path is None:
        return f"Separated. {question}: every path is blocked."
    because = "\n\n" + prose(f"It is open because {path.why}.") if path.why else ""
    return f"Connected. {question}: a path is open.\n\n  {path}{because}"


def equation(left: object, formula: causal.Expression) -> str:
    """What is asked and its formula, on one line where there is room."""
    from causal.expression import lines

    if len(whole := f"  {left} = {formula}") <= width():
        return whole
    block = lines(formula, width() - 6)
    return "\n".join([f"  {left}", f"    = {block[0]}", *(f"      {line}" for line in block[1:])])


def shown(formula: causal.Expression) -> str:
    """A formula on lines of its own."""
    from causal.expression import lines

    return indent("\n".join(lines(formula, width() - 2)), "  ")


def prose(text: str, *, hanging: str = "") -> str:
    """Sentences on lines of 80 at most; names and laws stay whole."""
    glued = _LAW.sub(lambda law: law[0].replace(" ", _GLUE), text)
    room = min(80, width())
    filled = fill(
        glued, room, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )
    return filled.replace(_GLUE, " ")


def width() -> int:
    """How many characters a line has: as many as the terminal, or 80 where there is none."""
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return max(40, get_terminal_size((80, 24)).columns) if told else 80
