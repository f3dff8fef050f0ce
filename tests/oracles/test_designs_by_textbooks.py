"""Designs are those of the textbooks: printed rows, printed defining relations, printed aliases.

Box, Hunter & Hunter 2005, "Statistics for experimenters", chapters 5, 6 and 7; Montgomery,
"Design and analysis of experiments", chapters 6 and 8 and its table of fractions; Plackett &
Burman 1946. Second opinions are worked out here by brute force.
"""

import re
from collections import Counter
from itertools import combinations, product
from math import comb

import pytest

from ablation import Component
from ablation.design import (
    AddOneIn,
    FractionalFactorial,
    FullFactorial,
    GroupScreening,
    LeaveOneOut,
    Pairs,
    PlackettBurman,
    RandomMasks,
)
from ablation.design.fraction import LETTERS, chosen, stated
from ablation.design.plackett_burman import MOST, runs
from ablation.errors import StudyError


def parts(count: int) -> list[Component]:
    return [Component(name, switch=name) for name in LETTERS[:count]]


def signs(masks, count: int) -> list[list[int]]:
    return [[-1 if mask >> k & 1 else 1 for k in range(count)] for mask in masks]


def words_by_brute_force(masks, count: int) -> set[str]:
    """A word is in the defining relation when its product is the same in every run."""
    table = signs(masks, count)
    found = set()
    for size in range(1, count + 1):
        for members in combinations(range(count), size):
            products = set()
            for row in table:
                value = 1
                for member in members:
                    value *= row[member]
                products.add(value)
            if len(products) == 1:
                found.add("".join(LETTERS[member] for member in members))
    return found


@pytest.mark.parametrize(
    ("count", "generators", "resolution", "relation"),
    [
        (3, ["C=AB"], 3, "ABC"),
        (4, ["D=ABC"], 4, "ABCD"),
        (5, ["E=ABCD"], 5, "ABCDE"),
        (5, ["D=AB", "E=AC"], 3, "ABD ACE BCDE"),
        (6, ["E=ABC", "F=BCD"], 4, "ABCE BCDF ADEF"),
        (6, ["D=AB", "E=AC", "F=BC"], 3, "ABD ACE BCF BCDE ACDF ABEF DEF"),
        (7, ["E=ABC", "F=BCD", "G=ACD"], 4, "ABCE BCDF ADEF ACDG BDEG ABFG CEFG"),
        (
            7,
            ["D=AB", "E=AC", "F=BC", "G=ABC"],
            3,
            "ABD ACE BCF ABCG BCDE ACDF CDG ABEF BEG AFG DEF ADEG BDFG CEFG ABCDEFG",
        ),
    ],
)
def test_the_defining_relation_is_the_one_that_is_printed(
    count: int, generators: list[str], resolution: int, relation: str
) -> None:
    fraction = stated(count, generators)
    printed = {"".join(sorted(word)) for word in relation.split()}
    assert {str(word) for word in fraction.relation} == printed
    assert fraction.resolution == resolution
    assert words_by_brute_force(fraction.masks, count) == printed


def test_aliases_of_a_quarter_of_six_are_the_ones_that_are_printed() -> None:
    """2^(6-2) with E=ABC, F=BCD: AB=CE, AC=BE, AD=EF, AE=BC=DF, AF=DE, BD=CF, BF=CD."""
    design = FractionalFactorial(generators=("E=ABC", "F=BCD"))
    found = {each.name: each.aliases for each in design.interactions(parts(6))}
    assert found == {
        "A x B": ("C x E",),
        "A x C": ("B x E",),
        "A x D": ("E x F",),
        "A x E": ("B x C", "D x F"),
        "A x F": ("D x E",),
        "B x D": ("C x F",),
        "B x F": ("C x D",),
    }
    assert all(each.aliases == () for each in design.contrasts(parts(6)))


def test_main_effects_of_resolution_three_say_which_interactions_they_hold() -> None:
    """2^(5-2) with D=AB, E=AC: A=BD=CE, B=AD, C=AE, D=AB, E=AC."""
    design = FractionalFactorial(generators=("D=AB", "E=AC"))
    found = {each.name: each.aliases for each in design.contrasts(parts(5))}
    assert found == {
        "A": ("B x D", "C x E"),
        "B": ("A x D",),
        "C": ("A x E",),
        "D": ("A x B",),
        "E": ("A x C",),
    }
    # What is left for interactions are the two that are no main effect's: BC=DE and BE=CD.
    assert {each.name: each.aliases for each in design.interactions(parts(5))} == {
        "B x C": ("D x E",),
        "B x E": ("C x D",),
    }


@pytest.mark.parametrize(
    ("count", "resolution", "runs_printed", "pattern"),
    [  # Montgomery's table of fractions; pattern: words of 3, 4, 5, 6, 7 letters
        (3, 3, 4, (1,)),
        (4, 4, 8, (0, 1)),
        (5, 3, 8, (2, 1)),
        (5, 5, 16, (0, 0, 1)),
        (6, 3, 8, (4, 3)),
        (6, 4, 16, (0, 3)),
        (6, 6, 32, (0, 0, 0, 1)),
        (7, 3, 8, (7, 7, 0, 0, 1)),
        (7, 4, 16, (0, 7)),
        (7, 7, 64, (0, 0, 0, 0, 1)),
        (8, 4, 16, (0, 14)),
        (8, 5, 64, (0, 0, 2, 1)),
        (9, 6, 128, (0, 0, 0, 3)),
        (10, 5, 128, (0, 0, 3, 3, 1)),
        (11, 5, 128, (0, 0, 6, 6, 2, 1)),
        (15, 3, 16, None),
        (16, 4, 32, None),
    ],
)
def test_a_chosen_fraction_is_as_small_and_as_clear_as_the_tables(
    count: int, resolution: int, runs_printed: int, pattern: tuple[int, ...] | None
) -> None:
    fraction = chosen(count, resolution)
    assert len(fraction.masks) == runs_printed
    assert fraction.resolution >= resolution
    if pattern is not None:
        lengths = Counter(word.bits.bit_count() for word in fraction.relation)
        found = tuple(lengths[size] for size in range(3, 3 + len(pattern)))
        assert found <= pattern
    if count <= 9:
        shortest = min(map(len, words_by_brute_force(fraction.masks, count)))
        assert shortest == fraction.resolution


