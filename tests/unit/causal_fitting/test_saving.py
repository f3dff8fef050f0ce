"""A saved model comes back equal, bit for bit, or not at all."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from causal import ADMG, SCM, Do, Noise, Response, Table, load_model, save_model
from causal.errors import DataError, ModelError
from causal.model import (
    EXP,
    Additive,
    Categorical,
    Empirical,
    Function,
    Linear,
    LocationScale,
    Logits,
    Monotone,
    Polynomial,
    StudentT,
    Threshold,
    potential_outcomes,
    random_scm,
)
from causal.model.fitting import Boosted, Scaled, fit

RNG = np.random.default_rng(0)
BENT = Polynomial({"X": 1.5, ("X", "X"): 0.1})
HAND_MADE = {
    "finite": random_scm(ADMG.parse("X -> Y <- Z; X <-> Z"), rng=0),
    "shared noise": SCM.of(
        {"X": Linear(noise="U"), "Y": Linear({"X": 2.0}, noise="U")}, [Noise("U", StudentT(5))]
    ),
    "families": SCM.of(
        {
            "X": Linear(noise=Empirical(RNG.normal(size=200))),
            "A": Additive(BENT, noise=StudentT(4)),
            "B": LocationScale(BENT, Polynomial({(): 1, ("X", "X"): 1})),
            "C": Monotone(Linear({"X": 1.0}), EXP),
            "D": Threshold(BENT, (-1.0, 1.0)),
            "E": Categorical(Logits([0, 0.25], {"X": (0, 1 / 3)}), ("stay", "leave")),
        }
    ),
    "odd names": SCM.of(
        {'a "b" -> c\n': Table((), "1/3, 2/3"), "Ω": Response('a "b" -> c\n', {0: 1, 1: 0})}
    ),
}


def learned() -> SCM:
    x = RNG.normal(size=400)
    w = np.where(x + RNG.normal(size=400) > 0, "yes", "no")
    y = np.sin(x) + (w == "yes") + RNG.standard_t(3, 400)
    z = (1 + x**2) * RNG.normal(size=400)
    data = pd.DataFrame({"X": x, "W": w, "Y": y, "Z": z})
    graph = ADMG.parse("X -> W; X -> Y; W -> Y; X -> Z")
    return fit(graph, data, {"Y": Boosted(), "Z": Scaled()}).model


@pytest.mark.parametrize("name", [*HAND_MADE, "learned"])
def test_a_model_comes_back_equal_and_draws_the_same_units(name: str, tmp_path: Path):
    model = HAND_MADE.get(name) or learned()
    again = load_model(save_model(model, tmp_path / "a model"))
    assert again == model
    pd.testing.assert_frame_equal(
        again.sample(50, rng=1), model.sample(50, rng=1), check_exact=True
    )
    assert {file.name for file in (tmp_path / "a model").iterdir()} <= {"model.json", "arrays.npz"}
    assert [path.name for path in tmp_path.iterdir()] == ["a model"]


def test_what_would_have_been_is_the_same_to_the_last_bit(tmp_path: Path):
    model = learned()
    again = load_model(save_model(model, tmp_path / "m"))
    units = model.sample(100, rng=2)
    one, other = (potential_outcomes(m, units, Do(X=0.5), targets="Z")["Z"] for m in (model, again))
    assert (one == other).all()


def test_a_function_is_code_and_is_refused_by_name(tmp_path: Path):
    model = SCM.of({"X": Linear(), "Y": Function("X", lambda x, u: x + u)})
    with pytest.raises(ModelError, match="the mechanism of Y cannot be saved"):
        save_model(model, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced_only_if_asked_and_only_if_it_is_a_model(tmp_path: Path):
    model, other = HAND_MADE["finite"], HAND_MADE["families"]
    save_model(model, tmp_path / "m")
    with pytest.raises(DataError, match="overwrite=True"):
        save_model(other, tmp_path / "m")
    assert load_model(tmp_path / "m") == model
    save_model(other, tmp_path / "m", overwrite=True)
    assert load_model(tmp_path / "m") == other
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.tex").write_text("years of work")
    with pytest.raises(DataError, match="no saved model"):
        save_model(model, mine, overwrite=True)
    assert (mine / "chapter.tex").read_text() == "years of work"


def test_an_interrupted_save_leaves_what_was_there(tmp_path: Path, monkeypatch):
    model = HAND_MADE["finite"]
    save_model(model, tmp_path / "m")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("causal.model.saving.folder._flush", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_model(HAND_MADE["families"], tmp_path / "m", overwrite=True)
    monkeypatch.undo()
    assert load_model(tmp_path / "m") == model
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_damage_and_newer_versions_are_said(tmp_path: Path):
    place = save_model(HAND_MADE["families"], tmp_path / "m")
    text = (place / "model.json").read_text()
    for changed, said in (
        (text.replace("1.5", "2.5", 1), "digest"),
        (text[:-20], "cannot be read"),
        (text.replace('"version": 1', '"version": 7'), "version 7"),
        (json.dumps({"format": "cake"}), "no saved model"),
        (json.dumps([1]), "no saved model"),
    ):
        (place / "model.json").write_text(changed)
        with pytest.raises(DataError, match=said):
            load_model(place)
    (place / "model.json").write_text(text)
    arrays = (place / "arrays.npz").read_bytes()
    (place / "arrays.npz").write_bytes(arrays[: len(arrays) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        load_model(place)
    (place / "arrays.npz").unlink()
    with pytest.raises(DataError, match="digest"):
        load_model(place)


def test_a_pickle_inside_the_arrays_is_not_run(tmp_path: Path):
    place = save_model(HAND_MADE["families"], tmp_path / "m")
    np.savez(place / "arrays.npz", a0=np.array([print], dtype=object))
    with pytest.raises(DataError, match="pickle"):
        load_model(place)
