"""Forged certificates of counterfactuals and of experiments, and exact models that judge them.

Whatever is changed, the digest fits.  Nothing of the checker takes part in the verdicts here:
``causal.counterfactual`` on random models for a yes, and the stated models, built anew, for a no.
"""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from random import Random

from strategies.forgeries import Certificate, Forge, graph_of

from causal import ADMG, SCM, Do, Identified, NotIdentified, Query, counterfactual, identify
from causal.certification.worlds import compared_in_worlds, loosened
from causal.errors import CausalError, WrongEstimandError
from causal.expression import parse
from causal.identification.counterfactual import in_one_world
from causal.identification.reasoning import Reasoning
from causal.model import Noise, Response, random_scm


def _elsewhere(pattern: str, text: str, rng: Random, change: object) -> str:
    """One match of a pattern replaced, if there is one."""
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + change(match) + text[match.end() :]


def _flipped(text: str, rng: Random) -> str:
    return _elsewhere(r"=([01])", text, rng, lambda m: f"={1 - int(m[1])}")


def _renamed(text: str, names: list[str], rng: Random) -> str:
    one, other = rng.sample(names, 2)
    swap = {one: other, other: one}
    return re.sub(r"\b[A-E]\b", lambda m: swap.get(m[0], m[0]), text)


def another_value(c: Certificate, rng: Random) -> None:
    """One value of the query is the other one: asked about, given, or set in a world."""
    c["query"] = _flipped(c["query"], rng)


def another_world(c: Certificate, rng: Random) -> None:
    """A world less, a setting less, or other names."""
    c["query"] = rng.choice(
        [
            _elsewhere(r"\[[^\[\]]*\]", c["query"], rng, lambda _: ""),
            _elsewhere(r"[A-E]=[01], ", c["query"], rng, lambda _: ""),
            _renamed(c["query"], c["graph"]["nodes"], rng),
        ]
    )


def another_graph(c: Certificate, rng: Random) -> None:
    """An edge more, or one less."""
    edges = c["graph"][rng.choice(["directed", "bidirected"])]
    if edges and rng.random() < 0.4:
        edges.remove(rng.choice(edges))
        return
    new = [list(pair) for pair in itertools.combinations(c["graph"]["nodes"], 2)]
    new = [pair for pair in new if pair not in edges and pair[::-1] not in edges]
    if new:
        edges.append(rng.choice(new))


def another_formula(c: Certificate, rng: Random) -> None:
    """A value, an action or a condition of the formula changed, a law left out, names exchanged."""
    text = c["estimand"]
    c["estimand"] = rng.choice(
        [
            _flipped(text, rng),
            _renamed(text, c["graph"]["nodes"], rng),
            _elsewhere(r"do\(([^()]*)\)", text, rng, lambda m: m[1]),
            _elsewhere(r"\| ([A-E]=?[01]?)(?=[,)])", text, rng, lambda m: f"| do({m[1]})"),
            _elsewhere(r", [A-E]'*(=[01])?(?=\))", text, rng, lambda _: ""),
            _elsewhere(r"P\([^()|]*\) ?", text, rng, lambda _: "") or "1",
            rng.choice(["0", "1"]),
        ]
    )


def another_verdict(c: Certificate, rng: Random) -> None:
    """A formula for what has none: some law of an experiment, or of what is observed."""
    y, x = rng.sample(c["graph"]["nodes"], 2)
    for key in ("models", "thicket"):
        c.pop(key)
    formula = rng.choice([f"P({y}=1 | do({x}=1))", f"P({y}=0 | {x}=1)", f"P({y}=1)"])
    c.update(answer="identified", estimand=formula)


def no_formula(c: Certificate, rng: Random) -> None:
    """A no without models, to something that has a formula."""
    c.pop("estimand")
    thicket = {"law": "P(A)", "regimes": [{"set": [], "hedge": None}]}
    c.update(answer="not-identified", models=None, thicket=rng.choice([None, thicket]))


def another_weight(c: Certificate, rng: Random) -> None:
    """Weight of a noise moved from state to state, in one model or in both; or two swapped."""
    if c["models"] is None:
        return
    noise = rng.choice(c["models"]["noise"])
    which = rng.sample(["one", "other"], rng.randint(1, 2))
    i, j = (rng.randrange(len(noise["one"])) for _ in range(2))
    for law in (noise[side] for side in which):
        if rng.random() < 0.5:
            law[i], law[j] = law[j], law[i]
        elif i != j:
            moved = Fraction(law[i]) / 3
            law[i], law[j] = str(Fraction(law[i]) - moved), str(Fraction(law[j]) + moved)


def another_function(c: Certificate, rng: Random) -> None:
    """One answer of one variable changed, or what it reads."""
    if c["models"] is None:
        return
    function = rng.choice(c["models"]["functions"])
    if rng.random() < 0.7:
        place = rng.randrange(len(function["is"]))
        function["is"][place] = rng.randrange(len(function["values"]))
    else:
        other = rng.choice(c["models"]["functions"])
        function["reads"] = rng.choice([function["reads"][::-1], other["reads"], [other["of"]]])


