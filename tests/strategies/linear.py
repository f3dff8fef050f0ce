"""Linear models with correlated noise, whose covariances are exact fractions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from causal import ADMG

Matrix = dict[str, dict[str, Fraction]]
Edges = dict[tuple[str, str], Fraction]


def linear_model(graph: ADMG, rng: Random) -> tuple[Edges, Matrix]:
    """Random coefficients, and the covariance that they and correlated noise imply."""

    def draw() -> Fraction:
        return Fraction(rng.choice((-1, 1)) * rng.randint(1, 60), 17)

    edges = {edge: draw() for edge in graph.directed}
    hidden = {edge: draw() for edge in graph.bidirected}
    # Each variable as a sum of independent sources: its own noise, and one for each <->.
    sources: dict[str, dict[object, Fraction]] = {}
    for v in graph.nodes:
        mix: dict[object, Fraction] = {v: Fraction(rng.randint(1, 40), 7)}
        mix |= {edge: weight for edge, weight in hidden.items() if v in edge}
        for p in graph.parents(v):
            for source, weight in sources[p].items():
                mix[source] = mix.get(source, Fraction()) + edges[p, v] * weight
        sources[v] = mix
    covariance = {a: {b: _dot(sources[a], sources[b]) for b in graph.nodes} for a in graph.nodes}
    return edges, covariance


def _dot(one: dict[object, Fraction], other: dict[object, Fraction]) -> Fraction:
    return sum((weight * other.get(source, 0) for source, weight in one.items()), Fraction())
