"""Logs of other tools are read as they lie there, and taken into a study run by run."""

import json
import random
import shutil
import struct
from pathlib import Path

import pandas as pd
import pytest

from ablation import Component, LeaveOneOut, Metric, Study, load, read_log
from ablation.errors import StudyError
from ablation.logs.run import LogError
from ablation.runner.adopting import adopt
from ablation.store import verify

STUDY = Study(
    "toy", "toy:train",
    [Component("attention", switch="attention"), Component("dropout", switch="dropout", off=0.0)],
    LeaveOneOut(), [Metric("accuracy")], 2, config={"attention": True, "dropout": 0.1},
)  # fmt: skip
RUNS = [
    (attention, dropout, seed)
    for attention, dropout in [(True, 0.1), (False, 0.1), (True, 0.0)]
    for seed in (0, 1)
]


def accuracy(attention: bool, dropout: float, seed: int) -> float:
    return round(0.8 + 0.1 * attention - dropout / 7 + random.Random(seed).gauss(0, 0.01), 4)


def a_csv(folder: Path) -> Path:
    lines = ["Name,State,Runtime,attention,dropout,seed,accuracy"]
    lines += [
        f'"run, {each}",finished,12,{str(each[0]).lower()},{each[1]},{each[2]},{accuracy(*each)}'
        for each in RUNS
    ]
    (folder / "runs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return folder / "runs.csv"


def json_lines(folder: Path) -> Path:
    lines = [
        json.dumps(
            {
                "run": f"r{number}", "seed": each[2],
                "config": {"attention": each[0], "dropout": each[1]},
                "metrics": {"accuracy": accuracy(*each), "loss": float("inf")},
            }
        )
        for number, each in enumerate(RUNS)
    ]  # fmt: skip
    (folder / "runs.jsonl").write_text("\n".join(lines))
    return folder / "runs.jsonl"


def mlflow(folder: Path) -> Path:
    """As MLflow's file store lays it out; parameters are text, metrics have lines."""
    experiment = folder / "mlruns" / "123"
    for number, each in enumerate(RUNS):
        run = experiment / f"{97 * number % 31:032x}"
        for kind in ("params", "metrics", "tags"):
            (run / kind).mkdir(parents=True)
        (run / "meta.yaml").write_text(
            f"run_id: {run.name}\nrun_name: r{number}\nstatus: 3\nlifecycle_stage: active\n"
            f"start_time: {1000 * number}\nend_time: {1000 * number + 2500}\n"
        )
        for name, value in zip(("attention", "dropout", "seed"), each, strict=True):
            (run / "params" / name).write_text(str(value))
        steps = [f"{5 - step} {accuracy(*each) - 0.1 * (2 - step)} {step}" for step in (0, 2, 1)]
        (run / "metrics" / "accuracy").write_text("\n".join(steps) + "\n")
        (run / "tags" / "mlflow.user").write_text("somebody")
    (experiment / "meta.yaml").write_text("experiment_id: 123\nlifecycle_stage: active\n")
    return folder / "mlruns"


def wandb(folder: Path) -> Path:
    for number, each in enumerate(RUNS):
        files = folder / "wandb" / f"run-20260101_00000{number}-x" / "files"
        files.mkdir(parents=True)
        (files / "config.yaml").write_text(
            f"wandb_version: 1\n_wandb:\n  value: {{}}\nattention:\n  value: {each[0]}\n"
            f"dropout:\n  value: {each[1]}\nseed:\n  value: {each[2]}\n"
        )
        (files / "wandb-summary.json").write_text(
            json.dumps({"accuracy": accuracy(*each), "_step": 3, "_wandb": {"runtime": 12}})
        )
    return folder / "wandb"


def hydra(folder: Path) -> Path:
    for number, each in enumerate(RUNS):
        job = folder / "multirun" / "2026-01-01" / "00-00-00" / str(number)
        (job / ".hydra").mkdir(parents=True)
        (job / ".hydra" / "config.yaml").write_text(
            f"attention: {str(each[0]).lower()}\ndropout: {each[1]}\nseed: {each[2]}\n"
        )
        (job / "metrics.json").write_text(json.dumps({"accuracy": accuracy(*each)}))
    return folder / "multirun"


def delimited(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2, len(body)]) + body


def record(event: bytes) -> bytes:
    length = struct.pack("<Q", len(event))
    return length + struct.pack("<I", masked_crc(length)) + event + struct.pack("<I", 0)


