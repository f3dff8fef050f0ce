"""Certificates prove what they say, in fractions, and a forged one is found out."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from causal import ADMG, Falsified, bounds
from causal.errors import CertificateError
from causal.model import random_scm
from causal.model.engines.bounding import Districts, Regime, bound_graph
from causal.query import Quantity

IV = ADMG.parse("Z -> X -> Y; X <-> Y")
EFFECT = "E(Y[X=1]) - E(Y[X=0])"


def test_a_certificate_is_an_inequality_that_every_response_type_meets():
    """Read back from its parts, without the program: all 16 types, and the law's own numbers."""
    law = random_scm(IV, rng=3).law()
    found = bounds(IV, EFFECT, law)
    for certificate, end in zip(found.certificates, found.interval, strict=True):
        sign = 1 if certificate.side == "lower" else -1
        labels = {f"P(X={x}, Y={y} | Z={z})": (z, x, y) for z, x, y in product((0, 1), repeat=3)}
        total = certificate.constant + sum(
            weight * law[labels[name]] / law[labels[name][0]].sum()
            for weight, name in certificate.parts
        )
        assert total == end == certificate.value
        for *uptake, y0, y1 in product((0, 1), repeat=4):  # X[Z=0], X[Z=1], Y[X=0], Y[X=1]
            combination = certificate.constant
            for weight, name in certificate.parts:
                z, x, y = labels[name]
                combination += weight * (uptake[z] == x and (y0, y1)[x] == y)
            assert sign * combination <= sign * (y1 - y0)


def test_a_certificate_survives_as_plain_data():
    found = bounds(IV, EFFECT, random_scm(IV, rng=3).law())
    record = json.loads(json.dumps([one.to_dict() for one in found.certificates]))
    assert [one["side"] for one in record] == ["lower", "upper"]
    assert Fraction(record[0]["value"]) == found.interval[0]


def test_a_claim_beyond_what_is_proved_is_refused():
    certificate = bounds(IV, EFFECT, random_scm(IV, rng=3).law()).certificates[0]
    better = replace(certificate._piece, value=certificate._piece.value + Fraction(1, 10**6))
    with pytest.raises(CertificateError, match="proves"):
        replace(certificate, _piece=better).check()


def test_multipliers_that_some_type_passes_are_refused():
    certificate = bounds(IV, EFFECT, random_scm(IV, rng=3).law()).certificates[0]
    proof = certificate._piece.proof
    bold = replace(proof, multipliers=tuple(m + Fraction(1, 100) for m in proof.multipliers))
    with pytest.raises(CertificateError, match="type"):
        replace(certificate, _piece=replace(certificate._piece, proof=bold)).check()


def test_a_conditional_with_a_free_denominator_is_certified_as_a_difference():
    found = bounds(IV, "P(Y[X=1]=1 | Y[X=0]=0)", random_scm(IV, rng=1).law())
    for certificate in found.certificates:
        certificate.check()
        assert certificate.kind == "ratio"
        assert "denominator" in str(certificate)


def test_a_violated_inequality_holds_for_every_response_type():
    """The instrument has three values and the cause two; all 8 * 4 types are gone through."""
    cells = {}
    for z, arm in enumerate([(80, 10, 5, 5), (10, 70, 10, 10), (20, 20, 30, 30)]):
        for (x, y), n in zip(product((0, 1), repeat=2), arm, strict=True):
            cells[z, x, y] = Fraction(n, 300)
    regime = Regime({}, ("Z", "X", "Y"), cells)
    world = Districts(IV, {"Z": (0, 1, 2), "X": (0, 1), "Y": (0, 1)}, (regime,))
    violation = bound_graph(world, Quantity.parse(EFFECT))
    labels = {
        f"P(X={x}, Y={y} | Z={z})": (z, x, y) for z, x, y in product(range(3), (0, 1), (0, 1))
    }
    seen = sum(weight * 3 * cells[labels[name]] for weight, name in violation.parts)
    assert seen == violation.found > violation.limit
    for *uptake, y0, y1 in product((0, 1), repeat=5):
        held = 0
        for weight, name in violation.parts:
            z, x, y = labels[name]
            held += weight * (uptake[z] == x and (y0, y1)[x] == y)
        assert held <= violation.limit


def test_an_independence_that_the_law_breaks_is_named_with_both_numbers():
    law = random_scm(ADMG.parse("Z -> X -> Y; X <-> Y; Z -> Y; W -> Y; Z -> W"), rng=0).law()
    found = bounds(ADMG.parse("Z -> X -> Y; X <-> Y; W -> Y"), EFFECT, law)
    assert isinstance(found, Falsified)
    assert "makes W independent of" in str(found) or "independent of W" in str(found)
