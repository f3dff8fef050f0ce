"""Balke & Pearl (1994; JASA 1997): treatment effects under imperfect compliance, and Mr. Smith.

The frequencies of vitamin A (Sommer & Zeger 1991) and of genotypes (Meleady et al. 2003), and the
bounds printed for them, are those of the vignette of the R package bpbounds; the other tables are
after the papers, quoted from memory, and their bounds come out as printed there.
"""

from fractions import Fraction

import pandas as pd
import pytest

from causal import ADMG, Falsified, bounds
from causal.estimation.bounding.instrument import balke_pearl

TRIAL = ADMG.parse("Z -> X -> Y; X <-> Y")
EFFECT = "E(Y[X=1]) - E(Y[X=0])"


def law(arms: dict[int, dict[tuple[int, int], str | Fraction]]) -> pd.Series:
    """P(z, x, y) from P(x, y | z), the instrument being even."""
    cells = {(z, *xy): Fraction(p) / len(arms) for z, arm in arms.items() for xy, p in arm.items()}
    index = pd.MultiIndex.from_tuples(list(cells), names=["Z", "X", "Y"])
    return pd.Series(list(cells.values()), index=index, dtype=object)


LIPID = law(
    {
        0: {(0, 0): "0.919", (0, 1): "0.081", (1, 0): "0", (1, 1): "0"},
        1: {(0, 0): "0.315", (0, 1): "0.073", (1, 0): "0.139", (1, 1): "0.473"},
    }
)
PEPTAID = law(
    {
        0: {(0, 0): "0.32", (0, 1): "0.04", (1, 0): "0.32", (1, 1): "0.32"},
        1: {(0, 0): "0.02", (0, 1): "0.67", (1, 0): "0.17", (1, 1): "0.14"},
    }
)


def vitamin_a() -> pd.Series:
    died = {(0, 0): 74, (1, 0): 34, (1, 1): 12}
    lived = {(0, 0): 11514, (1, 0): 2385, (1, 1): 9663}
    rows = {0: 11588, 1: 12094}
    return law(
        {
            z: {
                (x, y): Fraction(seen.get((z, x), 0), rows[z])
                for x in (0, 1)
                for y, seen in enumerate((died, lived))
            }
            for z in (0, 1)
        }
    )


def test_cholestyramine_lowers_cholesterol_by_between_39_and_78_percent_points():
    found = bounds(TRIAL, EFFECT, LIPID)
    assert found.interval == (Fraction("0.392"), Fraction("0.780"))
    assert found.sharp
    for certificate in found.certificates:
        certificate.check()
    lower, upper = map(str, found.certificates)
    assert lower == "it >= P(X=0, Y=0 | Z=0) + P(X=1, Y=1 | Z=1) - 1 = 0.392"
    assert upper == "it <= -P(X=0, Y=1 | Z=0) - P(X=1, Y=0 | Z=1) + 1 = 0.78"


def test_vitamin_a_may_harm_many_or_help_a_few():
    low, high = bounds(TRIAL, EFFECT, vitamin_a()).interval
    assert float(low) == pytest.approx(-0.1946228, abs=5e-8)
    assert float(high) == pytest.approx(0.005393689, abs=5e-10)
    one = bounds(TRIAL, "P(Y=1 | do(X=1))", vitamin_a()).interval
    assert [float(end) for end in one] == pytest.approx([0.7989912, 0.999007772], abs=5e-8)
    none = bounds(TRIAL, "P(Y=1 | do(X=0))", vitamin_a())
    assert none.interval[0] == none.interval[1] == Fraction(11514, 11588)


def test_vitamin_a_when_cause_and_outcome_were_seen_in_different_people():
    """The effect is as bpbounds prints it; its bounds for one arm reach above 1."""
    whole = vitamin_a()
    arms = {
        f"do(Z={z})": [(whole.xs(z, level="Z").groupby(level=v).sum() * 2) for v in ("X", "Y")]
        for z in (0, 1)
    }
    found = bounds(TRIAL, EFFECT, experiments=arms)
    assert [float(end) for end in found.interval] == pytest.approx(
        [-0.1974342, 0.006385916], abs=5e-8
    )
    assert bounds(TRIAL, "P(Y=1 | do(X=1))", experiments=arms).interval[1] <= 1


def test_peptaid_does_not_cause_ulcers_and_yet_most_probably_caused_that_of_mr_smith():
    found = bounds(TRIAL, EFFECT, PEPTAID)
    assert found.interval == (Fraction("-0.23"), Fraction("-0.15"))
    smith = bounds(TRIAL, "P(Y[X=0]=0 | Z=1, X=1, Y=1)", PEPTAID)
    assert round(float(smith.interval[0]), 2) == 0.93
    assert smith.interval[1] == 1
    assert smith.interval[0] == Fraction(13, 14)


MELEADY = [
    ("0.83", "0.05", "0.11", "0.01"),
    ("0.88", "0.06", "0.05", "0.01"),
    ("0.72", "0.05", "0.20", "0.03"),
]


def genotypes(order: list[tuple[int, int]]) -> pd.Series:
    return law({z: dict(zip(order, arm, strict=True)) for z, arm in enumerate(MELEADY)})


def test_homocysteine_and_heart_disease_with_a_genotype_of_three_values():
    """Meleady et al. (2003); bpbounds prints these bounds, and that monotonicity is violated."""
    seen = genotypes([(0, 0), (0, 1), (1, 0), (1, 1)])
    found = bounds(TRIAL, EFFECT, seen)
    assert found.interval == (Fraction("-0.09"), Fraction("0.74"))
    assert bounds(TRIAL, "P(Y=1 | do(X=0))", seen).interval == (Fraction("0.06"), Fraction("0.12"))
    assert bounds(TRIAL, "P(Y=1 | do(X=1))", seen).interval == (Fraction("0.03"), Fraction("0.80"))
    assert isinstance(bounds(TRIAL, EFFECT, seen, monotone=["Z -> X"]), Falsified)


def test_the_same_table_read_with_cause_and_outcome_exchanged_has_no_model():
    """The vignette labels its cells so, and its numbers are those of the other reading."""
    falsified = bounds(TRIAL, EFFECT, genotypes([(0, 0), (1, 0), (0, 1), (1, 1)]))
    assert falsified.reason.inequality == "P(X=0, Y=0 | Z=1) + P(X=0, Y=1 | Z=2) <= 1"
    assert falsified.reason.found == Fraction("1.08")


@pytest.mark.parametrize("seen", [LIPID, PEPTAID, vitamin_a()], ids=["lipid", "peptaid", "a"])
def test_the_closed_form_and_the_program_agree_on_published_tables(seen):
    arms = {(y, x, z): 2 * seen[z, x, y] for z in (0, 1) for x in (0, 1) for y in (0, 1)}
    assert bounds(TRIAL, EFFECT, seen).interval == tuple(balke_pearl(arms))


def test_an_instrument_that_acts_on_the_outcome_is_found_out():
    """Pearl (1995): the instrumental inequality, with both of its sides."""
    seen = law(
        {
            0: {(0, 0): "0.9", (0, 1): "0.05", (1, 0): "0.05", (1, 1): "0"},
            1: {(0, 0): "0.1", (0, 1): "0.85", (1, 0): "0", (1, 1): "0.05"},
        }
    )
    falsified = bounds(TRIAL, EFFECT, seen)
    assert falsified.reason.inequality == "P(X=0, Y=0 | Z=0) + P(X=0, Y=1 | Z=1) <= 1"
    assert falsified.reason.found == Fraction("1.75")
    assert str(falsified).endswith("<= 1, but the left side is 1.75")
