"""Small neural networks as curves: layers of plain arrays, evaluated without any framework."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from causal.errors import ModelError
from causal.model.continuous.features import Feature, check_levels
from causal.model.mechanism import Columns, Values
from causal.model.noise import Floats
from causal.variables import Variable

__all__ = ["Layer", "Network", "NetworkCurve"]

Layer: TypeAlias = tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]


@dataclass(frozen=True)
class Network:
    """Features, standardised, through layers with tanh between them.

    A layer is its weights, a row an output, and its biases.

    >>> twice = Network(("X",), (Feature(("X",)),), (0.0,), (1.0,), ((((2.0,),), (1.0,)),))
    >>> twice.outputs([np.array([0.0, 3.0])], 2)
    array([[1., 7.]])
    """

    given: tuple[Variable, ...]
    features: tuple[Feature, ...]
    centres: tuple[float, ...]
    widths: tuple[float, ...]
    layers: tuple[Layer, ...]
    domains: tuple[tuple[Variable, Values], ...] = ()

    def __post_init__(self) -> None:
        """Refuse layers that do not fit together."""
        sizes = [len(self.features), *(len(biases) for _, biases in self.layers)]
        for (inputs, outputs), (weights, _) in zip(pairwise(sizes), self.layers, strict=True):
            if len(weights) != outputs or any(len(row) != inputs for row in weights):
                raise ModelError(f"a layer from {inputs} to {outputs} numbers has other weights")

    def outputs(self, given: Columns, units: int) -> Floats:
        """One row an output, one column a unit."""
        columns = dict(zip(self.given, given, strict=True))
        for name, values in self.domains:
            check_levels(name, columns[name], values)
        rows = [f.of(columns) for f in self.features]
        state = np.array(rows).reshape(len(rows), units)
        state = (state - self._centres) / self._widths
        *hidden, last = self._layers
        for weights, biases in hidden:
            state = np.tanh(weights @ state + biases)
        weights, biases = last
        found: Floats = weights @ state + biases
        return found

    def to_dict(self) -> dict[str, object]:
        """Features and layers as plain data."""
        return {
            "given": list(self.given),
            "features": [feature.to_dict() for feature in self.features],
            "centres": list(self.centres),
            "widths": list(self.widths),
            "layers": [[[list(row) for row in w], list(b)] for w, b in self.layers],
            "domains": [[name, list(values)] for name, values in self.domains],
        }

    @cached_property
    def _centres(self) -> Floats:
        return np.array(self.centres)[:, None]

    @cached_property
    def _widths(self) -> Floats:
        return np.array(self.widths)[:, None]

    @cached_property
    def _layers(self) -> list[tuple[Floats, Floats]]:
        sizes = [len(self.features), *(len(biases) for _, biases in self.layers)]
        return [
            (np.array(w, dtype=float).reshape(outputs, inputs), np.array(b)[:, None])
            for (inputs, outputs), (w, b) in zip(pairwise(sizes), self.layers, strict=True)
        ]


@dataclass(frozen=True)
class NetworkCurve:
    """The single output of a network as a curve."""

    network: Network

    @property
    def given(self) -> tuple[str, ...]:
        """What the network reads."""
        return self.network.given

    def at(self, given: Columns, units: int) -> Floats:
        """The output for each unit."""
        single: Floats = self.network.outputs(given, units)[0]
        return single

    def to_dict(self) -> dict[str, object]:
        """The network as plain data."""
        return {"kind": "network", "network": self.network.to_dict()}
