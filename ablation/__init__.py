"""Ablation studies run as experiments and read as causal graphs.

`Study` states what is asked, `run` answers it trial by trial, `effects` says how large the
answer is, and `report` writes it on a page. Names are looked up when they are first used, so
`import ablation` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.attribution import Predicted as Predicted
    from ablation.attribution import Sampled as Sampled
    from ablation.attribution import circuit as circuit
    from ablation.attribution import explain as explain
    from ablation.attribution import flow as flow
    from ablation.attribution import mediation as mediation
    from ablation.attribution import paired as paired
    from ablation.attribution import pairwise as pairwise
    from ablation.attribution import path_effect as path_effect
    from ablation.attribution import retrained as retrained
    from ablation.attribution import unpaired as unpaired
    from ablation.component import Component as Component
    from ablation.design import AddOneIn as AddOneIn
    from ablation.design import Contrast as Contrast
    from ablation.design import FractionalFactorial as FractionalFactorial
    from ablation.design import FullFactorial as FullFactorial
    from ablation.design import GroupScreening as GroupScreening
    from ablation.design import LeaveOneOut as LeaveOneOut
    from ablation.design import Pairs as Pairs
    from ablation.design import PlackettBurman as PlackettBurman
    from ablation.design import RandomMasks as RandomMasks
    from ablation.design import Seeds as Seeds
    from ablation.design import Shapley as Shapley
    from ablation.design import ShapleySampling as ShapleySampling
    from ablation.errors import AblationError as AblationError
    from ablation.logs import read_log as read_log
    from ablation.neural import Components as Components
    from ablation.neural import ablated as ablated
    from ablation.neural.sweep import FirstOrder as FirstOrder
    from ablation.neural.sweep import IntegratedGradients as IntegratedGradients
    from ablation.neural.sweep import LowPrecision as LowPrecision
    from ablation.neural.sweep import screen as screen
    from ablation.neural.sweep import sweep as sweep
    from ablation.neural.training import Arm as Arm
    from ablation.neural.training import Trained as Trained
    from ablation.neural.training import train_together as train_together
    from ablation.neural.validity import Audit as Audit
    from ablation.neural.validity import audit as audit
    from ablation.operators import Constant as Constant
    from ablation.operators import Freeze as Freeze
    from ablation.operators import Mean as Mean
    from ablation.operators import Noise as Noise
    from ablation.operators import OptimalConstant as OptimalConstant
    from ablation.operators import ReplaceBy as ReplaceBy
    from ablation.operators import Resample as Resample
    from ablation.operators import Scale as Scale
    from ablation.operators import Skip as Skip
    from ablation.operators import Zero as Zero
    from ablation.report import report as report
    from ablation.runner.cluster import Ray as Ray
    from ablation.runner.limits import Limits as Limits
    from ablation.runner.session import run as run
    from ablation.statistics import contrasts as contrasts
    from ablation.statistics import effects as effects
    from ablation.statistics import interactions as interactions
    from ablation.statistics import variance_sources as variance_sources
    from ablation.store.examples import examples as examples
    from ablation.store.frame import frame as frame
    from ablation.store.loading import load as load
    from ablation.study import Budget as Budget
    from ablation.study import Metric as Metric
    from ablation.study import Study as Study
    from ablation.systems import record as record
    from ablation.trial import Trial as Trial
    from ablation.trials import Trials as Trials

_HOMES = {
    "AblationError": "errors",
    "AddOneIn": "design",
    "Arm": "neural.training",
    "Audit": "neural.validity",
    "Budget": "study",
    "Component": "component",
    "Components": "neural",
    "Constant": "operators",
    "Contrast": "design",
    "FirstOrder": "neural.sweep",
    "FractionalFactorial": "design",
    "Freeze": "operators",
    "FullFactorial": "design",
    "GroupScreening": "design",
    "IntegratedGradients": "neural.sweep",
    "LeaveOneOut": "design",
    "Limits": "runner.limits",
    "LowPrecision": "neural.sweep",
    "Mean": "operators",
    "Metric": "study",
    "Noise": "operators",
    "OptimalConstant": "operators",
    "Pairs": "design",
    "PlackettBurman": "design",
    "Predicted": "attribution",
    "RandomMasks": "design",
    "Ray": "runner.cluster",
    "ReplaceBy": "operators",
    "Resample": "operators",
    "Sampled": "attribution",
    "Scale": "operators",
    "Seeds": "design",
    "Shapley": "design",
    "ShapleySampling": "design",
    "Skip": "operators",
    "Study": "study",
    "Trained": "neural.training",
    "Trial": "trial",
    "Trials": "trials",
    "Zero": "operators",
    "ablated": "neural",
    "audit": "neural.validity",
    "circuit": "attribution",
    "contrasts": "statistics",
    "effects": "statistics",
    "examples": "store.examples",
    "explain": "attribution",
    "flow": "attribution",
    "frame": "store.frame",
    "interactions": "statistics",
    "load": "store.loading",
    "mediation": "attribution",
    "paired": "attribution",
    "pairwise": "attribution",
    "path_effect": "attribution",
    "read_log": "logs",
    "record": "systems",
    "report": "report",
    "retrained": "attribution",
    "run": "runner.session",
    "screen": "neural.sweep",
    "sweep": "neural.sweep",
    "train_together": "neural.training",
    "unpaired": "attribution",
    "variance_sources": "statistics",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ablation' has no attribute {name!r}")
    value = getattr(import_module(f"ablation.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
