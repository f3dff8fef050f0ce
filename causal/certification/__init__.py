"""Where the roads meet: formulas against models, and models against each other."""

from causal.certification.agreement import Certified as Certified
from causal.certification.agreement import certify as certify
from causal.certification.agreement import compared as compared
from causal.certification.certificates import certificate as certificate
from causal.certification.countermodels import Countermodels as Countermodels
from causal.certification.countermodels import countermodels as countermodels
from causal.certification.experiments import experiments as experiments
from causal.certification.truth import truth as truth

__all__ = [
    "Certified",
    "Countermodels",
    "certificate",
    "certify",
    "compared",
    "countermodels",
    "experiments",
    "truth",
]
