"""Curves and odds from plain data: the inverse of their ``to_dict``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from causal.errors import ModelError
from causal.model.continuous.categorical import Logits, Odds
from causal.model.continuous.curves import Curve, Polynomial
from causal.model.continuous.features import Exp, Feature, Knots, Weighted
from causal.model.continuous.network import Network, NetworkCurve
from causal.model.continuous.scores import Scores
from causal.model.continuous.trees import Tree, Trees
from causal.model.mechanism import Value, Values

__all__ = ["curve_from_dict", "network_from_dict", "odds_from_dict"]

Data: TypeAlias = Mapping[str, object]


def curve_from_dict(data: object) -> Curve:
    """The curve that plain data describe; raises ModelError for a function.

    >>> bend = Polynomial({("X", "X"): 2})
    >>> curve_from_dict(bend.to_dict()) == bend
    True
    """
    curve = cast("Data", data)
    match curve.get("kind"):
        case "polynomial":
            terms = cast("list[tuple[list[str], float]]", curve["terms"])
            return Polynomial({tuple(names): coefficient for names, coefficient in terms})
        case "weighted":
            return _weighted(curve)
        case "exp":
            ends = cast("float", curve["low"]), cast("float", curve["high"])
            return Exp(_weighted(cast("Data", curve["log"])), *ends)
        case "trees":
            return _trees(curve)
        case "network":
            return NetworkCurve(network_from_dict(cast("Data", curve["network"])))
    raise ModelError(f"the function {curve.get('function')} is code; data cannot bring it back")


def _weighted(data: Data) -> Weighted:
    terms = cast("list[tuple[dict[str, list[list[object]]], float]]", data["terms"])
    return Weighted(
        cast("float", data["intercept"]),
        tuple((_feature(feature), weight) for feature, weight in terms),
        _domains(data),
    )


def network_from_dict(data: Data) -> Network:
    """The network that plain data describe."""
    layers = cast("list[tuple[list[list[float]], list[float]]]", data["layers"])
    features = cast("list[dict[str, list[object]]]", data["features"])
    return Network(
        tuple(_names(data["given"])),
        tuple(map(_feature, features)),
        tuple(cast("list[float]", data["centres"])),
        tuple(cast("list[float]", data["widths"])),
        tuple((tuple(map(tuple, weights)), tuple(biases)) for weights, biases in layers),
        _domains(data),
    )


def _feature(data: Mapping[str, Sequence[object]]) -> Feature:
    levels, bent = (cast("list[list[Any]]", data[key]) for key in ("levels", "bent"))
    return Feature(
        tuple(_names(data["numbers"])),
        tuple((str(name), value) for name, value in levels),
        tuple((str(name), _knots(knots)) for name, knots in bent),
    )


def _knots(data: Sequence[float]) -> Knots:
    first, inner, last = map(float, data)
    return first, inner, last


def _trees(data: Data) -> Trees:
    trees = cast("list[dict[str, Any]]", data["trees"])
    parts = ("feature", "threshold", "left", "right", "value")
    grown = (
        Tree(depth=int(tree["depth"]), **{part: tuple(tree[part]) for part in parts})
        for tree in trees
    )
    base, given = cast("float", data["base"]), tuple(_names(data["given"]))
    return Trees(given, base, tuple(grown), _domains(data))


def _domains(data: Data) -> tuple[tuple[str, Values], ...]:
    pairs = cast("list[tuple[str, list[Value]]]", data["domains"])
    return tuple((name, tuple(values)) for name, values in pairs)


def odds_from_dict(data: Data) -> Odds:
    """The odds that plain data describe; raises ModelError for a function.

    >>> odds = Logits([0, 0], {"X": (0, 1)})
    >>> odds_from_dict(odds.to_dict()) == odds
    True
    """
    match data.get("kind"):
        case "logits":
            weights = cast("dict[str, list[float]]", data["weights"])
            return Logits(cast("list[float]", data["intercepts"]), weights)
        case "scores":
            curves = cast("list[Data]", data["curves"])
            return Scores(tuple(map(_weighted, curves)), tuple(_names(data["given"])))
    raise ModelError(f"the function {data.get('function')} is code; data cannot bring it back")


def _names(names: object) -> list[str]:
    return list(map(str, cast("list[str]", names)))
