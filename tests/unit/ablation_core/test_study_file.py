"""A study file says the same as Python does; what it cannot mean is refused with its line."""

from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study
from ablation.errors import StudyError, StudyFileError

TOY = """\
name = "toy"
system = "toy_system:train"
seeds = 5
design = "leave-one-out"
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


def read(folder: Path, text: str) -> Study:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return Study.from_toml(path)


def test_a_file_says_the_same_as_python(tmp_path: Path) -> None:
    study = read(tmp_path, TOY)
    assert study == Study(
        "toy",
        "toy_system:train",
        [
            Component("attention", switch="attention", off=False),
            Component("dropout", switch="dropout", off=0.0),
        ],
        LeaveOneOut(),
        [Metric("accuracy", higher_is_better=True, equivalence=0.01)],
        seeds=5,
        config={"attention": True, "dropout": 0.1},
    )
    assert study.folder == tmp_path


def test_seeds_can_be_listed(tmp_path: Path) -> None:
    assert read(tmp_path, TOY.replace("seeds = 5", "seeds = [3, 7]")).seeds == (3, 7)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("seeds = 5", "sedes = 5", 3, "Did you mean seeds"),
        ("[config]", "[confg]", 5, "Did you mean config"),
        ("off = false", "of = false", 9, "Did you mean off"),
        ("higher_is_better", "higher_is_beter", 12, "Did you mean higher_is_better"),
        ("higher_is_better = true", 'higher_is_better = "yes"', 12, "must be true or false"),
        ("equivalence = 0.01", "equivalence = true", 13, "must be a number"),
        ('name = "toy"', "name = 3", 1, "must be text"),
        ("seeds = 5", "seeds = 0", 3, "1 or more"),
        ("seeds = 5", "seeds = false", 3, "must be a whole number or a list"),
        ("dropout = { switch", 'dropout = "dropout" #', 10, "not a table"),
        ("seeds = 5", "seeds = = 5", 3, "is not TOML"),
        ("seeds = 5", "seeds = [\n1,\n2\n]\nextra = 1", 7, "no key 'extra'"),
    ],
)
def test_a_mistake_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    with pytest.raises(StudyFileError, match=says) as refusal:
        read(tmp_path, TOY.replace(old, new))
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"{tmp_path / 'study.toml'}:{line}: ")


@pytest.mark.parametrize(
    ("old", "new", "form"),
    [
        ("[components]\n", "[[components]]\n", "[components], and under it a line for each"),
        ("attention = { switch = \"attention\", off = false }", 'attention = "attention"',
         'attention = { switch = "attention", off = false }'),
        ("[metrics.accuracy]", "[[metrics.accuracy]]", "Write [metrics.accuracy]"),
        ("[metrics.accuracy]", "[[metrics]]", "Write [metrics.accuracy]"),
        ("[config]", "[[config]]", "Write [config]"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_answered_with_the_right_one(
    tmp_path: Path, old: str, new: str, form: str
) -> None:
    with pytest.raises(StudyFileError) as refusal:
        read(tmp_path, TOY.replace(old, new))
    assert form in str(refusal.value)
    assert refusal.value.line == TOY[: TOY.index(old)].count("\n") + 1


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="needs seeds, components and metrics"):
        read(tmp_path, 'name = "toy"\nsystem = "a:b"')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('switch = "dropout"', 'switch = "droput"'),
        ('switch = "dropout", off = 0.0', 'switch = "attention", off = false'),
        ("leave-one-out", "leave-two-out"),
        ("dropout = 0.1", "dropout = nan"),
        ("dropout = 0.1", "dropout = 2026-01-01"),
        ('name = "toy"', 'name = ""'),
    ],
)
def test_what_python_refuses_a_file_is_refused_too(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises((StudyError, ValueError)):
        read(tmp_path, TOY.replace(old, new, 1))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="cannot be read"):
        Study.from_toml(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(StudyFileError, match="cannot be read"):
        Study.from_toml(tmp_path / "latin.toml")


def test_more_seeds_than_can_be_planned_are_refused_with_their_line(tmp_path: Path) -> None:
    many = TOY.replace("seeds = 5", "seeds = 100000000000")
    with pytest.raises(StudyFileError, match=r":\d+: seeds is 100,000,000,000; up to 1,000,000"):
        read(tmp_path, many)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, f"\ufeff{TOY}") == read(tmp_path, TOY)


def test_crossed_seeds_beyond_what_can_be_planned_and_bottomless_tables_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(StudyFileError, match=r"study.toml:\d+: seeds is 1,000,000,000,000; up to"):
        read(tmp_path, TOY.replace("seeds = 5", "seeds = { init = 1000000, data = 1000000 }"))
    with pytest.raises(StudyFileError, match="nested too deep"):
        read(tmp_path, f"{TOY}[config.deep]\nx = {'[' * 5000}{']' * 5000}\n")
