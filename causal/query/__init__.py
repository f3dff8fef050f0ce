"""Questions, as values: effects, counterfactuals and sums of them, read from text and printed."""

from causal.query.comparison import Comparison as Comparison
from causal.query.comparison import Relation as Relation
from causal.query.posing import a_query as a_query
from causal.query.posing import formula_about as formula_about
from causal.query.posing import posed as posed
from causal.query.posing import question_in as question_in
from causal.query.posing import require as require
from causal.query.quantity import Event as Event
from causal.query.quantity import Expectation as Expectation
from causal.query.quantity import Probability as Probability
from causal.query.quantity import Quantity as Quantity
from causal.query.question import Query as Query
from causal.query.terms import Assignment as Assignment
from causal.query.terms import Term as Term
from causal.query.terms import Value as Value

__all__ = [
    "Assignment",
    "Comparison",
    "Event",
    "Expectation",
    "Probability",
    "Quantity",
    "Query",
    "Relation",
    "Term",
    "Value",
    "a_query",
    "formula_about",
    "posed",
    "question_in",
    "require",
]