@pytest.mark.parametrize(
    ("columns", "printed"),
    [
        (7, "+++-+--"),
        (11, "++-+++---+-"),
        (19, "++--++++-+-+----++-"),
        (23, "+++++-+-++--++--+-+----"),
    ],
)
def test_plackett_burman_rows_are_the_ones_printed_in_1946(columns: int, printed: str) -> None:
    """The printed first row, shifted to the right again and again, and a last row of minus."""
    rows = {printed[columns - shift :] + printed[: columns - shift] for shift in range(columns)}
    rows.add("-" * columns)
    ours = {
        "".join("+" if mask >> k & 1 else "-" for k in range(columns)) for mask in runs(columns)
    }
    assert ours == rows


@pytest.mark.parametrize("count", [*range(1, 60), 67, 91, 99, 127, 151, MOST])
def test_every_two_columns_of_plackett_and_burman_are_orthogonal(count: int) -> None:
    rows = runs(count)
    columns = [
        sum(1 << number for number, row in enumerate(rows) if row >> k & 1) for k in range(count)
    ]
    assert rows[0] == 0
    assert len(rows) % 4 == 0
    assert len(rows) <= 4 * (count // 4 + 1) + 4
    half = len(rows) // 2
    assert all(column.bit_count() == half for column in columns)
    assert all((a & b).bit_count() * 2 == half for a, b in combinations(columns, 2))


def test_a_folded_design_keeps_main_effects_clear_of_pairs() -> None:
    components = parts(7)
    table = signs(PlackettBurman(folded=True).masks(components), 7)
    for k, (i, j) in product(range(7), combinations(range(7), 2)):
        assert sum(row[k] * row[i] * row[j] for row in table) == 0
    plain = signs(PlackettBurman().masks(parts(11)), 11)
    assert any(
        sum(row[0] * row[i] * row[j] for row in plain) for i, j in combinations(range(1, 11), 2)
    )


@pytest.mark.parametrize("count", [2, 3, 5])
def test_designs_have_the_conditions_that_their_names_promise(count: int) -> None:
    components, every = parts(count), 2**count
    sizes = {
        LeaveOneOut(): 1 + count,
        AddOneIn(): 2 + count,
        Pairs(): 1 + count + comb(count, 2),
        FullFactorial(): every,
    }
    for design, size in sizes.items():
        names = [each.name for each in design.conditions(components)]
        assert names[0] == "baseline"
        assert len({*names}) == len(names) == size


def test_conditions_are_named_by_what_is_fewer_and_no_name_is_long() -> None:
    many = [Component(f"part{index}", switch=f"part{index}") for index in range(40)]
    names = [each.name for each in RandomMasks(masks=60).conditions(many)]
    assert len({*names}) == len(names) == 61
    assert max(map(len, names)) < 60
    assert any(re.fullmatch(r"\d+ of 40 on, [0-9a-f]{10}", name) for name in names)


def test_groups_hold_every_component_once() -> None:
    components = parts(10)
    members = GroupScreening().members(components)
    assert [len(each) for each in members.values()] == [4, 4, 2]
    named = GroupScreening({"first": ["A", "B"], "rest": LETTERS[2:10]})
    assert [each.name for each in named.conditions(components)][1:] == [
        "without first",
        "without rest",
    ]
    for groups, says in (
        ({"first": ["A"]}, "no group has B"),
        ({"first": ["A", "A"], "rest": LETTERS[1:10]}, "in two groups"),
        ({"first": ["X"]}, "'X'"),
    ):
        with pytest.raises(StudyError, match=says):
            GroupScreening(groups).members(components)


@pytest.mark.parametrize(
    ("generators", "says"),
    [
        (["E=AB"], "'E'"),
        (["D=A"], "written like"),
        (["D=AB", "C=AD"], "generated itself"),
        (["D=AB", "D=AC"], "generated twice"),
        (["D=-ABC"], "No signs"),
        (["C=AB", "D=AB"], "two components one"),
        (["I=ABCD"], "written like"),
    ],
)
def test_generators_that_mean_nothing_are_refused(generators: list[str], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        stated(4, generators)


@pytest.mark.parametrize(
    ("design", "count", "says"),
    [
        (FullFactorial(), 17, "up to 16"),
        (PlackettBurman(), 200, "screen groups"),
        (RandomMasks(masks=3), 4, "draw 4 or more"),
        (RandomMasks(share=1e-6), 4, "nearer to a half"),
        (RandomMasks(masks=200), 3, "draw 7 or fewer"),
        (RandomMasks(masks=7, share=0.01), 3, "7 masks that differ do not come up"),
    ],
)
def test_a_design_that_cannot_be_made_says_what_can(design, count: int, says: str) -> None:
    many = [Component(f"part{index}", switch=f"part{index}") for index in range(count)]
    with pytest.raises(StudyError, match=says):
        design.conditions(many)
