"""Folders that are damaged, forged, linked to or written twice: one clear error, or the model."""

import json
import random
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from causal import SCM, Table, load_model, save_model
from causal.errors import CausalError, DataError, ModelError
from causal.model import Categorical, Empirical, Linear, Logits
from causal.model.continuous.trees import Tree
from causal.model.saving import folder

MODEL = SCM.of(
    {
        "array": Linear(noise=Empirical(np.linspace(-1, 1, 100))),
        "b/../c": Linear({"array": 1.0}),
        "\x00": Linear({"array": 2.0}),
        "K": Categorical(Logits([0, 0.2], {"array": (0, 1)})),
    }
)


def test_names_may_look_like_paths_and_like_marks(tmp_path: Path):
    assert load_model(save_model(MODEL, tmp_path / "m")) == MODEL


def test_a_flipped_bit_is_found(tmp_path: Path):
    place = save_model(MODEL, tmp_path / "m")
    whole = {path: path.read_bytes() for path in place.iterdir()}
    draw = random.Random(0)
    for _ in range(300):
        path = draw.choice(list(whole))
        changed = bytearray(whole[path])
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        with suppress(DataError):
            assert load_model(place) == MODEL  # in what is not read, such as an archive's dates
        path.write_bytes(whole[path])


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("model"),
        lambda body: body.update(model=[1]),
        lambda body: body.update(version=-1),
        lambda body: body["model"].pop("graph"),
        lambda body: body["model"].update(noise=[1]),
        lambda body: body["model"].update(noise={"U": {"law": "nope"}}),
        lambda body: body["model"]["mechanisms"].update(K=None),
        lambda body: body["model"].update(graph="array -> array"),
    ],
)
def test_a_forged_folder_is_refused(tmp_path: Path, change: Callable[[dict], None]):
    """With a digest that is right."""
    place = save_model(MODEL, tmp_path / "m")
    body = json.loads((place / "model.json").read_text())
    body.pop("digest")
    change(body)
    with np.load(place / "arrays.npz") as stored:
        body["digest"] = folder._digest(body, {name: stored[name] for name in stored.files})
    (place / "model.json").write_text(json.dumps(body))
    with pytest.raises(CausalError):
        load_model(place)


def test_a_link_stays_a_link(tmp_path: Path):
    real = save_model(SCM.of({"X": Linear()}), tmp_path / "real")
    (tmp_path / "link").symlink_to(real)
    save_model(MODEL, tmp_path / "link", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert load_model(real) == MODEL
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_where_nothing_can_be_written_one_line_says_so(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="cannot be written"):
        save_model(MODEL, tmp_path / "file" / "below")
    with pytest.raises(DataError, match="no saved model"):
        save_model(MODEL, tmp_path / "file", overwrite=True)
    assert (tmp_path / "file").read_text() == "mine"


def test_many_may_replace_one_folder(tmp_path: Path):
    failed: list[Exception] = []

    def save() -> None:
        try:
            for _ in range(8):
                save_model(MODEL, tmp_path / "m", overwrite=True)
        except CausalError as error:
            failed.append(error)

    threads = [threading.Thread(target=save) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert load_model(tmp_path / "m") == MODEL
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_who_may_read_the_folder_is_as_for_any_other(tmp_path: Path):
    (tmp_path / "other").mkdir()
    place = save_model(MODEL, tmp_path / "m")
    assert place.stat().st_mode == (tmp_path / "other").stat().st_mode
    shutil.rmtree(place)


def test_integers_beyond_64_bits_come_back(tmp_path: Path):
    values = [2**70 + i for i in range(40)]
    model = SCM.of({"X": Table((), ", ".join(["1/40"] * 40), values=values)})
    assert load_model(save_model(model, tmp_path / "m")) == model


def test_a_tree_that_leads_nowhere_is_refused():
    stump = {"feature": (0,), "threshold": (0.0,), "left": (0,), "right": (0,), "value": (1.0,)}
    assert Tree(**stump, depth=0).depth == 0
    for change in ({"left": (7,)}, {"value": (1.0, 2.0)}, {"depth": 10**9}):
        with pytest.raises(ModelError):
            Tree(**(stump | {"depth": 0} | change))


def test_what_is_no_scm_is_refused_by_its_kind(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="an SCM can be saved, or a LinearSystem; this is dict"):
        save_model({"X": 1}, tmp_path / "model")
    assert not (tmp_path / "model").exists()
