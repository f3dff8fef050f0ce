"""Mechanisms and interventions from plain data: the inverse of ``to_dict``.

Only what is data comes back.  A function is code, and code is never made of data: where one was
used, the description says where it is to be found, and reading it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from causal.errors import ModelError
from causal.model.altered import Constant, Drawn, Held, Shifted
from causal.model.continuous.additive import Additive, LocationScale
from causal.model.continuous.categorical import Categorical
from causal.model.continuous.described import (
    curve_from_dict,
    network_from_dict,
    odds_from_dict,
)
from causal.model.continuous.flow import Flow
from causal.model.continuous.laws import law_from_dict
from causal.model.continuous.linear import Linear
from causal.model.continuous.monotone import CUBE, EXP, LOGISTIC, Monotone
from causal.model.continuous.threshold import Threshold
from causal.model.exact import exact
from causal.model.finite.answers import Answers
from causal.model.finite.coupling import Independent, InverseCDF, Unknown
from causal.model.finite.race import GumbelMax
from causal.model.finite.response import Response
from causal.model.finite.table import Table
from causal.model.intervention import Do, DoEdge, Intervention, Replace, Set, Shift, Stochastic
from causal.model.mechanism import Mechanism, Value
from causal.model.noise import Law
from causal.variables import nearest

__all__ = ["intervention_from_dict", "mechanism_from_dict"]

Data: TypeAlias = Mapping[str, object]
COUPLINGS = {
    coupling.__name__: coupling for coupling in (InverseCDF, GumbelMax, Independent, Unknown)
}
LINKS = {link.name: link for link in (EXP, CUBE, LOGISTIC)}


def intervention_from_dict(data: Data) -> Intervention:
    """The intervention that plain data describe; raises ModelError where they describe none.

    >>> intervention_from_dict(Do(X=1).to_dict())
    Do({'X': 1})
    """
    match data:
        case {"kind": "do", "settings": Mapping() as settings}:
            return Do({name: _set(value) for name, value in settings.items()})
        case {"kind": "do edge", "edge": [str(tail), str(head)], "value": value}:
            return DoEdge(tail, head, value)
        case {"kind": "shift", "by": Mapping() as amounts}:
            return Shift(dict(amounts))
        case {"kind": "replace", "mechanisms": Mapping() as mechanisms}:
            return Replace({name: mechanism_from_dict(m) for name, m in mechanisms.items()})
        case {"kind": "stochastic", "laws": Mapping() as laws}:
            return Stochastic({name: law_from_dict(law) for name, law in laws.items()})
    raise ModelError(f"{dict(data)!r:.200} describes no intervention")


def mechanism_from_dict(data: Data) -> Mechanism:
    """The mechanism that plain data describe; raises ModelError where they describe none.

    >>> slope = Linear({"X": 2.0})
    >>> mechanism_from_dict(slope.to_dict()) == slope
    True
    """
    kind = str(data.get("kind"))
    if kind not in READERS:
        close = nearest(kind, READERS)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ModelError(f"no mechanism is described by the kind {kind}{hint}")
    try:
        return READERS[kind](data)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"the description of a {kind} mechanism is damaged: {error!r}") from error


def _table(data: Data) -> Table:
    laws: dict[Value, list[str]] = {
        tuple(row["given"]): list(map(str, row["law"])) for row in _rows(data)
    }
    return Table(
        _names(data["given"]),
        laws,
        values=_values(data),
        coupling=COUPLINGS[str(data["coupling"])](),
        ignores=_names(data["ignores"]),
    )


def _response(data: Data) -> Response:
    rows = cast("list[dict[str, Value]]", data["rows"])
    answers: dict[Value, Value] = {}
    for row in rows:
        answers[tuple(cast("list[Value]", row["given"]))] = row["value"]
    ignores = _names(data["ignores"])
    return Response(_names(data["given"]), answers, values=_values(data), ignores=ignores)


def _answers(data: Data) -> Answers:
    return Answers(
        tuple(_names(data["given"])),
        tuple((tuple(row["given"]), tuple(row["values"])) for row in _rows(data)),
        tuple(exact(cell) for cell in cast("list[str]", data["cells"])),
        tuple(_values(data)),
        tuple(_names(data["ignores"])),
        str(data["assumes"]),
    )


def _linear(data: Data) -> Linear:
    weights = cast("dict[str, float]", data["weights"])
    intercept, ignores = cast("float", data["intercept"]), _names(data["ignores"])
    return Linear(weights, intercept=intercept, noise=_noise(data), ignores=ignores)


def _additive(data: Data) -> Additive:
    return Additive(curve_from_dict(data["mean"]), _noise(data), ignores=_names(data["ignores"]))


def _location_scale(data: Data) -> LocationScale:
    mean, scale = curve_from_dict(data["mean"]), curve_from_dict(data["scale"])
    return LocationScale(mean, scale, _noise(data), ignores=_names(data["ignores"]))


def _flow(data: Data) -> Flow:
    network = network_from_dict(cast("Data", data["network"]))
    centre, width = cast("float", data["centre"]), cast("float", data["width"])
    return Flow(network, centre, width, tuple(_names(data["ignores"])))


def _monotone(data: Data) -> Monotone:
    inner = mechanism_from_dict(cast("Data", data["inner"]))
    name = str(cast("Data", data["link"])["name"])
    if name not in LINKS or not isinstance(inner, Linear | Additive | LocationScale):
        raise ModelError(f"the link {name} is code, which data cannot bring back")
    return Monotone(inner, LINKS[name])


def _threshold(data: Data) -> Threshold:
    return Threshold(
        curve_from_dict(data["index"]),
        cast("list[float]", data["cuts"]),
        noise=law_from_dict(cast("Data", data["noise"])),
        values=_values(data),
        ignores=_names(data["ignores"]),
    )


def _categorical(data: Data) -> Categorical:
    return Categorical(
        odds_from_dict(cast("Data", data["odds"])),
        _values(data),
        coupling=GumbelMax() if data["coupling"] == "GumbelMax" else InverseCDF(),
        ignores=_names(data["ignores"]),
    )


def _constant(data: Data) -> Constant:
    values = tuple(_values(data))
    made = Do({"it": _set(data["value"])})
    return Constant(made.settings[0][1], values)


def _drawn(data: Data) -> Drawn:
    return Drawn(law_from_dict(cast("Data", data["noise"])))


def _shifted(data: Data) -> Shifted:
    inner = mechanism_from_dict(cast("Data", data["inner"]))
    return Shifted(inner, cast("float", data["by"]))


def _held(data: Data) -> Held:
    inner = mechanism_from_dict(cast("Data", data["inner"]))
    return Held(inner, str(data["name"]), data["value"])


def _function(data: Data) -> Mechanism:
    raise ModelError(f"the function {data.get('rule')} is code, which data cannot bring back")


READERS: Mapping[str, Callable[[Data], Mechanism]] = {
    "table": _table,
    "response": _response,
    "answers": _answers,
    "linear": _linear,
    "additive": _additive,
    "location-scale": _location_scale,
    "flow": _flow,
    "monotone": _monotone,
    "threshold": _threshold,
    "categorical": _categorical,
    "constant": _constant,
    "drawn": _drawn,
    "shifted": _shifted,
    "held": _held,
    "function": _function,
}


def _noise(data: Data) -> Law | str | None:
    noise = data["noise"]
    return noise if isinstance(noise, str) or noise is None else law_from_dict(cast("Data", noise))


def _set(value: object) -> Set:
    match value:
        case {"units": list(units)}:
            return units
        case _:
            return value


def _rows(data: Data) -> list[dict[str, list[Value]]]:
    return cast("list[dict[str, list[Value]]]", data["rows"])


def _names(names: object) -> list[str]:
    return list(map(str, cast("list[str]", names)))


def _values(data: Data) -> list[Value]:
    return cast("list[Value]", data["values"])
