"""Causal inference whose answers carry their proof.

>>> import causal
>>> graph = causal.ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
>>> print(causal.identify(graph, "P(Y | do(X))"))
P(Y | do(X)) = (Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))

Names are imported when they are first used, so that ``import causal`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.calculus import Derivation as Derivation
    from causal.calculus import NotDerivable as NotDerivable
    from causal.calculus import bayes as bayes
    from causal.calculus import chain_rule as chain_rule
    from causal.calculus import conditioning as conditioning
    from causal.calculus import equivalents as equivalents
    from causal.calculus import marginalisation as marginalisation
    from causal.calculus import prove as prove
    from causal.calculus import rule_1 as rule_1
    from causal.calculus import rule_2 as rule_2
    from causal.calculus import rule_3 as rule_3
    from causal.certification import Equal as Equal
    from causal.certification import Unequal as Unequal
    from causal.certification import certificate as certificate
    from causal.certification import certify as certify
    from causal.certification import countermodels as countermodels
    from causal.certification import equal as equal
    from causal.certification import experiments as experiments
    from causal.errors import CausalError as CausalError
    from causal.estimation import Bounds as Bounds
    from causal.estimation import Estimate as Estimate
    from causal.estimation import Falsified as Falsified
    from causal.estimation import FisherZ as FisherZ
    from causal.estimation import GSquared as GSquared
    from causal.estimation import PlugIn as PlugIn
    from causal.estimation import Positivity as Positivity
    from causal.estimation import bounds as bounds
    from causal.estimation import confront as confront
    from causal.estimation import estimate as estimate
    from causal.estimation import positivity as positivity
    from causal.expression import Expression as Expression
    from causal.graph import ADMG as ADMG
    from causal.graph import OpenPath as OpenPath
    from causal.graph import WorldGraph as WorldGraph
    from causal.graph import examples as examples
    from causal.graph import open_path as open_path
    from causal.graph import separated as separated
    from causal.graph import separators as separators
    from causal.identification import AdjustmentSet as AdjustmentSet
    from causal.identification import Agreement as Agreement
    from causal.identification import Answer as Answer
    from causal.identification import Conflict as Conflict
    from causal.identification import FrontDoorObjection as FrontDoorObjection
    from causal.identification import FrontDoorSet as FrontDoorSet
    from causal.identification import Hedge as Hedge
    from causal.identification import Identified as Identified
    from causal.identification import IdentifiedQuantity as IdentifiedQuantity
    from causal.identification import Implications as Implications
    from causal.identification import Independence as Independence
    from causal.identification import InstrumentalSet as InstrumentalSet
    from causal.identification import InstrumentObjection as InstrumentObjection
    from causal.identification import KernelConstraint as KernelConstraint
    from causal.identification import NotIdentified as NotIdentified
    from causal.identification import Objection as Objection
    from causal.identification import Reasoning as Reasoning
    from causal.identification import Remedies as Remedies
    from causal.identification import Thicket as Thicket
    from causal.identification import Undecided as Undecided
    from causal.identification import adjustment_sets as adjustment_sets
    from causal.identification import derive as derive
    from causal.identification import estimands as estimands
    from causal.identification import front_door_sets as front_door_sets
    from causal.identification import identifiable as identifiable
    from causal.identification import identify as identify
    from causal.identification import implications as implications
    from causal.identification import instruments as instruments
    from causal.identification import parallel_worlds as parallel_worlds
    from causal.identification import path_specific as path_specific
    from causal.identification import remedies as remedies
    from causal.identification import simplify as simplify
    from causal.identification import why_no_front_door as why_no_front_door
    from causal.identification import why_no_instruments as why_no_instruments
    from causal.identification import why_not as why_not
    from causal.interop import read as read
    from causal.model import SCM as SCM
    from causal.model import ActualCause as ActualCause
    from causal.model import Additive as Additive
    from causal.model import Categorical as Categorical
    from causal.model import Contribution as Contribution
    from causal.model import Counterfactual as Counterfactual
    from causal.model import Do as Do
    from causal.model import DoEdge as DoEdge
    from causal.model import Empirical as Empirical
    from causal.model import Explanation as Explanation
    from causal.model import Exponential as Exponential
    from causal.model import FreeCurve as FreeCurve
    from causal.model import FreeOdds as FreeOdds
    from causal.model import Function as Function
    from causal.model import GumbelMax as GumbelMax
    from causal.model import InverseCDF as InverseCDF
    from causal.model import Laplace as Laplace
    from causal.model import Linear as Linear
    from causal.model import LinearSystem as LinearSystem
    from causal.model import Link as Link
    from causal.model import LocationScale as LocationScale
    from causal.model import Logistic as Logistic
    from causal.model import Logits as Logits
    from causal.model import Monotone as Monotone
    from causal.model import Noise as Noise
    from causal.model import Normal as Normal
    from causal.model import NotACause as NotACause
    from causal.model import Polynomial as Polynomial
    from causal.model import Replace as Replace
    from causal.model import Response as Response
    from causal.model import Shift as Shift
    from causal.model import Stochastic as Stochastic
    from causal.model import StudentT as StudentT
    from causal.model import Table as Table
    from causal.model import Threshold as Threshold
    from causal.model import Uniform as Uniform
    from causal.model import UnitCounterfactuals as UnitCounterfactuals
    from causal.model import abduct as abduct
    from causal.model import actual_cause as actual_cause
    from causal.model import actual_causes as actual_causes
    from causal.model import controlled_direct_effect as controlled_direct_effect
    from causal.model import counterfactual as counterfactual
    from causal.model import effect_on_the_treated as effect_on_the_treated
    from causal.model import explain as explain
    from causal.model import load_model as load_model
    from causal.model import load_system as load_system
    from causal.model import natural_direct_effect as natural_direct_effect
    from causal.model import natural_indirect_effect as natural_indirect_effect
    from causal.model import outcome_probabilities as outcome_probabilities
    from causal.model import path_specific_effect as path_specific_effect
    from causal.model import potential_outcomes as potential_outcomes
    from causal.model import predict as predict
    from causal.model import probability_of_disablement as probability_of_disablement
    from causal.model import probability_of_enablement as probability_of_enablement
    from causal.model import probability_of_necessity as probability_of_necessity
    from causal.model import (
        probability_of_necessity_and_sufficiency as probability_of_necessity_and_sufficiency,
    )
    from causal.model import probability_of_sufficiency as probability_of_sufficiency
    from causal.model import save_model as save_model
    from causal.model.fitting import Boosted as Boosted
    from causal.model.fitting import Fitted as Fitted
    from causal.model.fitting import LeastSquares as LeastSquares
    from causal.model.fitting import Multinomial as Multinomial
    from causal.model.fitting import Scaled as Scaled
    from causal.model.fitting import Splines as Splines
    from causal.model.fitting import Tables as Tables
    from causal.model.fitting import fit as fit
    from causal.query import Quantity as Quantity
    from causal.query import Query as Query

_HOMES = {
    "ADMG": "graph",
    "SCM": "model",
    "ActualCause": "model",
    "Additive": "model",
    "AdjustmentSet": "identification",
    "Agreement": "identification",
    "Answer": "identification",
    "Boosted": "model.fitting",
    "Bounds": "estimation",
    "Categorical": "model",
    "CausalError": "errors",
    "Conflict": "identification",
    "Contribution": "model",
    "Counterfactual": "model",
    "Derivation": "calculus",
    "Do": "model",
    "DoEdge": "model",
    "Empirical": "model",
    "Equal": "certification",
    "Estimate": "estimation",
    "Explanation": "model",
    "Exponential": "model",
    "Expression": "expression",
    "Falsified": "estimation",
    "FisherZ": "estimation",
    "Fitted": "model.fitting",
    "FreeCurve": "model",
    "FreeOdds": "model",
    "FrontDoorObjection": "identification",
    "FrontDoorSet": "identification",
    "Function": "model",
    "GSquared": "estimation",
    "GumbelMax": "model",
    "Hedge": "identification",
    "Identified": "identification",
    "IdentifiedQuantity": "identification",
    "Implications": "identification",
    "Independence": "identification",
    "InstrumentObjection": "identification",
    "InstrumentalSet": "identification",
    "InverseCDF": "model",
    "KernelConstraint": "identification",
    "Laplace": "model",
    "LeastSquares": "model.fitting",
    "Linear": "model",
    "LinearSystem": "model",
    "Link": "model",
    "LocationScale": "model",
    "Logistic": "model",
    "Logits": "model",
    "Monotone": "model",
    "Multinomial": "model.fitting",
    "Noise": "model",
    "Normal": "model",
    "NotACause": "model",
    "NotDerivable": "calculus",
    "NotIdentified": "identification",
    "Objection": "identification",
    "OpenPath": "graph",
    "PlugIn": "estimation",
    "Polynomial": "model",
    "Positivity": "estimation",
    "Quantity": "query",
    "Query": "query",
    "Reasoning": "identification",
    "Remedies": "identification",
    "Replace": "model",
    "Response": "model",
    "Scaled": "model.fitting",
    "Shift": "model",
    "Splines": "model.fitting",
    "Stochastic": "model",
    "StudentT": "model",
    "Table": "model",
    "Tables": "model.fitting",
    "Thicket": "identification",
    "Threshold": "model",
    "Undecided": "identification",
    "Unequal": "certification",
    "Uniform": "model",
    "UnitCounterfactuals": "model",
    "WorldGraph": "graph",
    "abduct": "model",
    "actual_cause": "model",
    "actual_causes": "model",
    "adjustment_sets": "identification",
    "bayes": "calculus",
    "bounds": "estimation",
    "certificate": "certification",
    "certify": "certification",
    "chain_rule": "calculus",
    "conditioning": "calculus",
    "confront": "estimation",
    "controlled_direct_effect": "model",
    "counterfactual": "model",
    "countermodels": "certification",
    "derive": "identification",
    "effect_on_the_treated": "model",
    "equal": "certification",
    "equivalents": "calculus",
    "estimands": "identification",
    "estimate": "estimation",
    "examples": "graph",
    "experiments": "certification",
    "explain": "model",
    "fit": "model.fitting",
    "front_door_sets": "identification",
    "identifiable": "identification",
    "identify": "identification",
    "implications": "identification",
    "instruments": "identification",
    "load_model": "model",
    "load_system": "model",
    "marginalisation": "calculus",
    "natural_direct_effect": "model",
    "natural_indirect_effect": "model",
    "open_path": "graph",
    "outcome_probabilities": "model",
    "parallel_worlds": "identification",
    "path_specific": "identification",
    "path_specific_effect": "model",
    "positivity": "estimation",
    "potential_outcomes": "model",
    "predict": "model",
    "probability_of_disablement": "model",
    "probability_of_enablement": "model",
    "probability_of_necessity": "model",
    "probability_of_necessity_and_sufficiency": "model",
    "probability_of_sufficiency": "model",
    "prove": "calculus",
    "read": "interop",
    "remedies": "identification",
    "rule_1": "calculus",
    "rule_2": "calculus",
    "rule_3": "calculus",
    "save_model": "model",
    "separated": "graph",
    "separators": "graph",
    "simplify": "identification",
    "why_no_front_door": "identification",
    "why_no_instruments": "identification",
    "why_not": "identification",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
