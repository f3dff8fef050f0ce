"""``confront``: the table that comes back, and the data that it refuses."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import causal
from causal import ADMG
from causal.errors import DataError, OptionError, TooFewRowsError, UnknownVariableError
from causal.model import random_scm

CHAIN = ADMG.parse("A -> B -> C")
VERMA = ADMG.parse("A -> B -> C -> D; B <-> D")


def measured(n: int = 300, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = a + rng.normal(size=n)
    return pd.DataFrame({"A": a, "B": b, "C": b + rng.normal(size=n)})


def classes(graph: ADMG = CHAIN, n: int = 500) -> pd.DataFrame:
    return random_scm(graph, 1).sample(n, rng=2)


def test_one_row_an_implication_with_all_that_a_reader_asks() -> None:
    table = causal.confront(VERMA, classes(VERMA))
    assert list(table["implication"]) == [
        str(each) for each in causal.implications(VERMA, basis="pairwise")
    ]
    columns = "implication test statistic df n p p_holm verdict note"
    assert list(table) == columns.split()
    assert set(table["n"]) == {500}
    assert (table["p_holm"] >= table["p"]).all()


def test_the_test_follows_the_kind_of_data() -> None:
    assert list(causal.confront(CHAIN, measured())["test"]) == ["Fisher z"]
    assert list(causal.confront(CHAIN, classes())["test"]) == ["G²"]
    words = classes().replace({0: "no", 1: "yes"})
    assert list(causal.confront(CHAIN, words)["test"]) == ["G²"]
    as_numbers = causal.confront(CHAIN, classes(), by=causal.FisherZ())
    assert list(as_numbers["test"]) == ["Fisher z"]


def test_the_labels_of_classes_do_not_matter() -> None:
    data = classes(VERMA)
    words = data.replace({0: "no", 1: "yes"})
    pd.testing.assert_frame_equal(causal.confront(VERMA, data), causal.confront(VERMA, words))


def test_a_wrong_graph_is_found_out() -> None:
    table = causal.confront(ADMG.parse("A -> B; C"), measured())
    assert dict(zip(table["implication"], table["verdict"], strict=True)) == {
        "A ⊥ C": "violated",
        "B ⊥ C": "violated",
    }


def test_a_graph_that_implies_nothing_gives_an_empty_table() -> None:
    assert len(causal.confront(ADMG.parse("A -> B"), classes())) == 0


def test_kernels_wait_for_classes() -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(200, 4)), columns=list("ABCD"))
    last = causal.confront(VERMA, data).iloc[-1]
    assert (last["verdict"], np.isnan(last["p"])) == ("untestable", True)
    assert "classes" in last["note"]


def test_too_few_rows_for_the_cells_is_untestable_and_does_not_count() -> None:
    table = causal.confront(VERMA, classes(VERMA, n=60))
    assert list(table["verdict"]) == ["compatible", "untestable"]
    assert table["p_holm"][0] == table["p"][0]
    assert table["note"][1] == "60 rows for 16 cells"


def test_columns_that_determine_each_other_are_untestable() -> None:
    data = measured().assign(B=lambda frame: 2 * frame["A"])
    assert list(causal.confront(CHAIN, data)["verdict"]) == ["untestable"]


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (measured().drop(columns="B").rename(columns={"C": "c"}), UnknownVariableError, "C"),
        (measured(5), TooFewRowsError, "5 rows"),
        (measured().assign(B=1.0), DataError, "B is always 1.0"),
        (measured().assign(B=lambda f: (f["B"] > 0) * 1), DataError, "B classified"),
        (measured().assign(B=lambda f: f["B"].where(f["B"] > -1)), DataError, "missing in"),
    ],
    ids=["missing column", "few rows", "constant", "mixed", "gaps"],
)
def test_data_that_cannot_be_tested_are_refused_in_one_line(data, error, says) -> None:
    with pytest.raises(error, match=says) as refusal:
        causal.confront(CHAIN, data)
    assert "\n" not in str(refusal.value)


def test_a_test_refuses_columns_of_the_other_kind() -> None:
    with pytest.raises(DataError, match="fewer classes"):
        causal.confront(CHAIN, measured(), by=causal.GSquared())
    with pytest.raises(DataError, match="not numeric"):
        causal.confront(CHAIN, classes().replace({0: "no", 1: "yes"}), by=causal.FisherZ())


def test_options_outside_their_range_are_refused() -> None:
    with pytest.raises(OptionError, match="alpha"):
        causal.confront(CHAIN, classes(), alpha=5)
    with pytest.raises(OptionError, match="basis"):
        causal.implications(CHAIN, basis="global")
    with pytest.raises(OptionError, match="most"):
        causal.implications(CHAIN, most=0)


def test_a_cut_list_says_so() -> None:
    graph = ADMG.parse("A; B; C; D")
    assert causal.implications(graph).complete
    cut = causal.implications(graph, most=2)
    assert (len(cut), cut.complete) == (2, False)


def test_a_graph_with_too_many_kernels_is_cut_off_and_says_so() -> None:
    names = [f"V{i}" for i in range(14)]
    pairs = list(itertools.combinations(names, 2))
    found = causal.implications(ADMG.of(nodes=names, bidirected=pairs))
    assert (len(found), found.complete) == (0, False)


def test_the_formulas_of_a_query_are_compared_on_data() -> None:
    text = "W -> Z -> X -> Y; W <-> X; W <-> Y"
    napkin, asked = ADMG.parse(text), "P(Y | do(X))"
    ours = random_scm(napkin, rng=1).sample(20_000, rng=2)
    others = random_scm(ADMG.parse(f"{text}; Z -> Y"), rng=3).sample(20_000, rng=4)
    table = causal.confront(napkin, ours, asked)
    assert [" = " in each for each in table["implication"]] == [False, False, True]
    assert set(table["verdict"]) == {"compatible"}
    assert causal.confront(napkin, others, asked)["verdict"].iloc[-1] == "violated"
