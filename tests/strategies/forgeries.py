"""Forged certificates: true ones, changed by somebody who knows how to compute digests.

A forgery of a kind is made at random from a true certificate.  Where a change happens to leave a
true statement, that is for an oracle to say (``true_yes``, ``true_no``), from exact models alone.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Callable
from fractions import Fraction
from random import Random

from strategies.exact import value

from causal import ADMG, Hedge, Identified, NotIdentified, Query, countermodels, identify
from causal.calculus import sealed
from causal.errors import CausalError
from causal.expression import Expression, parse
from causal.expression.law import Law
from causal.expression.table import Hole
from causal.model import random_scm

Certificate = dict
Forge = Callable[[Certificate, Random], None]


def forged(certificate: Certificate, forge: Forge, rng: Random) -> Certificate | None:
    """A changed copy under a digest that fits; None if nothing was changed."""
    changed = copy.deepcopy(certificate)
    forge(changed, rng)
    if meaning(changed) == meaning(certificate):
        return None
    return sealed({key: value for key, value in changed.items() if key != "digest"})


def meaning(certificate: Certificate) -> str:
    """The certificate as text, with its sets of names in order."""
    kept = {key: value for key, value in certificate.items() if key not in ("digest", "models")}
    return json.dumps(_in_order(kept)) + json.dumps(certificate.get("models"))


def _in_order(data: object) -> object:
    if isinstance(data, dict):
        return {key: _in_order(data[key]) for key in sorted(data)}
    if isinstance(data, list) and all(isinstance(item, str) for item in data):
        return sorted(set(data))
    return [_in_order(item) for item in data] if isinstance(data, list) else data


def graph_of(certificate: Certificate) -> ADMG:
    graph = certificate["graph"]
    return ADMG.of(
        nodes=graph["nodes"],
        directed=[tuple(edge) for edge in graph["directed"]],
        bidirected=[tuple(edge) for edge in graph["bidirected"]],
    )


# A yes


def another_formula(c: Certificate, rng: Random) -> None:
    """What somebody might believe: a conditional, an adjustment, other names, a part left out."""
    y, x, *rest = rng.sample(c["graph"]["nodes"], 4)
    c["estimand"] = rng.choice(
        [
            f"P({y} | {x})",
            f"Σ_{{{rest[0]}}} P({y} | {x}, {rest[0]}) P({rest[0]})",
            f"Σ_{{{rest[0]}}} P({rest[0]} | {x}) Σ_{{{x}'}} P({x}') P({y} | {x}', {rest[0]})",
            _renamed(c["estimand"], c["graph"]["nodes"], rng),
            _condition_moved(c["estimand"], rng),
            re.sub(r"P\(([^|()]*)\)", "", c["estimand"], count=1),
        ]
    )


def confounding_overlooked(c: Certificate, rng: Random) -> None:
    """What holds if the action is confounded with nothing: Σ P(causes) P(y | x, causes).

    On V1 -> V3 -> V0 <- V2, V1 <-> V3, V2 <-> V3 a rival says it of P(V3 | do(V2)), and passes its
    own verifier.
    """
    query, graph = Query.parse(c["query"]), graph_of(c)
    y, x = sorted(query.outcomes), sorted(query.actions)
    causes = sorted(graph.parents(rng.choice([*x, *y])) - query.variables)
    law = f"P({', '.join(y)} | {', '.join(sorted({*x, *causes, *query.conditions}))})"
    if x:
        names = ", ".join(causes)
        c["estimand"] = f"Σ_{{{names}}} P({names}) {law}" if causes else law


def another_query(c: Certificate, rng: Random) -> None:
    """A true derivation, of something else."""
    c["query"] = rng.choice(
        [_renamed(c["query"], c["graph"]["nodes"], rng), _condition_moved(c["query"], rng)]
    )


def another_graph(c: Certificate, rng: Random) -> None:
    """One more edge, along the order, or one less."""
    graph = c["graph"]
    edges = graph[rng.choice(["directed", "bidirected"])]
    if edges and rng.random() < 0.3:
        edges.remove(rng.choice(edges))
        return
    pairs = [list(pair) for pair in itertools.combinations(graph["nodes"], 2)]
    new = [pair for pair in pairs if pair not in edges and pair[::-1] not in edges]
    if new:
        edges.append(rng.choice(new))


def other_order(c: Certificate, rng: Random) -> None:
    """Steps swapped, left out, or said twice."""
    steps = c["derivation"]
    if not steps:
        return
    i, j = rng.randrange(len(steps)), rng.randrange(len(steps))
    match rng.randrange(4):
        case 0:
            steps[i], steps[j] = steps[j], steps[i]
        case 1:
            del steps[i]
        case 2:
            steps.insert(j, steps[i])
        case _:
            rng.shuffle(steps)


def another_step(c: Certificate, rng: Random) -> None:
    """One side of a step, or both alike, speak of something else."""
    if not c["derivation"]:
        return
    step = rng.choice(c["derivation"])
    side = rng.choice(["from", "to"])
    step[side] = rng.choice(
        [
            _renamed(step[side], c["graph"]["nodes"], rng),
            _condition_moved(step[side], rng),
            c["estimand"],
            step["from"],
        ]
    )


def another_rule(c: Certificate, rng: Random) -> None:
    """A step under another rule, or with other sets."""
    if not c["derivation"]:
        return
    step = rng.choice(c["derivation"])
    if step["separation"] is None or rng.random() < 0.3:
        step["rule"] = rng.choice(["rule 1", "rule 2", "rule 3", "probability"])
        return
    sets = {**step["separation"], "cut_in": step["cut_in"], "cut_out": step["cut_out"]}
    names = sets[rng.choice(sorted(sets))]
    v = rng.choice(c["graph"]["nodes"])
    names.remove(v) if v in names else names.append(v)


def false_step_for_a_false_formula(c: Certificate, rng: Random) -> None:
    """The whole derivation made up: one step, by probability or a rule, to a made-up formula."""
    another_formula(c, rng)
    step = {"from": c["query"], "to": c["estimand"], "cut_in": [], "cut_out": []}
    y, x = rng.sample(c["graph"]["nodes"], 2)
    separation = {"one": [y], "other": [x], "given": []}
    rule = rng.choice(["rule 1", "rule 2", "rule 3", "probability"])
    step |= {"rule": rule, "separation": None if rule == "probability" else separation}
    c["derivation"] = [step]


def made_up_number(c: Certificate, rng: Random) -> None:
    """A number, a name or a remark that nobody derived."""
    where = rng.choice([c, c["graph"], *c.get("derivation", ()), *filter(None, [c.get("models")])])
    where[rng.choice(["value", "numeric_result", "verified", "why"])] = rng.random()


def made_up_measurement(c: Certificate, rng: Random) -> None:
    """Another number, interval, cell or n; rows changed under them, left out or made up."""
    number = c["number"]
    cell, row = rng.choice(number["cells"]), rng.choice(number["rows"])
    near = rng.choice([-1, 1]) * 10.0 ** -rng.randint(1, 8)
    match rng.randrange(9):
        case 0:
            exact = number["n"] == 1
            cell["value"] = str(Fraction(rng.randint(0, 9), 9)) if exact else cell["value"] + near
        case 1:
            end = rng.randrange(2)
            ends = cell["interval"] or [0.25, 0.75]
            cell["interval"] = [e + near * (i == end) for i, e in enumerate(ends)]
        case 2:
            cell["at"][rng.choice(sorted(cell["at"]))] = rng.choice(["0", "1", "2"])
        case 3:
            number["n"] += rng.choice([-1, 1, 10])
        case 4:
            row[-1] = str(Fraction(row[-1]) * rng.choice([2, 10, Fraction(1, 2)]))
        case 5:
            row[rng.randrange(len(row) - 1)] = rng.choice(["0", "1", "2"])
        case 6:
            number["rows"].remove(row)
        case 7:
            other = rng.choice(number["rows"])
            row[-1], other[-1] = other[-1], row[-1]
        case _:
            number["of"] = rng.sample(number["of"], len(number["of"]))


# A no


def forged_no(c: Certificate, rng: Random) -> None:
    """Some sets, called a hedge, for whatever query."""
    nodes = c["graph"]["nodes"]
    outer = rng.sample(nodes, rng.randint(1, len(nodes)))
    inner = rng.sample(outer, rng.randint(0, len(outer)))
    for key in ("estimand", "derivation"):
        c.pop(key, None)
    c.update(answer="not-identified", hedge={"outer": outer, "inner": inner}, models=None)


def derived_elsewhere(c: Certificate, rng: Random) -> None:
    """A true derivation in a graph with fewer hidden causes, shown for this one."""
    edges = rng.sample(c["graph"]["bidirected"], len(c["graph"]["bidirected"]))
    while edges:
        edges.pop()
        graph = graph_of({"graph": c["graph"] | {"bidirected": edges}})
        answer = identify(graph, c["query"])
        if isinstance(answer, Identified):
            c.pop("hedge")
            c.pop("models")
            c.update(answer.certificate | {"graph": c["graph"]})
            return


def another_hedge(c: Certificate, rng: Random) -> None:
    """A variable more or less in one set of a true hedge, or the sets exchanged."""
    hedge, v = c["hedge"], rng.choice(c["graph"]["nodes"])
    if rng.random() < 0.1:
        hedge["outer"], hedge["inner"] = hedge["inner"], hedge["outer"]
        return
    names = hedge[rng.choice(["outer", "inner"])]
    names.remove(v) if v in names else names.append(v)


def made_up_models(c: Certificate, rng: Random) -> None:
    """A row, the cell, the answers, or a whole model changed."""
    models = c["models"]
    table = rng.choice(models[rng.choice(["one", "other"])])
    match rng.randrange(6):
        case 0:
            models["other"] = models["one"]
        case 1:
            models["values"][rng.randrange(2)] = rng.choice(["1/3", "0", "1", "3/5"])
        case 2:
            v = rng.choice(sorted(models["cell"]))
            models["cell"][v] = models["cell"][v] + rng.choice([-1, 1])
        case 3:
            models["one"], models["other"] = models["other"], models["one"]
        case 4:
            rng.choice(table["rows"]).reverse()
        case _:
            row = rng.choice(table["rows"])
            row[:] = ["1", *["0"] * (len(row) - 1)]


YES: dict[str, Forge] = {
    forge.__name__: forge
    for forge in (
        another_formula,
        confounding_overlooked,
        another_query,
        another_graph,
        other_order,
        another_step,
        another_rule,
        false_step_for_a_false_formula,
        made_up_number,
        forged_no,
    )
}
NO: dict[str, Forge] = {
    forge.__name__: forge
    for forge in (
        another_query,
        another_graph,
        another_hedge,
        forged_no,
        made_up_models,
        derived_elsewhere,
    )
}


def _renamed(text: str, nodes: list[str], rng: Random) -> str:
    """Two names exchanged throughout a formula."""
    one, other = rng.sample(nodes, 2)
    swap = {one: other, other: one}
    return re.sub(r"V\d+", lambda match: swap.get(match[0], match[0]), text)


def _condition_moved(text: str, rng: Random) -> str:
    """A law in which actions are observations, or one observation less."""
    return rng.choice(
        [
            re.sub(r"do\(([^()]*)\)", r"\1", text, count=1),
            re.sub(r"\| (V\d+'*)(?=[,)])", r"| do(\1)", text, count=1),
            re.sub(r", V\d+'*(?=\))", "", text, count=1),
            re.sub(r" \| V\d+'*(?=\))", "", text, count=1),
        ]
    )


# The oracles


def true_numbers(c: Certificate) -> bool:
    """Whether the rows bear the numbers out: by exact tables, and by one row more of each kind."""
    number, formula = c["number"], parse(c["estimand"])
    weights = [Fraction(row[-1]) for row in number["rows"]]
    if sum(weights) != number["n"]:
        return False
    for cell in number["cells"]:
        value = _on(formula, number, weights, cell["at"])
        if cell["value"] not in (str(value), float(value)):
            return False
        if cell["interval"] is not None:
            n, variance = number["n"], 0.0
            for i, weight in enumerate(weights):
                more = _on(
                    formula, number, [w + (i == j) for j, w in enumerate(weights)], cell["at"]
                )
                variance += float(weight * ((n + 1) * (more - value)) ** 2) / n**2
            low, high = value - 1.959963985 * variance**0.5, value + 1.959963985 * variance**0.5
            ends = max(0.0, float(low)), min(1.0, float(high))
            if max(abs(a - b) for a, b in zip(ends, cell["interval"], strict=True)) > 1e-7:
                return False
    return True


def _on(formula: Expression, number: dict, weights: list[Fraction], at: dict) -> Fraction:
    """The formula by exact tables; minus one where it is undefined."""
    law: dict[tuple[str, ...], Fraction] = {}
    for row, weight in zip(number["rows"], weights, strict=True):
        law[tuple(row[:-1])] = law.get(tuple(row[:-1]), Fraction(0)) + weight / sum(weights)
    table = formula.table(Law(tuple(number["of"]), law))
    found = table.cells.get(tuple(at[s.variable] for s in table.symbols), Fraction(0))
    return Fraction(-1) if isinstance(found, Hole) else Fraction(found)


def true_yes(c: Certificate, rng: Random) -> bool:
    """Whether formula and query, and both sides of every step, are one number in exact models."""
    graph = graph_of(c)
    claims = [(c["query"], c["estimand"]), *((s["from"], s["to"]) for s in c["derivation"])]
    for _ in range(2):
        model = random_scm(graph, rng.randrange(2**20))
        for claim in claims:
            one, other = map(parse, claim)
            at = {s: rng.randrange(2) for s in sorted(one.free | other.free)}
            if value(model, one, at) != value(model, other, at):
                return False
    return True


def true_no(c: Certificate) -> bool:
    """Whether the hedge makes two models with one law, compared cell by cell, and two answers."""
    query = Query.parse(c["query"])
    hedge = Hedge(frozenset(c["hedge"]["outer"]), frozenset(c["hedge"]["inner"]))
    try:
        countermodels(NotIdentified(graph_of(c), query, hedge))
    except CausalError:
        return False
    return c["models"] is None or models_refute(c)


def models_refute(c: Certificate) -> bool:
    """By listing every state of both models: the plainest way there is."""
    query, cell = Query.parse(c["query"]), c["models"]["cell"]
    observed, answers = [], []
    for key in ("one", "other"):
        tables = {str(t["of"]): t for t in c["models"][key]}
        observed.append(_weights(tables, {}, [v for v in tables if v in c["graph"]["nodes"]]))
        do = {v: cell[v] for v in query.actions}
        given = sorted(query.conditions)
        asked = sorted(query.outcomes | query.conditions)
        above = _weights(tables, do, asked).get(tuple(cell[v] for v in asked), Fraction(0))
        below = _weights(tables, do, given).get(tuple(cell[v] for v in given), Fraction(0))
        if not below:
            return False
        answers.append(above / below)
    same = observed[0] == observed[1] and all(weight > 0 for weight in observed[0].values())
    return same and answers[0] != answers[1] and list(map(str, answers)) == c["models"]["values"]


def _weights(tables: dict, do: dict, names: list[str]) -> dict[tuple[int, ...], Fraction]:
    """The law of some variables, by the truncated product over all states."""
    names, law = sorted(names), {}
    sizes = {v: len(t["rows"][0]) for v, t in tables.items()}
    for cell in itertools.product(*(range(size) for size in sizes.values())):
        at = dict(zip(sizes, cell, strict=True))
        weight = Fraction(1)
        for v, t in tables.items():
            if v in do:
                weight *= at[v] == do[v]
                continue
            row = 0
            for read in map(str, t["reads"]):
                row = row * sizes[read] + at[read]
            weight *= Fraction(t["rows"][row][at[v]])
            if not weight:
                break
        key = tuple(at[v] for v in names)
        law[key] = law.get(key, Fraction(0)) + weight
    return law
