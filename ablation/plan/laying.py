"""A plan: every trial of a study in the order in which it will run, and what will not be run.

Blocks are seeds: one seed's conditions run together, so an interrupted study is balanced. Inside
a block the order is drawn by lot (Fisher 1926, "The arrangement of field experiments"), so that
time and heat are not confounded with condition. The lot is keyed: the same study, the same plan.
"""

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import itemgetter
from typing import NamedTuple

from ablation.canonical import Json, canonical
from ablation.design import BASELINE, Condition, Design, GroupScreening, LeaveOneOut, Pairs
from ablation.errors import OverBudgetError, SettingError, StudyError, UnequalBudgetError
from ablation.plan.altering import Configurations
from ablation.plan.realised import NotRun, Realised, Realiser, distinct
from ablation.study import Study
from ablation.study.budget import is_amount

_ONE_BY_ONE = (LeaveOneOut, Pairs, GroupScreening)  # a run less costs one effect, no other


class PlannedTrial(NamedTuple):
    """One run that the study asks for; `key` is the digest of everything that decides it.

    `order` is its place in the plan. `levels` are the random streams that do not follow the seed
    (`ablation.Seeds`). `patches` are modules, each with the name of the operator that ablates it
    in the trained network; without any, what is off is off in the configuration.
    """

    condition: str
    component: str | None
    seed: int
    config: Mapping[str, Json]
    key: str
    order: int
    levels: Mapping[str, int]
    patches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The trials of a study in running order, and the conditions left out."""

    study: Study
    trials: tuple[PlannedTrial, ...]
    not_run: tuple[NotRun, ...]
    conditions: tuple[Realised, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the trials in order: equal plans, equal digests."""
        # As `canonical` writes a list of lists, of which there may be very many.
        name = cache(canonical)
        rows = (f'[{name(each.condition)},{each.seed},"{each.key}"]' for each in self.trials)
        return sha256(f"[{','.join(rows)}]".encode()).hexdigest()


def plan(study: Study) -> Plan:
    """Lay out a study, and refuse one that is larger than its budget or unequal by mistake.

    One trial for every seed and condition that can be realised; with `baseline` stated, further
    seeds in which the baseline runs alone, between the blocks.

    >>> from ablation import Component, LeaveOneOut, Metric, Study
    >>> study = Study("toy", "toy:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=2, config={"attention": True})
    >>> [(trial.seed, trial.condition) for trial in plan(study).trials]
    [(0, 'without attention'), (0, 'baseline'), (1, 'baseline'), (1, 'without attention')]
    """
    for each in study.components:
        if each.key and is_amount(each.key) and each.name not in study.budget.unequal:
            raise UnequalBudgetError(each.name, each.key)
    laid = lay_out(study)
    if laid.not_run and not isinstance(study.design, _ONE_BY_ONE):
        raise SettingError(
            "design",
            f"the design {study.design.name} needs every run it has, and {laid.not_run[0].reason}. "
            "Do that, leave the component out, or take leave-one-out.",
        )
    allowed = study.budget.trials
    if allowed is not None and len(laid.trials) > allowed:
        raise OverBudgetError("trials", len(laid.trials), allowed)
    return laid


def lay_out(study: Study) -> Plan:
    """Lay out a study whatever it costs: what a store holds was asked, and stays readable."""
    collecting = gc.isenabled()
    gc.disable()  # nothing here is part of a cycle, and looking for some takes a third of the time
    try:
        return _laid_out(study)
    finally:
        if collecting:
            gc.enable()


def _laid_out(study: Study) -> Plan:
    blocks = {seed: study.design.at(seed) for seed in study.seeds}
    configurations = Configurations(study)
    realiser = Realiser(study, configurations)
    found = {design: [*realiser.of(design)] for design in dict.fromkeys(blocks.values())}
    every = [each for block in found.values() for each in block]
    conditions = distinct(each for each in every if isinstance(each, Realised))
    not_run = tuple(dict.fromkeys(each for each in every if isinstance(each, NotRun)))
    if len(conditions) < 2:
        raise StudyError(
            f"the study {study.name!r} has no component with a switch, so training shows nothing: "
            "give one a switch, or name a function evaluate(trained, config, seeds), or ablate "
            "modules of a trained network with ablation.ablated."
        )
    scribe = _Scribe(study, configurations)
    return Plan(study, tuple(_trials(scribe, blocks, found)), not_run, conditions)


def _trials(
    scribe: "_Scribe",
    blocks: Mapping[int, Design],
    found: Mapping[Design, Sequence[Realised | NotRun]],
) -> Iterator[PlannedTrial]:
    """Write the trials block by block, with a share of the extra baselines after each block."""
    study, extra = scribe.study, scribe.study.extra_seeds
    plain = Condition(BASELINE, study.components, 0)
    baseline = [scribe.draft(Realised(BASELINE, plain, study.config, ()))]
    last: Design | None = None
    drafts: list[_Draft] = []
    for number, (seed, design) in enumerate(blocks.items(), start=1):
        if design != last:  # most designs are the same in every block
            drafts = [scribe.draft(each) for each in found[design] if isinstance(each, Realised)]
        last = design
        yield from scribe.block(seed, drafts)
        share = extra[len(extra) * (number - 1) // len(blocks) : len(extra) * number // len(blocks)]
        for each in share:
            yield from scribe.block(each, baseline)


class _Draft(NamedTuple):
    """What the trials of a condition have in common, up to where a trial says its seed."""

    name: bytes
    head: "hashlib._Hash"
    patches: bytes
    what: Realised


class _Scribe:
    """Writes planned trials fast: what many of them have in common is written and digested once."""

    def __init__(self, study: Study, configurations: Configurations) -> None:
        self.study = study
        self._configurations = configurations
        name = canonical(study.name)
        evaluate = f',"evaluate":{canonical(study.evaluate)}' if study.evaluate else ""
        self._evaluate = f"{evaluate},".encode()
        self._lots = f'["order",{name},'
        self._tail = f'"study":{name},"system":{canonical(study.system)}}}'
        self._spelled = cache(canonical)
        self._order = 0

    def draft(self, each: Realised) -> _Draft:
        """Digest as much of a condition's trials as is the same with every seed."""
        mask = 0 if each.config is self.study.config else each.condition.mask
        head = sha256(b'{"config":%b%b' % (self._configurations.text(mask), self._evaluate))
        patches = b""
        if each.patches:
            patches = f'"patches":[{",".join(map(self._spelled, each.patches))}],'.encode()
        return _Draft(canonical(each.name).encode(), head, patches, each)

    def block(self, seed: int, drafts: Sequence[_Draft]) -> Iterator[PlannedTrial]:
        """Write the trials of one block, in the order of their lots."""
        lots, levels = f"{self._lots}{seed},".encode(), self._levels(seed)
        stated = (f'"levels":{canonical(levels)},' if levels else "").encode()
        tail = f'"seed":{seed},{self._tail}'.encode()
        drawn = [(sha256(b"%b%b]" % (lots, each.name)).digest(), each) for each in drafts]
        for _, (_, head, patches, each) in sorted(drawn, key=itemgetter(0)):
            whole = head.copy()
            whole.update(stated + patches + tail)
            yield PlannedTrial(
                each.name,
                each.condition.component,
                seed,
                each.config,
                whole.hexdigest(),
                self._order,
                levels,
                each.patches,
            )
            self._order += 1

    def _levels(self, seed: int) -> Mapping[str, int]:
        study = self.study
        if not study.streams.crossed:
            return dict.fromkeys(study.streams.held, study.seeds[0])
        return study.streams.levels(seed, study.seeds)
