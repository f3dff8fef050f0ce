"""A model as text: what it says, and that every mistake in it is named."""

from fractions import Fraction

import pytest

from causal import ADMG, CausalError, counterfactual, load_model
from causal.errors import (
    CycleError,
    DataError,
    EquationSyntaxError,
    ModelError,
    ModelSyntaxError,
    ProbabilityError,
    UnknownInTextError,
)
from causal.model import Do

SQUAD = {"exogenous": {"U": [0.4, 0.6]}, "equations": {"C": "U", "A": "C", "D": "int(A or C)"}}
COIN = {"U": [0.5, 0.5]}
AS_JSON = '{"exogenous": {"U": [0.4, 0.6]}, "equations": {"C": "U", "A": "C", "D": "int(A or C)"}}'
AS_TOML = """
[exogenous]
U = [0.4, 0.6]
[equations]
C = "U"
A = "C"
D = "int(A or C)"
"""


def test_a_model_is_the_same_as_dictionary_text_and_file(tmp_path):
    (tmp_path / "squad.json").write_text(AS_JSON)
    (tmp_path / "squad.toml").write_text(AS_TOML)
    files = [tmp_path / "squad.json", str(tmp_path / "squad.toml")]
    models = [load_model(source) for source in (SQUAD, AS_JSON, AS_TOML, *files)]
    assert all(model == models[0] for model in models)
    assert models[0].graph == ADMG.parse("C -> A; C -> D; A -> D")
    assert models[0].law("D")[1] == Fraction(3, 5)
    assert models[0].mechanisms["D"].equation == "int(A or C)"


def test_a_noise_in_two_equations_is_a_hidden_common_cause():
    model = load_model(
        {
            "exogenous": {"U": ["1/3", "2/3"], "V": [0.1, 0.9]},
            "equations": {"X": "U", "Y": "X + U * V"},
        }
    )
    assert model.graph == ADMG.parse("X -> Y; X <-> Y")
    assert model.domains["Y"] == (0, 1, 2)
    assert model.law("Y")[2] == Fraction(2, 3) * Fraction(9, 10)
    assert counterfactual(model, "P(Y[X=0]=1 | X=1, Y=2)").value == 1


def test_decimals_are_read_as_they_are_written():
    tenths = {"U": [0.1] * 10}
    for source in (
        {"exogenous": tenths, "equations": {"X": "U"}},
        '{"exogenous": {"U": [' + ", ".join(["0.1"] * 10) + ']}, "equations": {"X": "U"}}',
    ):
        assert load_model(source).law("X")[3] == Fraction(1, 10)


def test_a_domain_holds_what_interventions_can_reach():
    model = load_model({"exogenous": COIN, "equations": {"A": "U", "B": "A", "S": "A + B"}})
    assert model.law("S")[1] == 0
    assert model.under(Do(A=0)).law("S")[0] == 1
    assert counterfactual(model, "P(S[B=0]=1 | S=2)").value == 1


def test_values_need_not_be_whole():
    model = load_model({"exogenous": COIN, "equations": {"X": "U / 10", "Y": "X / 3"}})
    assert model.domains["X"] == (0, 0.1)
    assert model.domains["Y"] == (0, Fraction(1, 30))
    assert counterfactual(model, "P(X=0.1) + E(Y)").value == Fraction(1, 2) + Fraction(1, 60)


def test_names_may_be_anything_in_quotes():
    model = load_model(
        {"exogenous": {"U 1": [0.5, 0.5]}, "equations": {"if": '"U 1"', "blood sugar": '1 - "if"'}}
    )
    assert counterfactual(model, 'P("blood sugar"["if"=0]=1)').value == 1


@pytest.mark.parametrize(
    ("source", "error", "complaint"),
    [
        ({"equations": {"C": "A +"}}, EquationSyntaxError, r"1:4: in the equation of C, expected"),
        ({"equations": {"C": "Ax", "AX": "1"}}, UnknownInTextError, r"1:1: Ax .* Did you mean AX"),
        ({"equations": {"A": "B", "B": "A"}}, CycleError, "A -> B -> A"),
        ({"equations": {"A": "A"}}, CycleError, "A -> A"),
        ({"equations": {"A": "1 / 0"}}, ModelError, "equation of A asks for a division by zero"),
        (
            {"exogenous": COIN, "equations": {"A": "choose(U, 1)"}},
            ModelError,
            "at U=1",
        ),
        ({"exogenous": {"U": [0.5, 0.6]}, "equations": {"A": "U"}}, ProbabilityError, "11/10"),
        (
            {"exogenous": {"U": "half"}, "equations": {"A": "U"}},
            ModelError,
            "list of probabilities",
        ),
        ({"exogenous": {"U": []}, "equations": {"A": "U"}}, ModelError, "list of probabilities"),
        ({"exogenous": {"U": ["1e99999"]}, "equations": {"A": "U"}}, ModelError, "huge exponent"),
        ({"exogenous": {"U": [1]}, "equations": {"A": "1"}}, ModelError, "no mechanism reads"),
        ({"exogenous": {"U": [1]}, "equations": {"U": "1"}}, ModelError, "an exogenous law and an"),
        ({"equations": {"A": ["U"]}}, ModelError, "write it as text"),
        ({"equatons": {"A": "U"}}, ModelError, "did you mean equations"),
        ({"equations": {}}, ModelError, "a model has equations"),
        ({"equations": ["A"]}, ModelError, "gives every name an entry"),
        ({"equations": {"": "1"}}, ModelError, "a name is text"),
        ("[1, 2]", ModelSyntaxError, "1:3: not TOML"),
        ('{"equations": {"A": "1", "A": "2"}}', ModelError, "'A' stands twice"),
        ('{"equations": {"A": "1", }}', ModelSyntaxError, r"1:\d+: not JSON"),
        ('{"exogenous": {"U": [NaN]}, "equations": {"A": "U"}}', ModelError, "NaN is no prob"),
        ("equations = ", ModelSyntaxError, r"1:13: not TOML: Invalid value"),
        ("a = 1\nequations = {", ModelSyntaxError, "2:13: not TOML|not TOML"),
        ('{"equations": {"A": ' + "[" * 100_000, ModelError, "too deep|not JSON"),
        ('{"equations": {"A": ' + "1" * 5000 + "}}", ModelError, "too long"),
        ("no such file.json", DataError, "there is no file 'no such file.json'"),
        ("\x00", DataError, "cannot be read"),
    ],
)
def test_a_text_that_is_no_model_is_refused(source, error, complaint):
    with pytest.raises(CausalError, match=complaint) as caught:
        load_model(source)
    assert isinstance(caught.value, error)


def test_an_equation_of_too_many_settings_is_refused():
    many = {f"U{i}": [0.5, 0.5] for i in range(18)}
    with pytest.raises(ModelError, match="18 names with 262144 settings"):
        load_model({"exogenous": many, "equations": {"S": " + ".join(many)}})


def test_what_is_no_text_and_no_dictionary_is_no_model():
    with pytest.raises(ModelError, match="a dictionary, not a list"):
        load_model([{"X": "U"}])
