"""Tian & Pearl (2000): probabilities of causation from trials, observations, or both.

The tables are after the paper and Pearl (2009, chapter 9), quoted from memory; each printed number
is derived from the frequencies, by the program and by the closed forms.
"""

from fractions import Fraction

import pandas as pd
import pytest

from causal import ADMG, bounds
from causal.estimation.bounding.necessity import (
    Trial,
    necessity,
    necessity_and_sufficiency,
    sufficiency,
)

BOW = ADMG.parse("X -> Y; X <-> Y")
PN, PS, PNS = (
    "P(Y[X=0]=0 | X=1, Y=1)",
    "P(Y[X=1]=1 | X=0, Y=0)",
    "P(Y[X=1]=1, Y[X=0]=0)",
)
ORDER = [(0, 0), (0, 1), (1, 0), (1, 1)]


def joint(shares: list[Fraction]) -> pd.Series:
    return pd.Series(shares, index=pd.MultiIndex.from_tuples(ORDER, names=["X", "Y"]), dtype=object)


def arm(share: Fraction) -> pd.Series:
    return pd.Series([1 - share, share], index=pd.Index([0, 1], name="Y"), dtype=object)


def arms(treated: Fraction, untreated: Fraction) -> dict[str, pd.Series]:
    return {"do(X=1)": arm(treated), "do(X=0)": arm(untreated)}


# Of 1,000 each: 16 and 14 die in the trial; of those who chose, 2 with and 28 without the drug.
DRUG = joint([Fraction(n, 2000) for n in (972, 28, 998, 2)])
TRIAL = Trial(Fraction(16, 1000), Fraction(14, 1000))


def test_the_drug_was_certainly_the_cause_of_the_death_of_who_chose_it():
    found = bounds(BOW, PN, DRUG, experiments=arms(*TRIAL))
    assert found.interval == (1, 1)
    assert necessity(joint=dict(zip(ORDER, DRUG, strict=True)), trial=TRIAL) == (1, 1)


def test_neither_the_trial_nor_the_observations_alone_tell_who_was_killed():
    assert bounds(BOW, PN, DRUG).interval == (0, 1)
    both = bounds(BOW, PNS, experiments=arms(*TRIAL), domains={"X": (0, 1)})
    assert both.interval == (Fraction(2, 1000), Fraction(16, 1000))


@pytest.mark.parametrize(("query", "closed"), [(PN, necessity), (PS, sufficiency)])
@pytest.mark.parametrize("monotone", [False, True])
def test_the_closed_forms_agree_on_the_drug(query, closed, monotone):
    """Monotone, the excess risk ratio corrected for confounding: nobody is saved by the drug."""
    kind = {"monotone": ["X -> Y"]} if monotone else {}
    shares = dict(zip(ORDER, DRUG, strict=True))
    found = bounds(BOW, query, DRUG, experiments=arms(*TRIAL), **kind)
    assert found.interval == tuple(closed(joint=shares, trial=TRIAL, monotone=monotone))


def test_radiation_and_leukaemia():
    """Pearl (2009), 9.2: exposure taken as if randomised.  The exact value is .37510."""
    low, high = Fraction(16, 59026), Fraction(30, 69160)
    exposed = Fraction(69160, 128186)
    rates = {0: low, 1: high}
    weight = {0: 1 - exposed, 1: exposed}
    seen = joint([weight[x] * (rates[x] if y else 1 - rates[x]) for x, y in ORDER])
    safe = ADMG.parse("X -> Y")
    found = bounds(safe, PN, seen, monotone=["X -> Y"])
    assert found.interval[0] == found.interval[1] == (high - low) / high
    assert float(found.interval[0]) == pytest.approx(0.37510, abs=5e-6)
    both = bounds(safe, PNS, seen, monotone=["X -> Y"]).interval
    assert float(both[0]) == pytest.approx(0.0001627, abs=5e-8)
    assert bounds(safe, PN, seen).interval == ((high - low) / high, 1)


# Mueller & Pearl (2023), "Personalized decision making": both sexes do equally well in the trial.
WOMEN = joint([Fraction(n, 2000) for n in (180, 420, 1022, 378)])
MEN = joint([Fraction(n, 2000) for n in (180, 420, 420, 980)])
BENEFIT, HARM = PNS, "P(Y[X=1]=0, Y[X=0]=1)"


@pytest.mark.parametrize(
    ("seen", "treated", "benefit", "harm"),
    [(WOMEN, "0.489", "0.279", "0"), (MEN, "0.49", "0.49", "0.21")],
    ids=["women", "men"],
)
def test_observations_tell_apart_women_who_only_gain_from_men_of_whom_some_are_harmed(
    seen, treated, benefit, harm
):
    trial = Trial(Fraction(treated), Fraction("0.21"))
    known = {"experiments": arms(*trial)}
    assert bounds(BOW, BENEFIT, seen, **known).interval == (Fraction(benefit),) * 2
    assert bounds(BOW, HARM, seen, **known).interval == (Fraction(harm),) * 2
    shares = dict(zip(ORDER, seen, strict=True))
    assert necessity_and_sufficiency(trial=trial, joint=shares) == (Fraction(benefit),) * 2
