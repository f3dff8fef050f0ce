"""Verify what is said of several worlds, or of experiments: a formula, or a no with two models."""

from causal.checker.coupled import agreed
from causal.checker.obstacles import surrounded, torn
from causal.checker.plain import Json, TooLargeError, items, require
from causal.checker.separation import Causes, drawn
from causal.checker.units import apart
from causal.checker.worlds import Query, asked, distinct, every, mentioned


def confirm(graph: Json, query: Json, estimand: Json, *, models: int) -> str:
    """What has been verified of a counterfactual that has a formula."""
    causes, question = _posed(graph, query)
    [formula] = items([estimand], str)
    said = agreed(causes, question, formula, models=models)
    return f"verified: {query} = {estimand}, in numbers\n{said}"


def oppose(graph: Json, query: Json, thicket: Json, models: Json) -> str:
    """What has been verified of a no to experiments: to all there can be, or to some regimes."""
    causes, question = _posed(graph, query)
    if thicket is None:
        by, regimes = "any experiment", None
        why = torn(causes, question) or torn(causes, ([], question[1]))
        require(why, "no two worlds ask for two values of one variable")
        alone = models is None and question[1]
        require(not alone, "whether what is given matters takes two models", TooLargeError)
    else:
        why = surrounded(causes, question, thicket, alone=models is None)
        regimes = [frozenset(each["set"]) for each in thicket["regimes"]]
        by = " and ".join(f"do({str(sorted(z))[1:-1]})" if z else "observation" for z in regimes)
    said = "two models: none given" if models is None else apart(causes, question, models, regimes)
    return f"verified: {query} is not identified by {by}; {why}\n{said}"


def _posed(graph: Json, query: Json) -> tuple[Causes, Query]:
    causes, question = drawn(graph), asked(*items([query], str))
    known = {s.name for s in mentioned(question)}
    edges = {(v, reader) for world in every(question) for v, reader, _ in world if reader}
    fits = known <= causes.keys() and all(v in causes.get(reader, ()) for v, reader in edges)
    require(fits, f"not of the graph: {query:.60}")
    distinct(mentioned(question))
    return causes, question