def the_same_model(c: Certificate, rng: Random) -> None:
    """Both models are one, and their answers made up; or only the answers are."""
    if c["models"] is None:
        return
    if rng.random() < 0.5:
        for noise in c["models"]["noise"]:
            noise["other"] = noise["one"]
    else:
        c["models"]["values"][rng.randrange(2)] = rng.choice(["1/3", "0", "1", "43/72"])


def noise_of_strangers(c: Certificate, rng: Random) -> None:
    """The noise of one variable read by another."""
    if c["models"] is None:
        return
    noise = rng.choice(c["models"]["noise"])
    noise["of"] = sorted({*noise["of"], rng.choice(c["graph"]["nodes"])})


def more_experiments(c: Certificate, rng: Random) -> None:
    """The same models said to agree on more, or on all there is; or a law that nobody needs."""
    if c["thicket"] is None:
        c["query"] = _flipped(c["query"], rng)
        return
    names = rng.sample(c["graph"]["nodes"], rng.randint(0, 2))
    match rng.randrange(3):
        case 0:
            c["thicket"]["regimes"].append({"set": names, "hedge": None})
        case 1:
            c["thicket"] = None
        case _:
            c["thicket"]["law"] = _renamed(c["thicket"]["law"], c["graph"]["nodes"], rng)


YES: dict[str, Forge] = {
    forge.__name__: forge
    for forge in (another_value, another_world, another_graph, another_formula, no_formula)
}
NO: dict[str, Forge] = {
    forge.__name__: forge
    for forge in (
        another_value,
        another_world,
        another_graph,
        another_verdict,
        another_weight,
        another_function,
        the_same_model,
        noise_of_strangers,
        more_experiments,
    )
}


def true_yes(c: Certificate, rng: Random) -> bool:
    """Whether formula and model are one number in random models, all rows coupled independently."""
    graph, query = graph_of(c), Query.parse(c["query"])
    formula = parse(c["estimand"])
    answer = Identified(graph, query, formula, Reasoning(c["query"], (), formula))
    try:
        for _ in range(2):
            compared_in_worlds(loosened(random_scm(graph, rng.randrange(2**20))), answer)
    except WrongEstimandError:
        return False
    return True


def true_no(c: Certificate) -> bool:
    """Whether the stated models are of the graph, agree as they are said to, and differ."""
    query, graph = Query.parse(c["query"]), graph_of(c)
    if c["models"] is None:  # then the verdict is the solver's to confirm, itself held to models
        regimes = c["thicket"] and [each["set"] for each in c["thicket"]["regimes"]]
        return isinstance(identify(graph, query, regimes=regimes), NotIdentified)
    try:
        one, other = (_model(c["models"], side) for side in ("one", "other"))
    except CausalError:
        return False
    edges = {frozenset(edge) for edge in graph.bidirected}
    fits = {*one.graph.directed} <= {*graph.directed}
    if not fits or not {frozenset(edge) for edge in one.graph.bidirected} <= edges:
        return False
    return _equal(one, other, c["thicket"]) and _answers(one, other, query, c["models"])


def _model(models: dict, side: str) -> SCM:
    names = {tuple(sorted(noise["of"])): "U" + "".join(noise["of"]) for noise in models["noise"]}
    values = {f["of"]: [int(text) for text in f["values"]] for f in models["functions"]}
    values |= {
        names[tuple(sorted(noise["of"]))]: range(len(noise["one"])) for noise in models["noise"]
    }
    mechanisms, directed = {}, []
    for f in models["functions"]:
        reads = [u if isinstance(u, str) else names[tuple(sorted(u))] for u in f["reads"]]
        directed += [(u, f["of"]) for u in reads if u not in names.values()]
        keys = itertools.product(*(values[u] for u in reads))
        answers = {
            key[0] if len(key) == 1 else key: values[f["of"]][n]
            for key, n in zip(keys, f["is"], strict=True)
        }
        mechanisms[f["of"]] = Response(reads, answers, values=values[f["of"]])
    noise = [
        Noise(names[tuple(sorted(n["of"]))], [Fraction(p) for p in n[side]])
        for n in models["noise"]
        if any(names[tuple(sorted(n["of"]))] in m.given for m in mechanisms.values())
    ]
    readers = [[v for v, m in mechanisms.items() if n.name in m.given] for n in noise]
    ties = {pair for each in readers for pair in itertools.combinations(sorted(each), 2)}
    return SCM(
        ADMG.of(nodes=values.keys() & mechanisms.keys(), directed=directed, bidirected=ties),
        mechanisms,
        noise,
    )


def _equal(one: SCM, other: SCM, thicket: dict | None) -> bool:
    nodes = one.graph.nodes
    if thicket is None:
        sets = [z for n in range(len(nodes)) for z in itertools.combinations(nodes, n)]
    else:
        sets = [tuple(v for v in nodes if v in each["set"]) for each in thicket["regimes"]]
    settings = (
        Do(dict(zip(z, cell, strict=True)))
        for z in sets
        for cell in itertools.product(*(one.domains[v] for v in z))
    )
    return all((one.under(do).law() == other.under(do).law()).all() for do in settings)


def _answers(one: SCM, other: SCM, query: Query, models: dict) -> bool:
    text = str(query if query.is_counterfactual else in_one_world(query))
    values = [counterfactual(model, text, exact=True).value for model in (one, other)]
    return values[0] != values[1] and [str(value) for value in values] == models["values"]
