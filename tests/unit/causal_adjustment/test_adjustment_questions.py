"""What one may ask of adjustment and front-door sets, and how nonsense is refused."""

from __future__ import annotations

import itertools
import json

import pytest

from causal import ADMG, AdjustmentSet, adjustment_sets, front_door_sets, why_not
from causal.errors import OptionError, QueryError, UnknownVariableError, UnsupportedQueryError

GRAPH = ADMG.parse("A -> X -> M -> Y; A -> B -> Y; M -> D")


def variables(**bounds: object) -> list[frozenset[str]]:
    return [found.variables for found in adjustment_sets(GRAPH, "X", "Y", **bounds)]


def test_nothing_to_adjust_for_is_a_set_too() -> None:
    [found] = adjustment_sets(ADMG.parse("X -> Y"), "X", "Y")
    assert found.variables == frozenset()
    assert str(found) == "P(Y | do(X)) = P(Y | X)"


def test_an_action_without_effect_is_adjusted_like_any_other() -> None:
    graph = ADMG.parse("X <- C -> Y")
    assert [found.variables for found in adjustment_sets(graph, "X", "Y")] == [{"C"}]
    assert list(adjustment_sets(ADMG.parse("Y -> X"), "X", "Y")) == []


def test_a_forbidden_variable_that_must_be_in_leaves_no_set() -> None:
    assert variables(include="D") == []
    assert variables(include="D", kind="all") == []
    assert variables(include="A", exclude="A") == []


def test_an_unknown_kind_is_named_with_those_there_are() -> None:
    with pytest.raises(OptionError, match=r"'optimum'.*'all', 'minimal' and 'optimal'"):
        adjustment_sets(GRAPH, "X", "Y", kind="optimum")


def test_an_unknown_kind_of_front_door_set_is_named_with_those_there_are() -> None:
    with pytest.raises(OptionError, match=r"'optimal'.*'all' and 'minimal'"):
        front_door_sets(GRAPH, "X", "Y", kind="optimal")


def test_the_optimal_set_takes_no_bounds() -> None:
    with pytest.raises(UnsupportedQueryError, match="takes no include or exclude"):
        adjustment_sets(GRAPH, "X", "Y", kind="optimal", exclude="B")


@pytest.mark.parametrize("ask", [adjustment_sets, front_door_sets, why_not])
def test_nonsense_is_refused_at_once(ask) -> None:
    rest = ([],) if ask is why_not else ()
    with pytest.raises(QueryError, match="X cannot be both in x and in y"):
        ask(GRAPH, "X", ["X", "Y"], *rest)
    with pytest.raises(QueryError, match="y names no variable"):
        ask(GRAPH, "X", [], *rest)
    with pytest.raises(UnknownVariableError, match="Z"):
        ask(GRAPH, "Z", "Y", *rest)


def test_a_proposal_may_not_hold_what_the_question_is_about() -> None:
    with pytest.raises(QueryError, match="Y cannot be both in y and in proposed"):
        why_not(GRAPH, "X", "Y", ["A", "Y"])


def test_every_forbidden_variable_is_named_and_one_open_path() -> None:
    first, second, third = why_not(GRAPH, "X", "Y", ["M", "D"])
    assert {first.variable, second.variable} == {"M", "D"}
    assert first.causal_path == second.causal_path == ("X", "M", "Y")
    assert str(third.path) == "X <- A -> B -> Y"
    assert third.given == {"M", "D"}


def test_a_collider_that_the_proposal_opens_is_explained() -> None:
    graph = ADMG.parse("X -> Y; X <- U -> C <- W -> Y; C -> E")
    [objection] = why_not(graph, "X", "Y", "E")
    assert objection.why == (
        "given E the path X <- U -> C <- W -> Y is open and not causal, "
        "as the collider C has E given below it"
    )


def test_without_a_proposal_the_objection_is_to_every_set() -> None:
    assert why_not(GRAPH, "X", "Y") == ()
    [objection] = why_not(ADMG.parse("X -> Y; X <-> Y; A -> X"), "X", "Y")
    assert str(objection.path) == "X <-> Y"


def test_bounds_that_leave_no_set_are_objected_to() -> None:
    assert why_not(GRAPH, "X", "Y", exclude="A") == ()
    [objection] = why_not(GRAPH, "X", "Y", exclude=["A", "B"])
    assert str(objection) == "the path X <- A -> B -> Y is open and not causal"
    [objection] = why_not(GRAPH, "X", "Y", include="D")
    assert objection.variable == "D"
    with pytest.raises(QueryError, match="a proposed one is judged as it is"):
        why_not(GRAPH, "X", "Y", "A", exclude="B")


def test_objections_are_plain_data_with_the_same_keys() -> None:
    records = [objection.to_dict() for objection in why_not(GRAPH, "X", "Y", ["D"])]
    assert len({tuple(record) for record in records}) == 1
    assert json.loads(json.dumps(records)) == records


def test_names_of_any_kind_come_through_quoted() -> None:
    graph = ADMG.parse('"the cause" -> "a -> b" -> Y; "the cause" <- "C, D" -> Y')
    [found] = adjustment_sets(graph, "the cause", "Y")
    assert found.variables == {"C, D"}
    forbidden, _ = why_not(graph, "the cause", "Y", "a -> b")
    assert forbidden.why == '"a -> b" is on the causal path "the cause" -> "a -> b" -> Y'


def test_answers_compare_by_value_and_show_as_latex() -> None:
    one = AdjustmentSet(GRAPH, frozenset("X"), frozenset("Y"), frozenset("A"))
    assert one in set(adjustment_sets(GRAPH, "X", "Y"))
    assert one._repr_latex_() == (
        r"$P(Y \mid \operatorname{do}(X)) = \sum_{A} P(A) \, P(Y \mid A, X)$"
    )


def test_sets_come_one_at_a_time_however_many_there_are() -> None:
    ladder = "; ".join(f"X <- A{i} <- B{i} -> C{i} -> Y" for i in range(40))
    graph = ADMG.parse(f"X -> Y; {ladder}")
    for kind in ("minimal", "all"):
        some = list(itertools.islice(adjustment_sets(graph, "X", "Y", kind=kind), 50))
        assert len(set(some)) == 50
        assert not any(why_not(graph, "X", "Y", found.variables) for found in some)
