"""Mechanisms are data: exact rows, a named coupling, and an equation that follows from both."""

import copy
import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal.errors import DomainError, ModelError, ProbabilityError
from causal.model import Do, GumbelMax, Independent, InverseCDF, Noise, Normal, Response, Table


@st.composite
def rows(draw):
    """Two or three rows over two or three values, exact, zeros allowed."""
    size, count = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    weights = st.lists(st.integers(0, 5), min_size=size, max_size=size).filter(sum)
    drawn = draw(st.lists(weights, min_size=count, max_size=count))
    return [tuple(Fraction(w, sum(row)) for w in row) for row in drawn]


@pytest.mark.parametrize("coupling", [InverseCDF(), GumbelMax(), Independent()])
@given(rows=rows())
def test_a_coupling_keeps_every_row(coupling, rows):
    cells = coupling.cells(rows)
    assert sum(cell.weight for cell in cells) == 1
    assert all(cell.weight > 0 for cell in cells)
    for place, row in enumerate(rows):
        for v, probability in enumerate(row):
            assert sum(c.weight for c in cells if c.picks[place] == v) == probability


@given(rows=rows())
def test_the_inverse_cdf_is_the_monotone_coupling(rows):
    """A row that is stochastically larger never answers lower (Hoeffding-Frechet)."""
    cells = InverseCDF().cells(rows)
    for i, j in itertools.permutations(range(len(rows)), 2):
        sums = [list(itertools.accumulate(rows[k])) for k in (i, j)]
        if all(a >= b for a, b in zip(*sums, strict=True)):
            assert all(cell.picks[i] <= cell.picks[j] for cell in cells)


@given(rows=rows())
def test_independent_rows_say_nothing_of_each_other(rows):
    for cell in Independent().cells(rows):
        product = Fraction(1)
        for row, pick in zip(rows, cell.picks, strict=True):
            product *= row[pick]
        assert cell.weight == product


@given(rows=rows())
def test_a_table_responds_as_often_as_its_rows_say(rows):
    table = Table("X", dict(enumerate(rows)), values=range(len(rows[0])))
    for x, row in enumerate(rows):
        for value, probability in enumerate(row):
            hits = (w for c, w in enumerate(table.cells) if table.respond((x,), c) == value)
            assert sum(hits) == probability


def test_probabilities_are_read_as_they_are_written():
    table = Table("X", {0: (0.1, 0.9), 1: ["1/3", Fraction(2, 3)], 2: "1, 0"})
    assert table.rows[0,] == (Fraction(1, 10), Fraction(9, 10))
    assert table.rows[1,] == (Fraction(1, 3), Fraction(2, 3))
    assert table.rows[2,] == (1, 0)


@pytest.mark.parametrize(
    ("weights", "complaint"),
    [
        ((1 / 3, 2 / 3), "sums to"),
        ((0.5, 0.6), "sums to 11/10, not to 1"),
        ((-1, 2), "negative"),
        (("half", "half"), "'half' is not a number"),
        (("1/0", 1), "'1/0' is not a number"),
        ((float("nan"), 1), "nan is not a number"),
        ((float("inf"), 1), "inf is not a number"),
        ((0.5, 0.25, 0.25), "3 probabilities for 2 values"),
    ],
)
def test_a_law_that_is_none_is_refused(weights, complaint):
    with pytest.raises(ModelError, match=complaint):
        Table((), weights)


def test_the_law_of_a_noise_is_checked_too():
    with pytest.raises(ProbabilityError, match="the law of U sums to 3/4"):
        Noise("U", (0.5, 0.25))


def test_numbers_of_numpy_are_numbers():
    table = Table((), np.array([0.1, 0.9]))
    assert table.rows[()] == (Fraction(1, 10), Fraction(9, 10))
    assert type(Table((), np.array([0, 1])).rows[()][1].numerator) is int


def test_independent_rows_are_counted_before_they_are_listed():
    table = Table("X", dict.fromkeys(range(20), "1/2, 1/2"), coupling=Independent())
    with pytest.raises(ModelError, match="20 independent rows make 1048576 cells"):
        _ = table.cells


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table(("X", "X"), {(0, 0): "1, 0"}),
        lambda: Table(("X", "Z"), {0: "1, 0"}),
        lambda: Table((), "0.5, 0.5", values=(1, 1)),
        lambda: Response("X", {0: 2}),
        lambda: Response((), {(): 0}, values=()),
    ],
)
def test_rows_that_do_not_fit_are_refused(make):
    with pytest.raises(ModelError):
        make()


def test_mechanisms_compare_hash_and_copy_by_content():
    one = Table("X", {1: "1/2, 1/2", 0: "1, 0"})
    other = Table(["X"], {0: (1, 0), (1,): (0.5, 0.5)})
    assert one == other == copy.deepcopy(one)
    assert hash(one) == hash(other)
    assert one != Table("X", {0: "1, 0", 1: "1/2, 1/2"}, coupling=Independent())
    assert Response.of(("A", "B"), max) == Response.of(("A", "B"), lambda a, b: int(a or b))


def test_a_mechanism_prints_what_it_is():
    assert repr(Noise("U", (0.5, 0.5))) == "Noise('U', '1/2, 1/2')"
    assert repr(Table("X", {0: "1/4, 3/4"})) == (
        "Table(('X',), {(0,): '1/4, 3/4'}, values=(0, 1), coupling=InverseCDF())"
    )
    assert repr(Response("X", {0: 1})) == "Response(('X',), {(0,): 1}, values=(0, 1))"


def test_an_intervention_is_a_value():
    assert Do(X=1, A="low") == Do({"A": "low"}, X=1)
    assert hash(Do(X=1)) == hash(Do({"X": 1}))
    assert Do({"my name": 0}).targets == {"my name"}
    assert str(Do(X=1, A="low")) == "do(A=low, X=1)"


def test_an_intervention_keeps_to_the_domain():
    with pytest.raises(DomainError, match="X cannot be 2; it takes 0, 1") as error:
        Do(X=2).mechanism("X", Table((), "0.5, 0.5"))
    assert (error.value.variable, error.value.value, error.value.domain) == ("X", 2, (0, 1))


@pytest.mark.parametrize("coupling", [Normal(), "monotone"])
def test_a_table_is_coupled_by_what_splits_its_noise_into_cells(coupling):
    with pytest.raises(ModelError, match=r"InverseCDF\(\), GumbelMax\(\), Independent"):
        Table("X", {0: "1/2, 1/2", 1: "1/2, 1/2"}, coupling=coupling)
