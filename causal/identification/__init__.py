"""From graph and query to estimand, or to the reason why there is none.

A page is opened when a name of it is first used: one question needs few of them.  No page is called
like a name of another, or importing the page would hide the name.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal.identification.adjustment import AdjustmentSet as AdjustmentSet
    from causal.identification.adjustment import adjustment_sets as adjustment_sets
    from causal.identification.alternatives import estimands as estimands
    from causal.identification.answers import Answer as Answer
    from causal.identification.answers import Identified as Identified
    from causal.identification.answers import NotIdentified as NotIdentified
    from causal.identification.answers import Undecided as Undecided
    from causal.identification.conflict import Conflict as Conflict
    from causal.identification.counterfactual import IdentifiedQuantity as IdentifiedQuantity
    from causal.identification.counterfactual import parallel_worlds as parallel_worlds
    from causal.identification.counterfactual import path_specific as path_specific
    from causal.identification.effects import identifiable as identifiable
    from causal.identification.effects import identify as identify
    from causal.identification.front_door import FrontDoorSet as FrontDoorSet
    from causal.identification.front_door import front_door_sets as front_door_sets
    from causal.identification.front_door_objections import (
        FrontDoorObjection as FrontDoorObjection,
    )
    from causal.identification.front_door_objections import why_no_front_door as why_no_front_door
    from causal.identification.hedge import Hedge as Hedge
    from causal.identification.helping import Remedies as Remedies
    from causal.identification.helping import remedies as remedies
    from causal.identification.implied import Agreement as Agreement
    from causal.identification.implied import Implication as Implication
    from causal.identification.implied import Implications as Implications
    from causal.identification.implied import implications as implications
    from causal.identification.independences import Independence as Independence
    from causal.identification.instrument_objections import (
        InstrumentObjection as InstrumentObjection,
    )
    from causal.identification.instrument_objections import (
        an_instrumental_set as an_instrumental_set,
    )
    from causal.identification.instrument_objections import (
        why_no_instruments as why_no_instruments,
    )
    from causal.identification.instrument_search import instruments as instruments
    from causal.identification.instrumental import InstrumentalSet as InstrumentalSet
    from causal.identification.objections import Objection as Objection
    from causal.identification.objections import why_not as why_not
    from causal.identification.reasoning import Reasoning as Reasoning
    from causal.identification.search import derive as derive
    from causal.identification.shortening import simplify as simplify
    from causal.identification.thicket import Thicket as Thicket
    from causal.identification.verma import KernelConstraint as KernelConstraint

_PAGES = {
    "AdjustmentSet": "adjustment",
    "Agreement": "implied",
    "Answer": "answers",
    "Conflict": "conflict",
    "FrontDoorObjection": "front_door_objections",
    "FrontDoorSet": "front_door",
    "Hedge": "hedge",
    "Identified": "answers",
    "IdentifiedQuantity": "counterfactual",
    "Implication": "implied",
    "Implications": "implied",
    "Independence": "independences",
    "InstrumentObjection": "instrument_objections",
    "InstrumentalSet": "instrumental",
    "KernelConstraint": "verma",
    "NotIdentified": "answers",
    "Objection": "objections",
    "Reasoning": "reasoning",
    "Remedies": "helping",
    "Thicket": "thicket",
    "Undecided": "answers",
    "adjustment_sets": "adjustment",
    "an_instrumental_set": "instrument_objections",
    "derive": "search",
    "estimands": "alternatives",
    "front_door_sets": "front_door",
    "identifiable": "effects",
    "identify": "effects",
    "implications": "implied",
    "instruments": "instrument_search",
    "parallel_worlds": "counterfactual",
    "path_specific": "counterfactual",
    "remedies": "helping",
    "simplify": "shortening",
    "why_no_front_door": "front_door_objections",
    "why_no_instruments": "instrument_objections",
    "why_not": "objections",
}

__all__ = list(_PAGES)


def __getattr__(name: str) -> object:
    if page := _PAGES.get(name):
        value: object = getattr(import_module(f"{__name__}.{page}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
