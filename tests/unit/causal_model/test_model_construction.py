"""A model is checked against its graph when it is made, and never stores anything in it."""

import copy
import json

import numpy as np
import pytest

from causal import ADMG, counterfactual
from causal.errors import (
    CycleError,
    DomainError,
    ModelError,
    OptionError,
    UnknownVariableError,
)
from causal.model import SCM, Do, Linear, Noise, Response, Table, random_scm

COIN = "1/2, 1/2"
U = Noise("U", COIN)
ROOT = Table((), COIN)


def reads(*names, **more):
    return Response.of(names, lambda *values: values[0], **more)


@pytest.mark.parametrize(
    ("graph", "mechanisms", "noise", "complaint"),
    [
        ("X -> Y", {"X": ROOT}, [], "no mechanism for Y"),
        ("X -> Y", {"X": ROOT, "Y": ROOT}, [], "the graph has X -> Y, but the mechanism of Y"),
        ("X; Y", {"X": ROOT, "Y": reads("X")}, [], "the graph has no X -> Y"),
        ("X <-> Y", {"X": ROOT, "Y": ROOT}, [], "the graph has X <-> Y, but"),
        ("X; Y", {"X": reads("U"), "Y": reads("U")}, [U], "the graph has no X <-> Y"),
        ("X; Y", {"X": ROOT, "Y": ROOT}, [U], "no mechanism reads the noise U"),
        ("X", {"X": reads("U")}, [U, U], "a name of its own"),
        ("X; Y", {"X": reads("Y"), "Y": ROOT}, [Noise("Y", COIN)], "a name of its own"),
        ("X", {"X": reads("noise of X")}, [Noise("noise of X", COIN)], "a name of its own"),
        ("X -> Y", {"X": Table((), "1/3, 1/3, 1/3", values=(0, 1, 2)), "Y": reads("X")}, [],
         "Y has no row for X=2"),
        ("X -> Y", {"X": Table((), "1", values=(0,)), "Y": reads("X")}, [],
         "Y has a row for X=1, which lies outside the domains"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_its_graph_is_refused(graph, mechanisms, noise, complaint):
    with pytest.raises(ModelError, match=complaint):
        SCM(ADMG.parse(graph), mechanisms, noise)


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownVariableError, match="Did you mean smoking"):
        SCM.of({"smoking": ROOT, "cancer": reads("smokin")})
    with pytest.raises(UnknownVariableError, match="Z is not in the graph"):
        SCM(ADMG.parse("X"), {"X": ROOT, "Z": ROOT})


def test_mechanisms_that_feed_back_are_refused():
    with pytest.raises(CycleError, match="X -> Y -> X"):
        SCM.of({"X": reads("Y"), "Y": reads("X")})


def test_a_noise_that_three_read_is_three_edges():
    model = SCM.of({v: reads("U") for v in "XYZ"}, [U])
    assert model.graph == ADMG.parse("X <-> Y; Y <-> Z; X <-> Z")


def test_an_ignored_arrow_is_in_the_graph_and_has_no_effect():
    model = SCM(ADMG.parse("X -> Y"), {"X": ROOT, "Y": Table((), "1/4, 3/4", ignores="X")})
    assert model.under(Do(X=0)).law("Y")[1] == model.under(Do(X=1)).law("Y")[1]


def test_models_of_one_graph_share_nothing():
    graph = ADMG.parse("X -> Y")
    before = repr(graph)
    one, other = random_scm(graph, 1), random_scm(graph, 2)
    assert one != other
    assert one == random_scm(graph, 1)
    assert hash(one) == hash(random_scm(graph, 1))
    assert repr(graph) == before
    assert vars(graph).keys() <= {*ADMG.__dataclass_fields__, *dir(ADMG)}


def test_a_model_copies_and_becomes_plain_data():
    model = random_scm(ADMG.parse("X -> Y; X <-> Y"), 1)
    assert copy.deepcopy(model) == model
    data = json.loads(json.dumps(model.to_dict()))
    assert data["graph"] == "X -> Y; X <-> Y"
    assert set(data["mechanisms"]) == {"X", "Y"}
    assert list(data["noise"]) == ["U[X,Y]"]


def test_mechanisms_cannot_be_exchanged_behind_the_models_back():
    model = random_scm(ADMG.parse("X -> Y"), 1)
    with pytest.raises(TypeError):
        model.mechanisms["X"] = ROOT
    with pytest.raises(AttributeError):
        model.graph = ADMG.parse("X")


def test_an_intervention_cuts_arrows_and_hidden_causes_into_its_target_only():
    model = random_scm(ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y"), 3)
    done = model.under(Do(X=1))
    assert done.graph == ADMG.parse("W -> Z; X -> Y; W <-> Y")
    assert model.graph == ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    assert done.law("X")[1] == 1
    assert (done.law("W", "Z") == model.law("W", "Z")).all()
    assert model.under(Do(X=1), Do(W=0)) == model.under(Do(X=1, W=0))
    assert model.under() == model


def test_an_intervention_on_nothing_known_is_refused():
    model = random_scm(ADMG.parse("X -> Y"), 1)
    with pytest.raises(UnknownVariableError):
        model.under(Do(Q=1))
    with pytest.raises(DomainError):
        model.under(Do(X="yes"))


@pytest.mark.parametrize("values", [2, 3, 4])
def test_a_random_model_has_no_zeros(values):
    model = random_scm(ADMG.parse("A -> B -> C; A <-> C; A -> C"), 5, values=values)
    assert (model.law() > 0).all()
    assert len(model.law()) == values**3


@pytest.mark.parametrize("rng", ["a", None, 1.5])
def test_what_is_neither_a_seed_nor_a_generator_is_refused(rng):
    model = SCM.of({"X": Linear()})
    for ask in (lambda: model.sample(2, rng=rng), lambda: counterfactual(model, "E(X)", rng=rng)):
        with pytest.raises(OptionError, match=r"^rng is .*, but it is a seed, a whole number"):
            ask()


def test_the_whole_numbers_of_numpy_are_seeds():
    model = SCM.of({"X": Linear()})
    assert model.sample(5, rng=np.int64(7)).equals(model.sample(5, rng=7))
