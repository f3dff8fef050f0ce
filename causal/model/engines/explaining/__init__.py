"""Why a counterfactual comes out as it does, in words, in numbers along paths, and in a picture."""

from causal.model.engines.explaining.explanation import Explanation as Explanation
from causal.model.engines.explaining.explanation import explain as explain
from causal.model.engines.explaining.laws import Change as Change
from causal.model.engines.explaining.laws import Inferred as Inferred
from causal.model.engines.explaining.laws import Spread as Spread
from causal.model.engines.explaining.paths import Bundle as Bundle
from causal.model.engines.explaining.paths import Contribution as Contribution
from causal.model.engines.explaining.picture import drawn as drawn
from causal.model.engines.explaining.picture import filed as filed

__all__ = [
    "Bundle",
    "Change",
    "Contribution",
    "Explanation",
    "Inferred",
    "Spread",
    "drawn",
    "explain",
    "filed",
]
