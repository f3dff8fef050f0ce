"""The command `ablation` from a study file to a table, with exit codes that a script can read."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from ablation import load
from ablation.cli import main

STUDY = """\
name = "toy"
system = "{module}:train"     # module:function, found beside the file
seeds = 5
design = "leave-one-out"
question = "Does attention matter?"
[config]
attention = true
dropout = 0.1
[components]
attention = { switch = "attention", off = false }
dropout = { switch = "dropout", off = 0.0 }
[metrics.accuracy]
higher_is_better = true
equivalence = 0.01
"""
SYSTEM = """\
import random
def train(config, seeds):
    if not config["dropout"] and seeds.seed == 2:
        raise ValueError("=exploded")
    noise = random.Random(seeds["init"]).gauss(0, 0.01) * (2 if config["attention"] else 1)
    return {"accuracy": 0.8 + 0.1 * config["attention"] + noise}
"""
CONDITIONS = ["baseline", "without attention", "without dropout"]


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def record(self) -> dict:
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture
def ablation(monkeypatch, capsys, tmp_path_factory) -> Command:
    """Call the command in this process, in a folder that holds a study and its system."""
    folder = tmp_path_factory.mktemp("study")
    module = f"toy_{folder.name}"
    (folder / "study.toml").write_text(STUDY.replace("{module}", module))
    (folder / f"{module}.py").write_text(SYSTEM)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["ablation", *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        return Answer(ending.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def after_run(ablation: Command) -> Command:
    assert ablation("run", "study.toml", "--workers", "1").code == 0
    return ablation


def test_help_names_every_command(ablation: Command) -> None:
    said = ablation("--help")
    assert said.code == 0
    for command in (
        "check",
        "plan",
        "run",
        "status",
        "verify",
        "effects",
        "report",
        "export",
        "demo",
    ):
        assert f"\n  {command}" in said.out
        assert ablation(command, "--help").code == 0


def test_a_check_says_whether_the_system_can_be_relied_on(ablation: Command) -> None:
    said = ablation("check", "study.toml")
    assert said.code == 0
    assert "passed   repeats: accuracy 0." in said.out
    record = ablation("check", "study.toml", "--json").record
    assert record["sound"] is True
    assert {each["standing"] for each in record["checks"]} == {"passed", "warning"}
    (module,) = Path().glob("toy_*.py")
    module.write_text(
        "import random\ndef train(config, seeds): return {'accuracy': random.random()}"
    )
    sys.modules.pop(module.stem)
    said = ablation("check", "study.toml")
    assert said.code == 1
    assert "FAILED   repeats" in said.out


@pytest.mark.parametrize("command", ["plan", "run"])
def test_the_study_that_help_shows_can_be_run(ablation: Command, command: str) -> None:
    said = ablation(command, "--help").out
    form = said[said.index('  name = "') : said.index("More in ")]
    Path("shown.toml").write_text(form)
    Path("runner.py").write_text("def train(config, seeds): return {'accuracy': 1.0}")
    assert ablation("plan", "shown.toml").code == 0
    assert ablation("run", "shown.toml", "--workers", "1").code == 0
    assert max(map(len, said.splitlines())) <= 80


def test_help_says_what_an_exit_code_of_zero_covers(ablation: Command) -> None:
    said = " ".join(ablation("run", "--help").out.split())
    assert "Exit code 0 also when trials failed" in said
    assert "1 when none is done" in said


def test_a_plan_is_shown_and_nothing_runs(ablation: Command) -> None:
    said = ablation("plan", "study.toml")
    assert said.code == 0
    assert "toy: 15 trials = 3 conditions x 5 seeds, leave-one-out" in said.out
    assert "Does attention matter?" in said.out
    assert all(name in said.out for name in CONDITIONS)
    record = ablation("plan", "study.toml", "--json").record
    assert (record["schema"], len(record["trials"]), record["not_run"]) == (1, 15, [])
    assert not Path("runs.db").exists()


def test_a_run_is_counted_and_its_failures_are_told(ablation: Command) -> None:
    said = ablation("run", "study.toml", "--store", "runs.db", "--workers", "2")
    assert said.code == 0
    assert "toy: 14 of 15 trials done, 1 failed; see runs.db" in said.out
    assert "Failed: without dropout, seed 2: ValueError: =exploded" in said.out
    assert "toy: 14 of 15 done, 1 failed, 0 running" in said.err
    record = ablation("run", "study.toml", "--json").record
    assert record == {
        "schema": 1,
        "study": "toy",
        "store": "runs.db",
        "planned": 15,
        "done": 14,
        "failed": 1,
        "missing": 0,
        "failures": [{"condition": "without dropout", "seed": 2, "error": "ValueError: =exploded"}],
        "not_run": [],
    }


def test_a_component_that_training_cannot_ablate_is_told_as_not_run(ablation: Command) -> None:
    text = Path("study.toml").read_text()
    heads = 'heads = { module = "blocks.*.attn", by = "mean" }\n[metrics.accuracy]'
    Path("study.toml").write_text(text.replace("[metrics.accuracy]", heads))
    told = "Not run: without heads, because heads has no switch"
    assert told in ablation("plan", "study.toml").out
    assert told in ablation("run", "study.toml", "--workers", "1").out


def test_a_report_is_written(after_run: Command) -> None:
    said = after_run("report", "runs.db", "--out", "page")
    assert (said.code, said.out) == (0, "Wrote page/report.html\n")
    assert "Does attention matter?" in Path("page/report.html").read_text()


def test_what_a_system_prints_in_this_process_is_not_in_the_json(ablation: Command) -> None:
    (system,) = Path().glob("toy_*.py")
    system.write_text(f"print('imported')\n{SYSTEM}")
    assert ablation("run", "study.toml", "--workers", "0", "--json").record["done"] == 14


def test_a_study_of_which_nothing_is_done_is_answered_no(ablation: Command) -> None:
    (system,) = Path().glob("toy_*.py")
    system.write_text("def train(config, seeds): raise ValueError('never')")
    assert ablation("run", "study.toml", "--workers", "1").code == 1


def test_status_counts_by_condition(after_run: Command) -> None:
    said = after_run("status", "runs.db")
    assert "toy: 14 of 15 trials done, 1 failed, 0 missing" in said.out
    (study,) = after_run("status", "runs.db", "--json").record["studies"]
    assert [each["condition"] for each in study["conditions"]] == CONDITIONS
    assert [each["failed"] for each in study["conditions"]] == [0, 0, 1]
    assert study["failures"][0]["attempt"] == 1


def test_failures_are_run_again_when_asked(after_run: Command) -> None:
    (system,) = Path().glob("toy_*.py")
    system.write_text(SYSTEM.replace("raise ValueError", "print"))
    assert "1 failed" in after_run("run", "study.toml", "--workers", "1").out
    assert "0 failed" in after_run("run", "study.toml", "--workers", "1", "--retry-failed").out
    rows = exported(after_run("export", "runs.db", "--csv", "-").out)
    assert [row["attempt"] for row in rows].count("2") == 1
    every = exported(after_run("export", "runs.db", "--csv", "-", "--attempts").out)
    assert len(every) == 16


def test_effects_are_shown_with_intervals(after_run: Command) -> None:
    said = after_run("effects", "runs.db")
    assert said.code == 0
    assert said.out.splitlines()[0].split()[:2] == ["component", "metric"]
    record = after_run("effects", "runs.db", "--json", "--metric", "accuracy").record
    attention, dropout = record["effects"]
    assert (attention["component"], attention["n"]) == ("attention", 5)
    assert attention["lower"] < attention["effect"] < attention["upper"]
    assert (dropout["n"], dropout["failed"]) == (4, 1)


def exported(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_an_export_has_a_row_a_trial(after_run: Command) -> None:
    said = after_run("export", "runs.db", "--csv", "out.csv", "--json")
    assert said.record == {"schema": 1, "csv": "out.csv", "rows": 15}
    rows = exported(Path("out.csv").read_text())
    assert {row["condition"] for row in rows} == set(CONDITIONS)
    assert sorted({row["seed"] for row in rows}) == list("01234")
    failed = [row for row in rows if row["status"] == "failed"]
    assert [(row["accuracy"], row["error"]) for row in failed] == [("", "ValueError: =exploded")]
    assert all(0.5 < float(row["accuracy"]) < 1.2 for row in rows if row["status"] == "done")


def test_an_export_as_json_lines_holds_everything(after_run: Command) -> None:
    said = after_run("export", "runs.db", "--jsonl", "out.jsonl", "--csv", "out.csv")
    assert said.err == ""
    assert said.out == "Wrote 15 trials to out.csv and out.jsonl\n"
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [row["condition"] for row in rows[:3]] == [
        row["condition"] for row in exported(Path("out.csv").read_text())[:3]
    ]
    assert {len(row["key"]) for row in rows} == {64}
    assert all(set(row["config"]) == {"attention", "dropout"} for row in rows)
    assert all(row["environment"]["order"] in range(15) for row in rows)


def test_an_export_as_parquet_keeps_the_types(after_run: Command) -> None:
    pytest.importorskip("pyarrow")
    assert after_run("export", "runs.db", "--parquet", "out.parquet").code == 0
    table = pd.read_parquet("out.parquet")
    expected = load("runs.db").frame()
    for name in ("condition", "seed", "status", "attempt", "accuracy", "wall_s"):
        pd.testing.assert_series_equal(table[name], expected[name], check_dtype=False)
    assert table["seed"].dtype == "int64"
    assert table["accuracy"].isna().sum() == 1
    assert set(json.loads(table["config"][0])) == {"attention", "dropout"}


def test_an_export_that_fails_leaves_the_old_file(
    after_run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.parquet").write_text("old")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = after_run("export", "runs.db", "--parquet", "out.parquet")
    assert said.code == 2
    assert "pip install 'causal-ablation[parquet]'" in said.err
    assert Path("out.parquet").read_text() == "old"
    assert not list(Path().glob(".out.parquet*"))


def test_limits_and_retries_are_options(after_run: Command) -> None:
    (system,) = Path().glob("toy_*.py")
    system.write_text(SYSTEM.replace("raise ValueError", "import time; time.sleep(60); print"))
    Path("study.toml").write_text(Path("study.toml").read_text().replace('"toy"', '"toy2"', 1))
    said = after_run(
        "run", "study.toml", "--workers", "2", "--time-limit", "2", "--retries", "1", "--json"
    ).record
    assert said["failed"] == 1
    assert said["failures"][0]["error"] == "the trial took longer than its limit of 2 s"
    every = after_run("export", "runs.db", "--csv", "-", "--attempts", "--study", "toy2").out
    assert [row["attempt"] for row in exported(every)].count("2") == 1


def test_an_export_holds_no_formula(ablation: Command) -> None:
    text = Path("study.toml").read_text()
    text = text.replace('name = "toy"', 'name = "=1+1"').replace(
        "accuracy]", 'accuracy]\n[metrics."@m"]'
    )
    Path("study.toml").write_text(text)
    (system,) = Path().glob("toy_*.py")
    system.write_text("def train(config, seeds): return {'accuracy': -1, '@m': 1}")
    ablation("run", "study.toml", "--workers", "1")
    header, first, *_ = csv.reader(StringIO(ablation("export", "runs.db", "--csv", "-").out))
    assert header[-1] == "'@m"
    assert first[0] == "'=1+1"
    assert first[-2] == "-1.0"


def test_a_log_is_imported_and_what_is_missing_is_run(ablation: Command) -> None:
    Path("log.csv").write_text(
        "run,attention,dropout,seed,accuracy\n"
        "a,True,0.1,0,0.5\nb,False,0.1,0,0.25\nc,True,0.2,0,0.9\n"
    )
    said = ablation("import", "log.csv", "study.toml")
    assert said.code == 0
    assert said.out.splitlines() == [
        "Imported 2 trials into runs.db, 0 of them failed; 0 known already, 1 left out",
        "Left out: c, because no condition of the study has dropout=0.2.",
    ]
    assert ablation("import", "log.csv", "study.toml", "--json").record["known"] == 2
    assert "14 of 15 trials done" in ablation("run", "study.toml", "--workers", "1").out
    rows = exported(ablation("export", "runs.db", "--csv", "-").out)
    assert {"0.5", "0.25"} <= {row["accuracy"] for row in rows}
    assert ablation("import", "none.csv", "study.toml").code == 2


def test_verify_answers_no_when_a_row_was_changed(after_run: Command) -> None:
    said = after_run("verify", "runs.db")
    assert (said.code, said.out) == (0, "runs.db is sound: 1 study, 15 trials.\n")
    whole = Path("runs.db").read_bytes()
    assert whole.count(b"=exploded") >= 1
    Path("runs.db").write_bytes(whole.replace(b"=exploded", b"=Exploded"))
    said = after_run("verify", "runs.db", "--json")
    assert said.code == 1
    assert not said.record["sound"]
    assert "is not what was written" in said.record["problems"][0]
    refused = after_run("effects", "runs.db")
    assert refused.code == 2
    assert "is damaged: row" in refused.err


MISUSES = {
    "a command that is not there": (["rnu"], "Did you mean 'run'?"),
    "a study file that is not there": (["plan", "none.toml"], "none.toml: cannot be read"),
    "a store that is not there": (["effects", "none.db"], "none.db: does not exist."),
    "a file that is no store": (["status", "study.toml"], "study.toml: is not a store"),
    "no file to export to": (["export", "study.toml"], "--csv, --jsonl or --parquet"),
    "a limit that is none": (["run", "study.toml", "--time-limit", "0"], "a number above 0"),
    "a limit without a process to end": (
        ["run", "study.toml", "--workers", "0", "--time-limit", "9"],
        "pass workers=1",
    ),
    "too few workers": (["run", "study.toml", "--workers", "-1"], "--workers"),
    "running into a foreign file": (["run", "study.toml", "--store", "study.toml"], "left as it"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_bad_input_is_one_message_and_exit_code_2(ablation: Command, misuse: str) -> None:
    arguments, says = MISUSES[misuse]
    before = Path("study.toml").read_bytes()
    said = ablation(*arguments)
    assert said.code == 2
    assert says in said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert Path("study.toml").read_bytes() == before


EDITS = {
    "a typo in a switch": ('switch = "attention"', 'switch = "atention"', "Did you mean attention"),
    "a typo in a key": ("seeds = 5", "seed = 5", "study.toml:3: a study has no key 'seed'"),
    "two names for one thing": (
        'switch = "dropout", off = 0.0',
        'switch = "attention", off = false',
        "'attention' and 'dropout' are the same component",
    ),
    "a component that is off": ("dropout = 0.1", "dropout = 0.0", "is off already"),
    "a system that is not there": (":train", ":trian", "has no 'trian'. Did you mean train?"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_study_that_cannot_run_is_refused_before_a_store_is_made(
    ablation: Command, edit: str
) -> None:
    old, new, says = EDITS[edit]
    Path("study.toml").write_text(Path("study.toml").read_text().replace(old, new, 1))
    said = ablation("run", "study.toml", "--workers", "1")
    assert said.code == 2
    assert says in said.err
    assert not Path("runs.db").exists()


def test_a_study_that_was_changed_is_refused_by_its_store(after_run: Command) -> None:
    Path("study.toml").write_text(Path("study.toml").read_text().replace("= 0.1", "= 0.2"))
    said = after_run("run", "study.toml", "--workers", "1")
    assert said.code == 2
    assert "holds another study called 'toy': config.dropout differs" in said.err


def test_an_unknown_study_is_refused_with_the_nearest(after_run: Command) -> None:
    said = after_run("effects", "runs.db", "--study", "toi")
    assert said.code == 2
    assert "Did you mean toy?" in said.err


def test_an_export_into_the_store_is_refused(after_run: Command) -> None:
    before = Path("runs.db").read_bytes()
    assert after_run("export", "runs.db", "--csv", "runs.db").code == 2
    assert Path("runs.db").read_bytes() == before


def test_metrics_called_as_columns_and_very_many_of_them_are_exported(ablation: Command) -> None:
    pytest.importorskip("pyarrow")
    (module,) = Path().glob("toy_*.py")
    names = '{"seed": 7.0, "status": 1.0, "config": 2.0, **{f"m{k}": 1.0 for k in range(200)}}'
    module.write_text(f"def train(config, seeds):\n    return {names} | {{'accuracy': 0.5}}\n")
    assert ablation("run", "study.toml", "--workers", "1").code == 0
    said = ablation("export", "runs.db", "--csv", "out.csv", "--parquet", "out.parquet")
    assert (said.code, said.err) == (0, "")
    row = exported(Path("out.csv").read_text())[0]
    assert (row["seed"], row["status"], row["metric seed"]) == ("0", "done", "7.0")
    assert pd.read_parquet("out.parquet")["metric config"].tolist() == [2.0] * 15


def test_an_export_that_nobody_reads_on_is_no_error(after_run: Command) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "ablation", "export", "runs.db", "--csv", "-"]
    ended = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, check=False)
    os.close(writes)
    assert ended.stderr == b""


def test_a_closed_pipe_is_no_error(after_run: Command) -> None:
    shown = subprocess.run(
        f"'{sys.executable}' -m ablation plan study.toml --json | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (shown.stdout, shown.stderr) == ("{\n", "")


def test_a_study_whose_hours_are_spent_stops_and_says_so(ablation: Command, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import time\ndef train(config, seeds):\n    time.sleep(0.05)\n    return {'accuracy': 1}\n"
    )
    file, store = tmp_path / "study.toml", tmp_path / "runs.db"
    file.write_text(STUDY.replace("{module}", "slow") + "[budget]\nhours = 0.00005\n")  # 0.18 s
    answer = ablation("run", str(file), "--store", str(store), "--workers", "1")
    assert answer.code == 1
    done = len(load(store))
    assert 1 <= done <= 4
    assert f"{done} of 15 trials done" in answer.out
    assert f"and the budget is 0.18 s; {15 - done} trials not run." in answer.out
    again = ablation("run", str(file), "--store", str(store), "--json")
    assert (again.code, again.record["missing"], len(load(store))) == (1, 15 - done, done)
    file.write_text(file.read_text().replace("0.00005", "1"))  # more hours are no other study
    assert ablation("run", str(file), "--store", str(store)).code == 0
    assert len(load(store)) == 15
    file.write_text(file.read_text().replace("hours = 1", "trial_seconds = 9"))
    other = ablation("run", str(file), "--store", str(store))
    assert (other.code, "budget differs" in other.err) == (2, True)


@pytest.mark.parametrize(
    ("target", "says"),
    [(".", "--csv . is a folder"), ("nowhere/out.csv", "--csv nowhere/out.csv has no folder")],
)
def test_an_export_to_no_place_is_misuse(after_run: Command, target: str, says: str) -> None:
    said = after_run("export", "runs.db", "--csv", target)
    assert said.code == 2
    assert says in said.err
