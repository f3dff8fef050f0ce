"""Mechanisms with finitely many inputs and values: tables, responses and their couplings."""

from causal.model.finite.coupling import Independent as Independent
from causal.model.finite.coupling import InverseCDF as InverseCDF
from causal.model.finite.coupling import Unknown as Unknown
from causal.model.finite.race import GumbelMax as GumbelMax
from causal.model.finite.response import Response as Response
from causal.model.finite.table import Table as Table

__all__ = ["GumbelMax", "Independent", "InverseCDF", "Response", "Table", "Unknown"]
