"""Models learned from observations, mechanism by mechanism."""

from causal.model.fitting.choice import Multinomial as Multinomial
from causal.model.fitting.choice import Tables as Tables
from causal.model.fitting.fit import fit as fit
from causal.model.fitting.fitted import Fitted as Fitted
from causal.model.fitting.learned import LearnedCounterfactual as LearnedCounterfactual
from causal.model.fitting.regression import Boosted as Boosted
from causal.model.fitting.regression import LeastSquares as LeastSquares
from causal.model.fitting.regression import Scaled as Scaled
from causal.model.fitting.regression import Splines as Splines
from causal.model.fitting.residuals import AsSeen as AsSeen
from causal.model.fitting.residuals import Gaussian as Gaussian
from causal.model.fitting.residuals import Student as Student

__all__ = [
    "AsSeen",
    "Boosted",
    "Fitted",
    "Gaussian",
    "LearnedCounterfactual",
    "LeastSquares",
    "Multinomial",
    "Scaled",
    "Splines",
    "Student",
    "Tables",
    "fit",
]
