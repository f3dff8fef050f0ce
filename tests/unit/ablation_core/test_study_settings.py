"""Everything that a study can state, in Python and in a file, and what no study can mean."""

import hashlib
from pathlib import Path

import pytest

from ablation import (
    Budget,
    Component,
    Contrast,
    FractionalFactorial,
    GroupScreening,
    LeaveOneOut,
    Mean,
    Metric,
    Pairs,
    PlackettBurman,
    RandomMasks,
    ShapleySampling,
    Study,
)
from ablation.design import design, written
from ablation.errors import (
    AlreadyOffError,
    OverBudgetError,
    StudyError,
    StudyFileError,
    UnequalBudgetError,
    UnknownComponentError,
    UnknownConditionError,
    UnknownFeatureError,
)
from ablation.plan import lay_out, plan

CONFIG = {
    "attention": True,
    "schedule": "cosine",
    "epochs": 9,
    "features": ["age", "income"],
    "data": {"columns": ["height", "age"]},
}
FULL = """\
name = "full"
question = "What is needed?"
system = "lab:train"
evaluate = "lab:evaluate"
seeds = { split = 2, init = 3 }
held = ["evaluation"]
correction = "benjamini-hochberg"

[design]
name = "pairs"

[config]
attention = true
schedule = "cosine"
epochs = 9
features = ["age", "income"]
[config.data]
columns = ["height", "age"]

[components]
attention = { switch = "attention", module = "blocks.*.attn", by = "mean" }
age = { feature = "age" }
height = { feature = "height", switch = "data.columns" }
schedule = { procedure = "schedule", off = "constant" }
shorter = { procedure = "epochs", off = 3 }

[metrics.accuracy]
equivalence = 0.01
[metrics.loss]
higher_is_better = false

[contrasts]
both = { on = ["baseline"], off = ["without attention and age"] }
weighed = { on = { baseline = 2 }, off = { "without age" = 1, "without attention" = 1 } }

[budget]
trials = 200
hours = 2.5
trial_seconds = 60
trial_gb = 4
unequal = ["shorter"]
"""


def full() -> Study:
    return Study(
        "full",
        "lab:train",
        [
            Component("attention", switch="attention", module="blocks.*.attn", by=Mean()),
            Component("age", feature="age"),
            Component("height", feature="height", switch="data.columns"),
            Component("schedule", procedure="schedule", off="constant"),
            Component("shorter", procedure="epochs", off=3),
        ],
        Pairs(),
        [Metric("accuracy", equivalence=0.01), Metric("loss", higher_is_better=False)],
        {"split": 2, "init": 3},
        config=CONFIG,
        question="What is needed?",
        evaluate="lab:evaluate",
        contrasts=[
            Contrast("both", ["baseline"], ["without attention and age"]),
            Contrast("weighed", {"baseline": 2}, {"without age": 1, "without attention": 1}),
        ],
        correction="benjamini-hochberg",
        budget=Budget(trials=200, hours=2.5, trial_seconds=60, trial_gb=4, unequal=["shorter"]),
        held=["evaluation"],
    )


def read(folder: Path, text: str) -> Study:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return Study.from_toml(path)


def test_a_file_can_say_everything_that_python_can(tmp_path: Path) -> None:
    study = read(tmp_path, FULL)
    assert study == full()
    assert study.text == full().text
    assert study.seeds == (0, 1, 2, 3, 4, 5)
    assert study.streams.blocks == 6


def test_everything_that_was_stated_reads_back() -> None:
    again = Study.from_definition(full().definition())
    assert again == full()
    assert [each.key for each in plan(again).trials] == [each.key for each in plan(full()).trials]


