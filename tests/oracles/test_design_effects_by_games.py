"""The effects of every design are those of the game that is played: a table of all coalitions.

A system whose metric is any function of what is on, without noise, has known Shapley values, means
and interactions. Each design's contrasts must give them, or what its aliases say that they give.
"""

from fractions import Fraction
from itertools import combinations, permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import Component
from ablation.design import (
    AddOneIn,
    FractionalFactorial,
    FullFactorial,
    LeaveOneOut,
    Pairs,
    PlackettBurman,
    RandomMasks,
    Shapley,
    ShapleySampling,
)

games = st.integers(2, 4).flatmap(
    lambda count: st.lists(st.integers(-9, 9), min_size=2**count, max_size=2**count)
)


def parts(count: int) -> list[Component]:
    return [Component(f"c{index}", switch=f"c{index}") for index in range(count)]


def played(design, components, game) -> dict[str, float]:
    """Value every condition by what is off in it: `game` is a list by the mask of what is on."""
    full = (1 << len(components)) - 1
    place = {each.name: index for index, each in enumerate(components)}
    return {
        each.name: game[full ^ sum(1 << place[one.name] for one in each.off)]
        for each in design.conditions(components)
    }


def effects(contrasts, values) -> dict[str, float]:
    return {
        each.name: sum(weight * values[name] for name, weight in each.weights.items())
        for each in contrasts
    }


def shapley_by_permutations(game, count: int) -> list[Fraction]:
    """The definition: the average over all orders of what a player adds when his turn comes."""
    total = [Fraction(0)] * count
    orders = [*permutations(range(count))]
    for order in orders:
        mask = 0
        for player in order:
            total[player] += game[mask | 1 << player] - game[mask]
            mask |= 1 << player
    return [each / len(orders) for each in total]


@given(games)
def test_exact_shapley_values_are_those_of_the_definition(game: list[int]) -> None:
    count = len(game).bit_length() - 1
    design, components = Shapley(), parts(count)
    found = effects(design.contrasts(components), played(design, components, game))
    expected = shapley_by_permutations(game, count)
    assert [*found.values()] == pytest.approx([float(each) for each in expected], abs=1e-9)
    assert sum(found.values()) == pytest.approx(game[-1] - game[0], abs=1e-9)


@given(games, st.integers(0, 99), st.sampled_from([(2, True), (6, True), (3, False)]))
def test_sampled_shapley_values_are_the_average_over_their_permutations(game, seed, form) -> None:
    count = len(game).bit_length() - 1
    components = parts(count)
    design = ShapleySampling(*form).at(seed)
    orders = [*design.orders(components)]
    assert len(orders) == form[0]
    found = effects(design.contrasts(components), played(design, components, game))
    for player in range(count):
        added = []
        for order in orders:
            before = sum(1 << one for one in order[: order.index(player)])
            added.append(game[before | 1 << player] - game[before])
        assert found[f"c{player}"] == pytest.approx(np.mean(added), abs=1e-9)
    assert sum(found.values()) == pytest.approx(game[-1] - game[0], abs=1e-9)


def test_sampled_shapley_values_are_unbiased_over_blocks() -> None:
    game = [(mask * 7919 + mask * mask * 31) % 23 for mask in range(32)]
    components = parts(5)
    exact = [float(each) for each in shapley_by_permutations(game, 5)]
    found = []
    for block in range(400):
        design = ShapleySampling(2).at(block)
        found.append(
            [*effects(design.contrasts(components), played(design, components, game)).values()]
        )
    error = np.std(found, axis=0) / 20
    assert np.all(np.abs(np.mean(found, axis=0) - exact) < 4 * error)


@given(games)
def test_one_at_a_time_effects_are_differences_from_one_end(game: list[int]) -> None:
    count = len(game).bit_length() - 1
    components, full = parts(count), len(game) - 1
    out, within = LeaveOneOut(), AddOneIn()
    left = effects(out.contrasts(components), played(out, components, game))
    added = effects(within.contrasts(components), played(within, components, game))
    assert [*left.values()] == [game[full] - game[full ^ 1 << k] for k in range(count)]
    assert [*added.values()] == [game[1 << k] - game[0] for k in range(count)]


