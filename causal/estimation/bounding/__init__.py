"""How far off can it be? Bounds from a graph and data where there is no formula."""

from causal.estimation.bounding.answers import Bounds as Bounds
from causal.estimation.bounding.answers import Falsified as Falsified
from causal.estimation.bounding.face import bounds as bounds
from causal.estimation.bounding.instrument import balke_pearl as balke_pearl
from causal.estimation.bounding.instrument import inequalities as inequalities
from causal.estimation.bounding.instrument import natural_bounds as natural_bounds
from causal.estimation.bounding.margins import frechet as frechet
from causal.estimation.bounding.margins import manski as manski
from causal.estimation.bounding.necessity import Interval as Interval
from causal.estimation.bounding.necessity import Trial as Trial
from causal.estimation.bounding.necessity import necessity as necessity
from causal.estimation.bounding.necessity import (
    necessity_and_sufficiency as necessity_and_sufficiency,
)
from causal.estimation.bounding.necessity import sufficiency as sufficiency
from causal.estimation.bounding.uncertain_ends import imbens_manski as imbens_manski

__all__ = [
    "Bounds",
    "Falsified",
    "Interval",
    "Trial",
    "balke_pearl",
    "bounds",
    "frechet",
    "imbens_manski",
    "inequalities",
    "manski",
    "natural_bounds",
    "necessity",
    "necessity_and_sufficiency",
    "sufficiency",
]
