"""Bounds where nothing identifies: linear programs over response types, proved in fractions."""

from causal.model.engines.bounding.certificate import Certificate as Certificate
from causal.model.engines.bounding.districts import Districts as Districts
from causal.model.engines.bounding.falsification import Violation as Violation
from causal.model.engines.bounding.graph_bounds import GraphBounds as GraphBounds
from causal.model.engines.bounding.graph_bounds import bound_graph as bound_graph
from causal.model.engines.bounding.independence import Dependence as Dependence
from causal.model.engines.bounding.independence import dependence as dependence
from causal.model.engines.bounding.linear import SolverError as SolverError
from causal.model.engines.bounding.refusals import TooLargeError as TooLargeError
from causal.model.engines.bounding.regimes import Regime as Regime
from causal.model.engines.bounding.unknown_coupling import ModelBounds as ModelBounds
from causal.model.engines.bounding.unknown_coupling import bound as bound

__all__ = [
    "Certificate",
    "Dependence",
    "Districts",
    "GraphBounds",
    "ModelBounds",
    "Regime",
    "SolverError",
    "TooLargeError",
    "Violation",
    "bound",
    "bound_graph",
    "dependence",
]
