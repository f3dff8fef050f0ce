"""Ablations read as causal statements; this room and the studies ask `causal`.

A trained module gives the graph of its components, one prediction a counterfactual, and a
confounded log an adjusted effect. Names are looked up when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.attribution.circuits import Circuit as Circuit
    from ablation.attribution.circuits import circuit as circuit
    from ablation.attribution.confounding import AdjustedEffect as AdjustedEffect
    from ablation.attribution.confounding import ConfoundedError as ConfoundedError
    from ablation.attribution.confounding import adjusted_effect as adjusted_effect
    from ablation.attribution.discovery import ComponentGraph as ComponentGraph
    from ablation.attribution.discovery import discover_components as discover_components
    from ablation.attribution.discovery import (
        structural_hamming_distance as structural_hamming_distance,
    )
    from ablation.attribution.discovery import to_admg as to_admg
    from ablation.attribution.event import Predicted as Predicted
    from ablation.attribution.event import Sampled as Sampled
    from ablation.attribution.explanation import Explanation as Explanation
    from ablation.attribution.flowing import Flow as Flow
    from ablation.attribution.flowing import flow as flow
    from ablation.attribution.interactions import pairwise as pairwise
    from ablation.attribution.mediating import Mediation as Mediation
    from ablation.attribution.mediating import mediation as mediation
    from ablation.attribution.paths import PathEffect as PathEffect
    from ablation.attribution.paths import path_effect as path_effect
    from ablation.attribution.prediction import EvidenceNeverHeldError as EvidenceNeverHeldError
    from ablation.attribution.prediction import explain as explain
    from ablation.attribution.retraining import Unpaired as Unpaired
    from ablation.attribution.retraining import paired as paired
    from ablation.attribution.retraining import retrained as retrained
    from ablation.attribution.retraining import unpaired as unpaired

_HOMES = {
    "AdjustedEffect": "confounding",
    "Circuit": "circuits",
    "ComponentGraph": "discovery",
    "ConfoundedError": "confounding",
    "EvidenceNeverHeldError": "prediction",
    "Explanation": "explanation",
    "Flow": "flowing",
    "Mediation": "mediating",
    "PathEffect": "paths",
    "Predicted": "event",
    "Sampled": "event",
    "Unpaired": "retraining",
    "adjusted_effect": "confounding",
    "circuit": "circuits",
    "discover_components": "discovery",
    "explain": "prediction",
    "flow": "flowing",
    "mediation": "mediating",
    "paired": "retraining",
    "pairwise": "interactions",
    "path_effect": "paths",
    "retrained": "retraining",
    "structural_hamming_distance": "discovery",
    "to_admg": "discovery",
    "unpaired": "retraining",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation.attribution' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.attribution.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
