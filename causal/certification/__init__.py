"""Where the roads meet: formulas against models, and models against each other."""

from causal.certification.agreement import Certified as Certified
from causal.certification.agreement import certify as certify
from causal.certification.agreement import compared as compared
from causal.certification.certificates import certificate as certificate
from causal.certification.countermodels import Countermodels as Countermodels
from causal.certification.countermodels import countermodels as countermodels
from causal.certification.equality import Equal as Equal
from causal.certification.equality import Unequal as Unequal
from causal.certification.equality import equal as equal
from causal.certification.experiments import experiments as experiments
from causal.certification.truth import truth as truth

__all__ = [
    "Certified",
    "Countermodels",
    "Equal",
    "Unequal",
    "certificate",
    "certify",
    "compared",
    "countermodels",
    "equal",
    "experiments",
    "truth",
]
