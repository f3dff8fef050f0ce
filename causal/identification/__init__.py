"""From graph and query to estimand, or to the reason why there is none."""

from causal.identification.adjustment import AdjustmentSet as AdjustmentSet
from causal.identification.adjustment import adjustment_sets as adjustment_sets
from causal.identification.answers import Answer as Answer
from causal.identification.answers import Identified as Identified
from causal.identification.answers import NotIdentified as NotIdentified
from causal.identification.answers import Undecided as Undecided
from causal.identification.conflict import Conflict as Conflict
from causal.identification.counterfactual import parallel_worlds as parallel_worlds
from causal.identification.counterfactual import path_specific as path_specific
from causal.identification.effects import identifiable as identifiable
from causal.identification.effects import identify as identify
from causal.identification.estimands import estimands as estimands
from causal.identification.front_door import FrontDoorSet as FrontDoorSet
from causal.identification.front_door import front_door_sets as front_door_sets
from causal.identification.hedge import Hedge as Hedge
from causal.identification.implications import Agreement as Agreement
from causal.identification.implications import Implication as Implication
from causal.identification.implications import Implications as Implications
from causal.identification.implications import implications as implications
from causal.identification.independences import Independence as Independence
from causal.identification.instruments import InstrumentalSet as InstrumentalSet
from causal.identification.instruments import instruments as instruments
from causal.identification.objections import Objection as Objection
from causal.identification.objections import why_not as why_not
from causal.identification.reasoning import Reasoning as Reasoning
from causal.identification.remedies import Remedies as Remedies
from causal.identification.remedies import remedies as remedies
from causal.identification.search import derive as derive
from causal.identification.verma import KernelConstraint as KernelConstraint

__all__ = [
    "AdjustmentSet",
    "Agreement",
    "Answer",
    "Conflict",
    "FrontDoorSet",
    "Hedge",
    "Identified",
    "Implication",
    "Implications",
    "Independence",
    "InstrumentalSet",
    "KernelConstraint",
    "NotIdentified",
    "Objection",
    "Reasoning",
    "Remedies",
    "Undecided",
    "adjustment_sets",
    "front_door_sets",
    "identifiable",
    "identify",
    "implications",
    "instruments",
    "parallel_worlds",
    "path_specific",
    "remedies",
    "why_not",
]
