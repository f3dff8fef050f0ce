"""Questions, as values: effects and counterfactuals, read from text and printed back."""

from causal.query.question import Query as Query
from causal.query.terms import Assignment as Assignment
from causal.query.terms import Term as Term
from causal.query.terms import Value as Value

__all__ = ["Assignment", "Query", "Term", "Value"]
