"""Halpern (2015; "Actual Causality", 2016): the examples of the modified definition.

The models and verdicts are after the book, quoted from memory; nothing in them is a number.
"""

from itertools import combinations

import pytest

from causal import actual_cause, actual_causes, load_model
from causal.errors import DomainError, ModelError, OptionError

COIN = [0.5, 0.5]


def fire(rule):
    """Lightning and a dropped match, either or both of which it takes."""
    return load_model(
        {
            "exogenous": {"storm": COIN, "arsonist": COIN},
            "equations": {"L": "storm", "MD": "arsonist", "F": rule},
        }
    )


def causes(model, case, effect, most=2):
    return [dict(found.cause) for found in actual_causes(model, case, effect, most=most)]


BOTH = {"storm": 1, "arsonist": 1}


def test_in_the_conjunctive_forest_fire_each_is_a_cause():
    model = fire("L and MD")
    assert causes(model, BOTH, {"F": 1}) == [{"L": 1}, {"MD": 1}]
    found = actual_cause(model, BOTH, {"L": 1, "MD": 1}, {"F": 1})
    assert (bool(found), found.condition) == (False, "AC3")


def test_in_the_disjunctive_forest_fire_neither_alone_but_both_together():
    model = fire("L or MD")
    assert causes(model, BOTH, {"F": 1}) == [{"L": 1, "MD": 1}]
    assert actual_cause(model, BOTH, {"L": 1}, {"F": 1}).condition == "AC2"
    assert causes(model, {"storm": 1, "arsonist": 0}, {"F": 1}) == [{"L": 1}]


def test_suzy_shattered_the_bottle_and_billy_did_not():
    """She threw first: what shows it is holding that his rock did not hit."""
    model = load_model(
        {
            "exogenous": {"suzy": COIN, "billy": COIN},
            "equations": {
                "ST": "suzy",
                "BT": "billy",
                "SH": "ST",
                "BH": "BT and not SH",
                "BS": "SH or BH",
            },
        }
    )
    case = {"suzy": 1, "billy": 1}
    suzy = actual_cause(model, case, {"ST": 1}, {"BS": 1})
    assert suzy
    assert dict(suzy.held) == {"BH": 0}
    assert dict(suzy.instead) == {"ST": 0}
    assert not actual_cause(model, case, {"BT": 1}, {"BS": 1})
    assert causes(model, case, {"BS": 1}) == [{"ST": 1}, {"SH": 1}]
    naive = load_model(
        {"exogenous": case | {"suzy": COIN, "billy": COIN},
         "equations": {"ST": "suzy", "BT": "billy", "BS": "ST or BT"}}
    )  # fmt: skip
    assert causes(naive, case, {"BS": 1}) == [{"ST": 1, "BT": 1}]


def election(voters):
    names = [f"V{i}" for i in range(voters)]
    return names, load_model(
        {
            "exogenous": {f"U{i}": COIN for i in range(voters)},
            "equations": {v: f"U{i}" for i, v in enumerate(names)}
            | {"W": f"{' + '.join(names)} > {voters // 2}"},
        }
    )


def test_in_a_six_five_vote_each_of_the_six_is_a_cause():
    names, model = election(11)
    case = {f"U{i}": int(i < 6) for i in range(11)}
    assert causes(model, case, {"W": 1}, most=1) == [{v: 1} for v in names[:6]]


def test_in_a_unanimous_vote_any_that_could_have_turned_it_are_a_cause_together():
    names, model = election(5)
    case = {f"U{i}": 1 for i in range(5)}
    found = causes(model, case, {"W": 1}, most=5)
    assert found == [dict.fromkeys(three, 1) for three in combinations(names, 3)]


def test_a_loaded_gun_that_was_not_fired_is_no_cause():
    """The loader: A loads and B shoots, or C shoots; B does not, C does."""
    model = load_model(
        {
            "exogenous": {"a": COIN, "b": COIN, "c": COIN},
            "equations": {"A": "a", "B": "b", "C": "c", "D": "(A and B) or C"},
        }
    )
    case = {"a": 1, "b": 0, "c": 1}
    assert causes(model, case, {"D": 1}, most=3) == [{"C": 1}]
    assert causes(model, case | {"b": 1}, {"D": 1}, most=3) == [{"A": 1, "C": 1}, {"B": 1, "C": 1}]