@given(games)
def test_factorial_effects_are_means_over_everything_else(game: list[int]) -> None:
    count = len(game).bit_length() - 1
    design, components = FullFactorial(), parts(count)
    values = played(design, components, game)
    main = effects(design.contrasts(components), values)
    pairs = effects(design.interactions(components), values)
    every = range(len(game))
    for k in range(count):
        steps = [game[mask | 1 << k] - game[mask] for mask in every if not mask >> k & 1]
        assert main[f"c{k}"] == pytest.approx(np.mean(steps), abs=1e-9)
    for a, b in combinations(range(count), 2):
        both, free = (
            (1 << a) | (1 << b),
            [mask for mask in every if not mask >> a & 1 | mask >> b & 1],
        )
        steps = [
            game[mask | both] - game[mask | 1 << a] - game[mask | 1 << b] + game[mask]
            for mask in free
        ]
        assert pairs[f"c{a} x c{b}"] == pytest.approx(np.mean(steps), abs=1e-9)
    assert len(pairs) == comb(count, 2)


@given(games)
def test_pairs_tell_how_far_two_losses_do_not_add_up(game: list[int]) -> None:
    count = len(game).bit_length() - 1
    design, components, full = Pairs(), parts(count), len(game) - 1
    found = effects(design.interactions(components), played(design, components, game))
    for a, b in combinations(range(count), 2):
        alone = game[full ^ 1 << a] + game[full ^ 1 << b]
        assert found[f"c{a} x c{b}"] == game[full] + game[full ^ (1 << a | 1 << b)] - alone


@pytest.mark.parametrize(
    ("design", "count"),
    [
        (FractionalFactorial(4), 7),
        (FractionalFactorial(5), 6),
        (PlackettBurman(), 9),
        (PlackettBurman(folded=True), 6),
        (RandomMasks(masks=24).at(3), 8),
        (RandomMasks(share=0.3).at(1), 5),
        (RandomMasks(masks=8).at(4), 8),
        (RandomMasks(masks=7).at(4), 3),
        (Shapley(), 5),
        (ShapleySampling(4).at(2), 7),
    ],
    ids=str,
)
def test_every_design_finds_the_weights_of_a_sum(design, count: int) -> None:
    """Without interactions every design has to give each component's own weight."""
    components = parts(count)
    weights = [k * k - 3.5 for k in range(count)]
    game = [sum(weights[k] for k in range(count) if mask >> k & 1) for mask in range(2**count)]
    found = effects(design.contrasts(components), played(design, components, game))
    assert [*found.values()] == pytest.approx(weights, abs=1e-9)


@pytest.mark.parametrize("design", [FractionalFactorial(4), FractionalFactorial(3)], ids=str)
def test_an_aliased_estimate_is_the_sum_of_what_its_aliases_say(design) -> None:
    """The truth by the full factorial; each estimate of the fraction is the sum of its aliases.

    Of pairs, estimates are differences of effects: twice a main effect's scale. Games of order two.
    """
    rng, count = np.random.default_rng(7), 6
    components = parts(count)
    single, double = rng.normal(size=count), rng.normal(size=(count, count))

    def sign(mask: int, k: int) -> int:
        return 1 if mask >> k & 1 else -1

    game = [
        sum(single[k] * sign(mask, k) for k in range(count))
        + sum(
            double[a, b] * sign(mask, a) * sign(mask, b) for a, b in combinations(range(count), 2)
        )
        for mask in range(2**count)
    ]
    values = played(design, components, game)
    truth = {f"c{k}": single[k] for k in range(count)}
    truth |= {f"c{a} x c{b}": double[a, b] for a, b in combinations(range(count), 2)}
    for each in (*design.contrasts(components), *design.interactions(components)):
        scale = 2 if " x " not in each.name else 4
        estimate = effects([each], values)[each.name]
        expected = scale * sum(truth[name] for name in (each.name, *each.aliases))
        assert estimate == pytest.approx(expected, abs=1e-9)


def test_least_squares_are_those_of_another_program() -> None:
    rng = np.random.default_rng(3)
    components, design = parts(7), RandomMasks(masks=25, share=0.4).at(9)
    game = rng.normal(size=2**7)
    values = played(design, components, game)
    rows = [[1.0, *(not mask >> k & 1 for k in range(7))] for mask in design.drawn(components)]
    slopes = np.linalg.lstsq(np.array(rows, float), np.array([*values.values()]), rcond=None)[0]
    contrasts = design.contrasts(components)
    assert [*effects(contrasts, values).values()] == pytest.approx(slopes[1:], abs=1e-9)
    for each in contrasts:
        assert [sum(side.values()) for side in each.sides] == pytest.approx([1, 1])


def test_blocks_draw_their_own_and_the_same_again() -> None:
    components = parts(8)
    for design in (RandomMasks(), ShapleySampling()):
        first = design.at(0).conditions(components)
        assert design.at(0).conditions(components) == first
        assert design.at(1).conditions(components) != first
        assert design.at(1).contrasts(components) != design.at(0).contrasts(components)