def masked_crc(data: bytes) -> int:
    """CRC-32C by long division of polynomials, bit by bit, and TensorFlow's mask."""
    message = int.from_bytes(bytes(int(f"{each:08b}"[::-1], 2) for each in data), "big") << 32
    message ^= 0xFFFFFFFF << 8 * len(data)
    for bit in range(8 * len(data) + 31, 31, -1):
        if message >> bit & 1:
            message ^= 0x11EDC6F41 << bit - 32
    crc = int(f"{message:032b}"[::-1], 2) ^ 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def scalar(tag: str, value: float, step: int, time: float) -> bytes:
    """An event of TensorBoard, written by hand from the description of the format."""
    summary = delimited(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
    return record(
        b"\x09" + struct.pack("<d", time) + b"\x10" + bytes([step])
        + delimited(5, delimited(1, summary))
    )  # fmt: skip


def tensorboard(folder: Path) -> Path:
    for each in RUNS:
        run = folder / "tb" / f"attention={each[0]},dropout={each[1]}" / f"seed={each[2]}"
        run.mkdir(parents=True)
        events = [record(b"\x09" + struct.pack("<d", 1.0) + delimited(3, b"brain.Event:2"))]
        events += [
            scalar("accuracy", accuracy(*each) - 0.1 * (2 - step), step, 2.0 + step)
            for step in (0, 2, 1)
        ]
        (run / "events.out.tfevents.1.host").write_bytes(b"".join(events))
    return folder / "tb"


LOGS = [a_csv, json_lines, mlflow, wandb, hydra, tensorboard]


@pytest.mark.parametrize("write", LOGS)
def test_every_log_gives_the_same_trials(tmp_path: Path, write) -> None:
    log = read_log(write(tmp_path))
    assert len(log) == 6
    adopted = adopt(STUDY, log, tmp_path / "runs.db")
    assert (len(adopted.trials), adopted.left_out, adopted.known) == (6, (), 0)
    trials = load(tmp_path / "runs.db")
    assert not trials.missing
    conditions = {(True, 0.1): "baseline", (False, 0.1): "without attention"}
    for each in RUNS:
        condition = conditions.get(each[:2], "without dropout")
        (trial,) = [t for t in trials if (t.condition, t.seed) == (condition, each[2])]
        assert trial.metrics["accuracy"] == pytest.approx(accuracy(*each), abs=1e-6)
        assert "seed" not in trial.metrics
        assert trial.done
    assert verify(tmp_path / "runs.db").sound


@pytest.mark.parametrize("write", LOGS)
def test_importing_again_adds_nothing(tmp_path: Path, write) -> None:
    log = read_log(write(tmp_path))
    adopt(STUDY, log, tmp_path / "runs.db")
    again = adopt(STUDY, log, tmp_path / "runs.db")
    assert (len(again.trials), again.known) == (0, 6)
    assert len(load(tmp_path / "runs.db").attempts) == 6


@pytest.mark.parametrize("write", [a_csv, json_lines, hydra])
def test_a_log_is_known_by_every_path_and_where_it_was_moved_or_copied(
    tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = write(tmp_path), tmp_path / "runs.db"
    monkeypatch.chdir(path.parent)
    adopt(STUDY, read_log(path.name), store)
    (tmp_path / "link").symlink_to(path.parent)
    copy = shutil.copytree if path.is_dir() else shutil.copy
    for other in (f"./{path.name}", path, tmp_path / "link" / path.name,
                  copy(path, tmp_path / f"copy{path.suffix}")):  # fmt: skip
        again = adopt(STUDY, read_log(other), store)
        assert (len(again.trials), again.known, again.changed) == (0, 6, 0)
        assert again.known_from == (f"{read_log(path).kind} {path.resolve()}",)


def test_a_log_that_went_on_gives_its_new_runs_and_what_changed_as_another_attempt(
    tmp_path: Path,
) -> None:
    path, store = tmp_path / "runs.csv", tmp_path / "runs.db"
    head = "run,attention,dropout,seed,accuracy,state\n"
    path.write_text(f"{head}a,True,0.1,0,0.9,finished\nb,True,0.1,1,,running\n")
    assert adopt(STUDY, read_log(path), store).changed == 0
    path.write_text(
        f"{head}new,False,0.1,0,0.7,finished\n"
        "a,True,0.1,0,0.9,finished\nb,True,0.1,1,0.8,finished\n"
    )
    again = adopt(STUDY, read_log(path), store)
    assert (len(again.trials), again.known, again.changed) == (2, 1, 1)
    by_unit = {(each.condition, each.seed): each for each in load(store)}
    assert by_unit["baseline", 1].metrics == {"accuracy": 0.8}
    assert by_unit["baseline", 1].attempt == 2
    assert adopt(STUDY, read_log(path), store).known == 3


def test_the_last_run_of_a_log_counts_also_where_the_store_had_it_before_another(
    tmp_path: Path,
) -> None:
    """A log that was corrected and then put back, and one that grew at its head."""
    path, store = tmp_path / "runs.jsonl", tmp_path / "runs.db"
    facts = '{"attention": true, "dropout": 0.1, "seed": 0, "accuracy": '
    for counts, known, changed in (
        ([0.5], 0, 0), ([0.6], 0, 1), ([0.5], 0, 1), ([0.9, 0.5], 0, 2), ([0.5, 0.9], 1, 1),
    ):  # fmt: skip
        path.write_text("".join(f"{facts}{each}}}\n" for each in counts))
        adopted = adopt(STUDY, read_log(path), store)
        assert (adopted.known, adopted.changed) == (known, changed)
        again = adopt(STUDY, read_log(path), store)
        assert (again.known, len(again.trials)) == (len(counts), 0)
        (shown,) = load(store)
        assert shown.metrics == {"accuracy": counts[-1]}


def test_runs_that_an_earlier_version_imported_by_a_relative_path_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ablation.runner.adopting.source", lambda log, run: f"{log.kind} {log.path.name}: {run}"
    )
    path = a_csv(tmp_path)
    adopt(STUDY, read_log(path), tmp_path / "runs.db")
    monkeypatch.undo()
    assert adopt(STUDY, read_log(path), tmp_path / "runs.db").known == 6


def test_what_fits_nowhere_is_left_out_and_said_why(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text(
        "run,attention,dropout,seed,accuracy,state\n"
        "good,True,0.1,0,0.9,finished\n"
        "other setting,False,0.3,0,0.9,finished\n"
        "other seed,True,0.1,7,0.9,finished\n"
        "no seed,True,0.1,,0.9,finished\n"
        "no dropout,True,,0,0.9,finished\n"
        "crashed,False,0.1,0,0.5,crashed\n"
        "no number,True,0.1,1,nan,finished\n"
    )
    adopted = adopt(STUDY, read_log(path), tmp_path / "runs.db")
    assert {each.run: each.reason for each in adopted.left_out} == {
        "other setting": "no condition of the study has attention=False and dropout=0.3",
        "other seed": "seed 7 is none of the study's",
        "no seed": "it has no seed: seed is None",
        "no dropout": "its configuration lacks dropout",
    }
    assert [(each.condition, each.error) for each in adopted.trials] == [
        ("baseline", None),
        ("without attention", "the run ended as 'crashed'"),
        ("baseline", "the run has no number for accuracy"),
    ]


def test_a_json_line_without_a_number_is_a_failed_trial_as_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    started = '{"attention": true, "dropout": 0.1, "seed": 0, "accuracy": '
    path.write_text(f"{started}NaN}}\n{started}1e999}}\n{started}-Infinity}}\n{started}0.5}}\n")
    adopted = adopt(STUDY, read_log(path), tmp_path / "runs.db")
    assert [each.status for each in adopted.trials] == ["failed"] * 3 + ["done"]
    path.write_text(f"{started}1{'0' * 400}}}\n{started}7{'0' * 20}}}\n")
    too_large, large = read_log(path)
    assert "accuracy" not in too_large.metrics
    assert large.metrics["accuracy"] == 7e20
    path.write_text(f'{started}0.5, "accuracy": 0.9}}\n')
    with pytest.raises(LogError, match=r"runs.jsonl:1: .*'accuracy' comes twice"):
        read_log(path)


def test_a_seed_may_be_a_whole_number_that_was_written_as_a_float(tmp_path: Path) -> None:
    log = pd.DataFrame(RUNS, columns=["attention", "dropout", "seed"])
    log = pd.concat([log.assign(accuracy=0.9), pd.DataFrame([{"attention": True, "dropout": 0.1}])])
    log.to_csv(tmp_path / "runs.csv", index=False)  # the gap makes seeds 0.0 and 1.0
    log.to_json(tmp_path / "runs.jsonl", orient="records", lines=True)
    assert ",1.0," in (tmp_path / "runs.csv").read_text()
    for name in ("runs.csv", "runs.jsonl"):
        adopted = adopt(STUDY, read_log(tmp_path / name), tmp_path / f"{name}.db")
        assert [each.seed for each in adopted.trials] == [each[2] for each in RUNS]
        assert [each.reason for each in adopted.left_out] == ["it has no seed: seed is None"]
    (tmp_path / "half.csv").write_text("attention,dropout,seed,accuracy\nTrue,0.1,0.5,0.9\n")
    (half,) = adopt(STUDY, read_log(tmp_path / "half.csv"), tmp_path / "half.db").left_out
    assert half.reason == "it has no seed: seed is 0.5"


def test_repeated_runs_are_attempts_of_which_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("attention,dropout,seed,accuracy\nTrue,0.1,0,0.9\nTrue,0.1,0,0.7\n")
    adopt(STUDY, read_log(path), tmp_path / "runs.db")
    (trial,) = load(tmp_path / "runs.db")
    assert (trial.attempt, trial.metrics["accuracy"]) == (2, 0.7)


def test_a_log_without_seeds_is_refused_with_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("attention,dropout,sed,accuracy\nTrue,0.1,0,0.9\n")
    with pytest.raises(StudyError, match=r"'seed'.*Did you mean sed\?"):
        adopt(STUDY, read_log(path), tmp_path / "runs.db")


BAD = {
    "runs.csv": {
        "a,b\n1\n": "runs.csv:2: there are 1 cells under 2 column names",
        "a,a\n1,2\n": "runs.csv:1: two columns are called 'a'",
        'a,b\n"1,2\n': "runs.csv:2: is no CSV: unexpected end of data",
        f"a,b\n1,{'x' * 200_000}\n": "is no CSV: field larger than field limit",
        "a,b\n": "holds no run of csv",
        "": "holds no run of csv",
    },
    "runs.jsonl": {
        '{"a": 1}\n{': "runs.jsonl:2: is no JSON",
        "[1]": "runs.jsonl:1: holds list, not an object",
        "[" * 100_000: "runs.jsonl:1: is no JSON",
    },
    "runs.txt": {"a": "may be CSV or JSON lines"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_log_that_cannot_be_read_is_one_line_that_says_where(tmp_path: Path, name: str) -> None:
    for text, says in BAD[name].items():
        (tmp_path / name).write_text(text)
        with pytest.raises(LogError) as refusal:
            read_log(tmp_path / name)
        assert says in str(refusal.value)


def test_a_folder_of_nothing_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="holds no runs of MLflow, W&B, Hydra or TensorBoard"):
        read_log(tmp_path)
    with pytest.raises(LogError, match=r"Did you mean mlflow\?"):
        read_log(tmp_path, "mlfow")
    (tmp_path / "run-1.wandb").touch()
    with pytest.raises(LogError, match="sync them, then export CSV"):
        read_log(tmp_path)


def test_an_event_file_that_was_cut_short_is_a_run_that_did_not_finish(tmp_path: Path) -> None:
    folder = tensorboard(tmp_path)
    file = next(folder.rglob("*tfevents*"))
    whole = file.read_bytes()
    for cut in range(1, 30):
        file.write_bytes(whole[:-cut])
        assert sum(not run.finished for run in read_log(folder)) == 1


@pytest.mark.parametrize(
    "garbage", [b"garbage\n" * 40, b"?", random.Random(0).randbytes(500), bytes(64)]
)
def test_what_is_no_event_file_is_named(tmp_path: Path, garbage: bytes) -> None:
    folder = tensorboard(tmp_path)
    file = next(folder.rglob("*tfevents*"))
    file.write_bytes(garbage)
    with pytest.raises(LogError, match="no event file of TensorBoard: it does not begin") as said:
        read_log(folder)
    assert said.value.path == file


def test_an_event_file_whose_end_is_damaged_is_a_run_that_did_not_finish(tmp_path: Path) -> None:
    folder = tensorboard(tmp_path)
    file = next(folder.rglob("*tfevents*"))
    file.write_bytes(file.read_bytes() + bytes(64))  # as a crash leaves a file that was grown
    assert sum(not run.finished for run in read_log(folder)) == 1


def test_a_record_of_no_event_is_named_with_its_place(tmp_path: Path) -> None:
    folder = tensorboard(tmp_path)
    file = next(folder.rglob("*tfevents*"))
    whole = file.read_bytes()
    file.write_bytes(whole + record(b"\xff\xff"))
    with pytest.raises(LogError, match=f"{file.name}: .* at byte {len(whole)} lies a record"):
        read_log(folder)


def test_the_checksum_of_a_record_is_that_of_the_standard() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeros, and 32 of ones.
    for data, crc in ((bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)):
        assert masked_crc(data) == ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def test_damaged_event_files_meet_only_our_errors(tmp_path: Path) -> None:
    folder = tensorboard(tmp_path)
    file = next(folder.rglob("*tfevents*"))
    whole = file.read_bytes()
    rng = random.Random(0)
    for _ in range(1000):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        file.write_bytes(damaged)
        try:
            read_log(folder)
        except LogError:
            continue


def test_yaml_that_would_make_objects_is_refused(tmp_path: Path) -> None:
    job = tmp_path / "multirun" / "0"
    (job / ".hydra").mkdir(parents=True)
    (job / ".hydra" / "config.yaml").write_text("a: !!python/object/apply:os.system ['touch made']")
    with pytest.raises(LogError, match="is no YAML"):
        read_log(tmp_path / "multirun")
    assert not Path("made").exists()


def test_the_log_is_a_table(tmp_path: Path) -> None:
    table = read_log(mlflow(tmp_path)).frame()
    assert table.columns.tolist() == [
        "run", "status", "seconds", "attention", "dropout", "seed", "accuracy",
    ]  # fmt: skip
    assert table["run"].tolist() == [f"r{number}" for number in range(6)]
    assert set(table["seconds"]) == {2.5}