def test_a_switch_is_no_cause_of_an_arrival_by_either_track():
    """A train arrives by one track or the other; with the tracks themselves in the model."""
    model = load_model(
        {
            "exogenous": {"u": COIN},
            "equations": {"S": "u", "L": "S", "R": "1 - S", "A": "L or R"},
        }
    )
    assert actual_cause(model, {"u": 1}, {"S": 1}, {"A": 1})  # holding the other track: R=0
    short = load_model({"exogenous": {"u": COIN}, "equations": {"S": "u", "A": "S or 1 - S"}})
    assert not actual_cause(short, {"u": 1}, {"S": 1}, {"A": 1})


def test_the_case_may_be_told_by_what_was_observed():
    assert causes(fire("L and MD"), {"F": 1}, {"F": 1}) == [{"L": 1}, {"MD": 1}]
    with pytest.raises(ModelError, match="leaves arsonist open"):
        actual_cause(fire("L or MD"), {"F": 1}, {"L": 1}, {"F": 1})


def test_what_was_not_so_is_no_cause():
    found = actual_cause(fire("L or MD"), {"storm": 0, "arsonist": 1}, {"L": 1}, {"F": 1})
    assert (found.condition, found.why) == ("AC1", "L=0 in this case")
    assert str(found) == "L=1 is no actual cause of F=1: L=0 in this case"


@pytest.mark.parametrize(
    ("case", "cause", "effect", "error", "complaint"),
    [
        (BOTH, {"L": 7}, {"F": 1}, DomainError, "L cannot be 7"),
        (BOTH, {"L": 1}, {}, OptionError, "effect"),
        (BOTH, {"F": 1}, {"F": 1}, OptionError, "F is the effect itself"),
        ({"storm": 3}, {"L": 1}, {"F": 1}, DomainError, "storm cannot be 3"),
    ],
)
def test_a_question_about_causes_that_means_nothing_is_refused(
    case, cause, effect, error, complaint
):
    with pytest.raises(error, match=complaint):
        actual_cause(fire("L or MD"), case, cause, effect)


def test_too_many_worlds_are_refused_before_they_are_tried():
    chain = {"exogenous": {"u": COIN}, "equations": {"X0": "u"}}
    chain["equations"] |= {f"X{i}": f"X{i - 1}" for i in range(1, 30)}
    with pytest.raises(ModelError, match="more than 1048576 worlds"):
        actual_cause(load_model(chain), {"u": 1}, {"X0": 1}, {"X29": 1})


def told(equations):
    """A model in which whatever the equations read first is up to chance."""
    exogenous = {u: COIN for u in "uv" if u in equations.values()}
    return load_model({"exogenous": exogenous, "equations": equations})


def test_the_boulder_is_no_cause_of_the_survival_of_the_hiker_who_ducked():
    """Hall (2004): it falls, he ducks, he lives.  What also disarms itself is no cause."""
    model = told({"F": "u", "D": "F", "S": "not F or D"})
    assert causes(model, {"u": 1}, {"S": 1}) == [{"D": 1}]
    assert not actual_cause(model, {"u": 1}, {"F": 1}, {"S": 1})


def test_of_two_who_would_have_stopped_the_ball_the_first_did():
    """McDermott (1995): the catch stopped it, the wall behind would have; with the hits told."""
    model = told({"C": "u", "W": "v", "H": "W and not C", "B": "not C and not W"})
    case = {"u": 1, "v": 1}
    assert actual_cause(model, case, {"C": 1}, {"H": 0})
    assert not actual_cause(model, case, {"C": 1}, {"B": 0})
    assert causes(model, case, {"B": 0}) == [{"C": 1, "W": 1}]


def test_an_antidote_to_a_poison_that_was_not_given_is_no_cause_of_survival():
    """Hitchcock (2007), bogus prevention: without poison no one needed it."""
    model = told({"A": "u", "P": "v", "S": "A or not P"})
    assert causes(model, {"u": 1, "v": 0}, {"S": 1}) == [{"A": 1, "P": 0}]
    stopped = told({"A": "u", "P": "v", "N": "P and A", "S": "N or not P"})
    assert causes(stopped, {"u": 1, "v": 0}, {"S": 1}) == [{"P": 0}]


def test_who_stops_the_stopper_is_a_cause():
    """Hall (2004), double prevention: a fighter shot down would have stopped the bomber."""
    model = told({"Billy": "u", "Enemy": "v", "E": "Enemy and not Billy", "Bomb": "not E"})
    found = causes(model, {"u": 1, "v": 1}, {"Bomb": 1})
    assert found == [{"Billy": 1}, {"E": 0}]
