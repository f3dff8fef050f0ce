"""The verdicts, on networks built by hand: gates, spares, parity, and what does nothing."""

import pytest
import torch
from torch import nn

import ablation
from ablation import Zero
from ablation.neural.validity import audit


def judged(net: nn.Module, x: torch.Tensor, **how: object) -> ablation.Audit:
    how = {"metric": lambda y: y, "margin": 0.1, "by": Zero(), "draws": 0} | how
    return audit(net, x, "parts.*", **how)


def verdicts(net: nn.Module, x: torch.Tensor, **how: object) -> list[str]:
    return [role.verdict.replace("parts.", "") for role in judged(net, x, **how).roles]


def test_an_or_gate_has_two_components_that_stand_in_for_each_other(hand, ones):
    found = judged(hand("ab", torch.maximum), ones)
    assert [role.verdict for role in found.roles] == [
        "redundant with parts.b, sufficient alone",
        "redundant with parts.a, sufficient alone",
    ]
    [joint] = found.sets
    assert joint.components == ("parts.a", "parts.b")
    assert joint.estimate.effect == pytest.approx(1, abs=0.02)


def test_an_and_gate_has_two_necessary_components(hand, ones):
    found = judged(hand("ab", torch.minimum), ones)
    assert [role.verdict for role in found.roles] == ["necessary", "necessary"]
    assert [joint.components for joint in found.sets] == [("parts.a",), ("parts.b",)]


def test_what_is_multiplied_by_zero_is_inert_and_the_rest_is_not(hand, ones):
    assert verdicts(hand("abc", lambda a, b, c: torch.maximum(a, b) + 0 * c), ones)[2] == "inert"
    assert verdicts(hand("ab", lambda a, b: a + 0 * b), ones) == [
        "necessary, sufficient alone",
        "inert",
    ]


def test_a_backup_is_seen_once_what_it_backs_up_is_off(hand, ones):
    """The backup head: b speaks only where a is silent (Wang et al. 2023)."""

    def rule(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.where(a > 0.5, a, 0.8 * b)

    found = judged(hand("ab", rule), ones)
    assert [role.verdict for role in found.roles] == [
        "necessary, sufficient alone",
        "redundant with parts.a",
    ]
    assert [joint.components for joint in found.sets] == [("parts.a",)]


def test_in_parity_every_component_does_harm_alone(hand, ones):
    def parity(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a - b).abs()

    assert verdicts(hand("ab", parity), ones) == ["harmful", "harmful"]


def three_spares(a, b, c):
    return torch.stack([a, b, c]).amax(0)


def test_pairs_are_not_enough_for_three_spares_and_triples_are(hand, ones):
    net = hand("abc", three_spares)
    assert verdicts(net, ones) == ["redundant, sufficient alone"] * 3
    assert not judged(net, ones).sets, "no pair matters"
    found = judged(net, ones, order=3)
    assert [joint.components for joint in found.sets] == [("parts.a", "parts.b", "parts.c")]
    assert found.roles[0].redundant_with == (("parts.b", "parts.c"),)
    assert found.roles[0].verdict == "redundant with parts.b and parts.c, sufficient alone"


def two_of_three(a, b, c):
    return three_spares(torch.minimum(a, b), torch.minimum(a, c), torch.minimum(b, c))


def test_a_majority_of_three_needs_any_two(hand, ones):
    found = judged(hand("abc", two_of_three), ones)
    assert {joint.components for joint in found.sets} == {
        ("parts.a", "parts.b"),
        ("parts.a", "parts.c"),
        ("parts.b", "parts.c"),
    }
    assert verdicts(hand("abc", two_of_three), ones) == [
        "redundant with b or c",
        "redundant with a or c",
        "redundant with a or b",
    ]


def test_inert_is_never_said_without_pairs(hand, ones):
    net = hand("ab", lambda a, b: a + 0 * b)
    assert verdicts(net, ones, order=1)[1] == "undecided"
    assert audit(net, ones, "parts.b", metric=lambda y: y, margin=0.1).roles[0].verdict == (
        "undecided"
    )


def test_inert_is_never_said_of_what_was_not_shown_to_be_small(hand):
    """A mean effect of zero with a wide spread is no evidence of absence."""
    torch.manual_seed(0)
    x = torch.cat([torch.randn(12, 2), torch.rand(12, 1)], 1)
    x[:, 1] -= x[:, 1].mean()
    found = verdicts(hand("abc", lambda a, b, c: a + 3 * b + 0 * c), x)
    assert found[1] == "undecided"
    assert verdicts(hand("abc", lambda a, b, c: a + 3 * b + 0 * c), x, margin=9.0)[1] == "inert"


def test_what_the_replacement_does_not_change_is_untested(hand, ones):
    ones[:, 1] = 0
    found = judged(hand("ab", lambda a, b: a + b), ones)
    assert [role.verdict for role in found.roles] == ["necessary, sufficient alone", "untested"]


@pytest.mark.parametrize("seed", range(6))
def test_minimal_sets_are_those_of_a_random_monotone_circuit(hand, ones, seed):
    """Oracle: the prime implicants of failure, by the truth table of the circuit."""
    torch.manual_seed(seed)
    clauses = [torch.randperm(4)[: 1 + int(torch.randint(3, ()))].tolist() for _ in range(2)]

    def rule(*made: torch.Tensor) -> torch.Tensor:
        return torch.stack([torch.stack([made[i] for i in c]).amin(0) for c in clauses]).amax(0)

    def fails(off: frozenset[int]) -> bool:
        return all(off & set(clause) for clause in clauses)

    subsets = [frozenset(i for i in range(4) if number >> i & 1) for number in range(1, 16)]
    cuts = [each for each in subsets if len(each) <= 2 and fails(each)]
    minimal = {each for each in cuts if not any(other < each for other in cuts)}
    found = judged(hand("abcd", rule), ones)
    assert {
        frozenset("abcd".index(n[-1]) for n in each.components) for each in found.sets
    } == minimal
    for i, role in enumerate(found.roles):
        inert = not any(i in clause for clause in clauses)
        assert role.verdict.startswith("necessary") == (frozenset({i}) in minimal)
        assert not inert or role.verdict == "inert"
        alone = not fails(frozenset(range(4)) - {i})
        assert role.sufficient == alone


def test_small_effects_that_add_up_are_not_inert(hand, ones):
    found = judged(hand("abc", lambda a, b, c: 0.08 * a + 0.08 * b + c), ones)
    assert [role.verdict for role in found.roles] == ["undecided", "undecided", "necessary"]
    assert [joint.components for joint in found.sets] == [("parts.c",), ("parts.a", "parts.b")]
    assert "add up" in found.roles[0].reason


def test_effects_that_cancel_over_the_examples_are_not_inert(hand):
    """An output that is lost altogether, half of the examples above zero, half below."""
    x = torch.linspace(-3, 3, 60)[:, None].expand(60, 2).clone()
    found = judged(hand("ab", lambda a, b: a + 0 * b), x, margin=0.6)
    assert [role.verdict for role in found.roles] == ["undecided", "inert"]
    assert "not in single examples" in found.roles[0].reason