def test_an_earlier_version_gave_the_same_study_the_same_digests() -> None:
    """Worked out with the code that knew leave-one-out alone; stores hold such digests."""
    study = Study(
        "toy",
        "toy_system:train",
        [
            Component("attention", switch="attention", off=False),
            Component("depth", switch="model.depth", off=1, module="blocks.*", by=Mean()),
            Component("heads", module="blocks.*.attn"),
        ],
        LeaveOneOut(),
        [Metric("accuracy", equivalence=0.01), Metric("loss", higher_is_better=False)],
        seeds=[3, 7],
        config={"attention": True, "model": {"depth": 4}, "rate": 0.1, "names": ["é", "b"]},
        question="Does it matter?",
    )
    assert hashlib.sha256(study.text.encode()).hexdigest() == (
        "2ef09b8b8155f3cae1698326a192f71a06ed3d8af0298b21b15306780e32fe59"
    )
    assert plan(study).digest == "a37c010432c0db854a3cb36d355b4ed3213eb7ba896962e4c7f262c26d8f0349"


@pytest.mark.parametrize(
    "stated",
    [
        LeaveOneOut(),
        FractionalFactorial(5),
        FractionalFactorial(generators=("E=ABC",)),
        PlackettBurman(folded=True),
        ShapleySampling(3, antithetic=False),
        GroupScreening({"first": ["a"], "rest": ["b", "c"]}),
        GroupScreening(size=4),
        RandomMasks(masks=9, share=0.25),
    ],
    ids=str,
)
def test_designs_are_read_as_they_are_written(stated) -> None:
    assert design(written(stated)) == stated


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('switch = "attention"', 'switch = "atention"', "Did you mean attention"),
        ('feature = "age" }', 'feature = "agee" }', "does not list; there is age and income"),
        ('switch = "data.columns"', 'switch = "schedule"', "not a list of features"),
        ('by = "mean"', 'by = "meen"', "no operator is called 'meen'"),
        ('off = "constant"', 'off = "cosine"', "is off already"),
        ('name = "pairs"', 'name = "pair"', "Did you mean pairs"),
        ('name = "pairs"', 'name = "pairs"\nfolds = 3', "has no settings"),
        ('[design]\nname = "pairs"', "[design]", "the design needs a name"),
        ('"without attention and age"', '"without atention and age"', "Did you mean without"),
        ('on = ["baseline"]', "on = [3]", "names of conditions"),
        ("{ baseline = 2 }", "{ baseline = 3 }", "the same sum"),
        ("trials = 200", "trials = 0", "a number above 0"),
        ("trials = 200", "trails = 200", "Did you mean trials"),
        ('["shorter"]', '["shortr"]', "Did you mean shorter"),
        ('"benjamini-hochberg"', '"bonferoni"', "Did you mean bonferroni"),
        ("split = 2", "split = 1", "2 or more"),
        ('["evaluation"]', '["init x"]', "the name of its family"),
        ('["evaluation"]', '["split"]', "and held"),
        ('["age", "income"]', '["age", nan]', "JSON cannot hold"),
        ("equivalence = 0.01", "equivalence = -1", "0 or more"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert FULL.count(old) == 1
    line = FULL[: FULL.index(old)].count("\n") + new.count("\n") + 1
    with pytest.raises(StudyFileError) as refusal:
        read(tmp_path, FULL.replace(old, new, 1))
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.line == line


def toy(components, **stated) -> Study:
    said = {"design": LeaveOneOut(), "seeds": 2, "config": CONFIG, **stated}
    return Study("toy", "t:t", components, said.pop("design"), [Metric("m")], **said)


def test_a_feature_is_taken_out_of_its_list() -> None:
    config = Component("age", feature="age").switched_off(CONFIG)
    assert config["features"] == ["income"]
    nested = Component("age", feature="age", switch="data.columns").switched_off(CONFIG)
    assert nested["data"] == {"columns": ["height"]}
    with pytest.raises(UnknownFeatureError, match="does not list"):
        toy([Component("sex", feature="sex")])


def test_the_kind_of_a_component_is_told() -> None:
    kinds = {
        "switch": Component("a", switch="attention"),
        "feature": Component("a", feature="age"),
        "procedure": Component("a", procedure="schedule", off="constant"),
        "module": Component("a", module="blocks.*"),
    }
    assert {name: each.kind for name, each in kinds.items()} == {name: name for name in kinds}
    with pytest.raises(StudyError, match="a procedure has no place"):
        Component("a", procedure="schedule", module="blocks.*")


def test_an_arm_with_another_budget_has_to_be_declared() -> None:
    shorter = Component("shorter", switch="epochs", off=3)
    with pytest.raises(UnequalBudgetError, match="unequal = "):
        plan(toy([shorter]))
    declared = toy([shorter], budget=Budget(unequal=["shorter"]))
    assert len(plan(declared).trials) == 4
    assert len(lay_out(toy([shorter])).trials) == 4  # what a store holds can be read
    with pytest.raises(UnknownComponentError):
        toy([shorter], budget=Budget(unequal=["other"]))


def test_a_design_larger_than_its_budget_says_by_how_much() -> None:
    study = toy([Component("age", feature="age")], seeds=50, budget=Budget(trials=80))
    with pytest.raises(OverBudgetError, match="20 too many") as refusal:
        plan(study)
    assert refusal.value.excess == 20
    assert len(lay_out(study).trials) == 100


def test_contrasts_of_conditions_that_are_not_run_are_refused() -> None:
    parts = [Component("age", feature="age"), Component("attention", switch="attention")]
    asked = Contrast("both", ["baseline"], ["nothing on"])
    with pytest.raises(UnknownConditionError, match="nothing on"):
        toy(parts, contrasts=[asked])
    assert toy(parts, contrasts=[asked], design=FractionalFactorial(3)).contrasts == (asked,)
    drawn = Contrast("both", ["baseline"], [RandomMasks().conditions(parts)[1].name])
    with pytest.raises(StudyError, match="draws other conditions in every block"):
        toy(parts, contrasts=[drawn], design=RandomMasks())


def test_two_components_that_change_one_thing_are_found_wherever_they_reach() -> None:
    nested = {"model": {"depth": 4, "width": 8}}
    with pytest.raises(StudyError, match="the same component"):
        toy(
            [
                Component("depth", switch="model.depth", off=1),
                Component("model", switch="model", off={"depth": 1.0, "width": 8}),
            ],
            config=nested,
        )
    with pytest.raises(AlreadyOffError):
        toy([Component("model", switch="model", off=nested["model"])], config=nested)


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"design": "pears"}, "Did you mean pairs"),
        ({"design": None}, "or its name"),
        ({"design": Pairs}, "or its name"),
        ({"metrics": "m"}, "a list of Metric"),
        ({"metrics": [3]}, "3 stands where a Metric is asked for"),
        ({"components": Component("a", switch="attention")}, "a list of Component"),
        ({"components": {"a": 1}}, "a list of Component"),
        ({"contrasts": [("a", 1)]}, "stands where a Contrast"),
        ({"budget": {"trials": 3}}, "an instance of Budget"),
        ({"evaluate": 3}, "pass a function"),
        ({"seeds": "5"}, "a list of integers"),
        ({"seeds": {"init": 2.5}}, "2 or more"),
    ],
)
def test_python_of_the_wrong_shape_is_answered_with_the_right_one(stated, says: str) -> None:
    said = {
        "name": "toy", "system": "t:t", "components": [Component("a", switch="attention")],
        "design": "pairs", "metrics": ["m"], "seeds": 2, "config": CONFIG,
    }  # fmt: skip
    assert Study(**said).design == Pairs()
    assert Study(**said).metrics == (Metric("m"),)
    with pytest.raises(StudyError, match=says):
        Study(**{**said, **stated})


def test_a_switch_that_is_no_text_is_refused() -> None:
    with pytest.raises(StudyError, match="is no text"):
        Component("a", switch=3)
