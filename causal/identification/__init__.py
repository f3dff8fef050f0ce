"""From graph and query to estimand, or to the reason why there is none."""

from causal.identification.answers import Answer as Answer
from causal.identification.answers import Identified as Identified
from causal.identification.answers import NotIdentified as NotIdentified
from causal.identification.answers import Undecided as Undecided
from causal.identification.effects import identify as identify
from causal.identification.hedge import Hedge as Hedge
from causal.identification.remedies import Remedies as Remedies
from causal.identification.remedies import remedies as remedies

__all__ = [
    "Answer",
    "Hedge",
    "Identified",
    "NotIdentified",
    "Remedies",
    "Undecided",
    "identify",
    "remedies",
]
