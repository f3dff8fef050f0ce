"""Answers in words: what stands on the terminal, and could stand on a slide."""

from __future__ import annotations

from textwrap import fill, indent

import causal
from causal.variables import listed, quoted

__all__ = ["of_answer", "of_proof", "of_separation"]


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
            return _prose(f"Undecided. {answer.query} has no answer yet: {answer.reason}.")


def _yes(answer: causal.Identified, *, proof: bool) -> str:
    by = "Experiments determine" if answer.experiments else "What is observed determines"
    story = f"Identified. {by} it:\n\n  {answer}"
    if answer.experiments:
        story += f"\n\n{_prose(_beyond_observation(answer))}"
    if answer.free:
        free = listed(map(quoted, answer.free))
        story += "\n\n" + _prose(f"Any value of {free} gives the same number.")
    if proof:
        story += f"\n\nStep by step:\n\n{indent(str(answer.derivation), '  ')}"
    return story


def _beyond_observation(answer: causal.Identified) -> str:
    """Why observation alone does not do."""
    story = "Observation alone does not."
    if isinstance(answer.derivation, causal.Reasoning):
        for law, hedge in answer.derivation.hedges:
            story += f" {law} needs an experiment: {hedge.why}."
    return story


def _in_no_world(answer: causal.NotIdentified, conflict: causal.Conflict) -> str:
    """Why no experiment shows it either; and what helps where two values are all there are."""
    verdict = f"Not identified. Neither observation nor any experiment gives {answer.query}."
    reason = _prose(f"{conflict.why}.")
    story = f"{_prose(verdict)}\n\n  conflict  {conflict}\n\n{reason}"
    if conflict.if_binary is not None:
        only = f"Were {quoted(conflict.if_binary.variable)} to have two values only, it would be"
        story += f"\n\n{_prose(only)}\n\n  {conflict.if_binary}"
    return story


def _no(answer: causal.NotIdentified) -> str:
    if isinstance(answer.hedge, causal.Conflict):
        return _in_no_world(answer, answer.hedge)
    verdict = _prose(f"Not identified. No formula over what is observed gives {answer.query}.")
    reason = _prose(
        f"{answer.hedge.why}. Two models exist that agree on everything observed and differ in "
        "the answer."
    )
    return f"{verdict}\n\n  hedge  {answer.hedge}\n\n{reason}\n\n{_help(answer)}"


def _help(answer: causal.NotIdentified) -> str:
    """What would make it identifiable, smallest changes first."""
    budget = 20_000 // len(answer.graph.nodes) + 1  # a look at a graph costs as much as it is large
    found = causal.remedies(answer.graph, answer.query, limit=3, budget=min(budget, 2000))
    ways = [f"an experiment that randomises {quoted(v)}" for v in found.randomise]
    ways += [f"a measurement of what {listed(map(quoted, edge))} share" for edge in found.measure]
    for edges in found.without:
        shared = " and ".join(f"{quoted(a)} <-> {quoted(b)}" for a, b in sorted(edges))
        ways.append(f"a reason to rule out {shared}")
    if not ways and not found.complete:
        return _prose(
            "`causal remedies` looks for what would make it computable; here it takes long."
        )
    if not ways:
        return _prose("No single experiment or measurement would make it computable.")
    return "\n".join(["Any one of these would make it computable:", *(f"  {way}" for way in ways)])


def of_proof(answer: causal.Derivation | causal.NotDerivable) -> str:
    """The steps, or the two normal forms that differ."""
    match answer:
        case causal.Derivation():
            return f"Equal in every model of the graph:\n\n{indent(str(answer), '  ')}"
        case causal.NotDerivable():
            no = _prose(
                f"Not derivable. The rules do not lead from {answer.one} to {answer.other}."
            )
            return (
                f"{no}\n\n  the normal form of the one    {answer.top_of_one}"
                f"\n  the normal form of the other  {answer.top_of_other}"
            )


def of_separation(question: str, path: causal.OpenPath | None) -> str:
    """The verdict, and the open path when there is one."""
    if path is None:
        return f"Separated. {question}: every path is blocked."
    because = "\n\n" + _prose(f"It is open because {path.why}.") if path.why else ""
    return f"Connected. {question}: a path is open.\n\n  {path}{because}"


def _prose(text: str) -> str:
    """Sentences on lines of 80; names stay whole."""
    return fill(text, 80, break_long_words=False, break_on_hyphens=False)
