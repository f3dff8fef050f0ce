"""A forecast on the terminal, and as JSON: runs, aliases, cost, power, order, what is not run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from ablation.cli.showing import cell, plural, show_table

if TYPE_CHECKING:
    from ablation.design import Contrast
    from ablation.forecast import Detectable, Forecast
    from ablation.plan import Plan, Realised

_ROWS = 40  # of a design that are shown
_NUMBERED = 8  # rows that are shown of a design whose conditions have numbers for names
_LINES = 4  # of effects that can be found alike
_WIDE = 24  # components of a table of signs
_NAMED = 8  # contrasts of a line
_CHANGED = 5  # changes of a condition that are shown


def show(found: "Forecast") -> None:
    """Print a forecast, the plan first."""
    laid, study = found.plan, found.plan.study
    counted = f"{plural(len(laid.conditions), 'condition')} x {plural(len(study.seeds), 'seed')}"
    if study.design.at(0) != study.design.at(1):
        counted = f"{plural(len(study.seeds), 'seed')}, each with {_drawn(laid)} of its own"
    if study.extra_seeds:
        counted += f" + {plural(len(study.extra_seeds), 'more run')} of the baseline"
    click.echo(
        f"{study.name}: {plural(len(laid.trials), 'trial')} = {counted}, {study.design.name}"
    )
    if study.question:
        click.echo(study.question)
    judged = f", then {study.evaluate}" if study.evaluate else ""
    click.echo(f"system {study.system}{judged}, plan {laid.digest[:12]}\n")
    _show_conditions(laid)
    for heading, lines in (
        ("Aliases", [*_aliases(laid)]),
        ("Cost", [*_cost(found)]),
        ("Baseline", [*_baselines(laid)]),
        ("Power", [*_power(found)]),
        ("Order", [*_order(laid)]),
        ("Not run", [f"{each.condition}, because {each.reason}." for each in laid.not_run]),
    ):
        for number, line in enumerate(lines):
            click.echo(f"  {line}" if number else f"{heading}: {line}")


def _drawn(laid: "Plan") -> str:
    """Count the conditions of a seed, where every seed draws its own."""
    counts = sorted({*Counter(each.seed for each in laid.trials).values()})
    return (
        plural(counts[0], "condition")
        if len(counts) == 1
        else (f"{counts[0]} to {counts[-1]} conditions")
    )


def _show_conditions(laid: "Plan") -> None:
    from ablation.design import GroupScreening, LeaveOneOut, Pairs

    shown, seeds = laid.conditions[:_ROWS], Counter(each.condition for each in laid.trials)
    more = "--json has them all."
    if isinstance(laid.study.design, LeaveOneOut | Pairs | GroupScreening):
        ways = [each.how for each in shown] if any(each.patches for each in shown) else []
        show_table(
            ["condition", "changes", *(["how"] if ways else []), "seeds"],
            [
                [each.name, _several(each.changed), *ways[number : number + 1], seeds[each.name]]
                for number, each in enumerate(shown)
            ],
        )
    elif len(laid.study.components) <= _WIDE:
        letters = _letters(laid)
        for name, letter in letters.items():
            click.echo(f"{letter} {name} ({_how(laid, name)})")
        click.echo()
        show_table(
            [*letters.values(), "condition", "seeds"],
            [[*_signs(laid, each), each.name, seeds[each.name]] for each in shown],
        )
    else:
        shown, more = shown[:_NUMBERED], "a number stands for what is off, and --json lists it."
        rows = [[each.name, len(each.condition.off), seeds[each.name]] for each in shown]
        show_table(["condition", "off", "seeds"], rows)
    if len(laid.conditions) > len(shown):
        click.echo(f"... and {len(laid.conditions) - len(shown)} more; {more}")
    click.echo()


def _how(laid: "Plan", component: str) -> str:
    return laid.study.component(component).how


def _letters(laid: "Plan") -> dict[str, str]:
    from ablation.design.fraction import letter

    return {each.name: letter(index) for index, each in enumerate(laid.study.components)}


def _signs(laid: "Plan", each: "Realised") -> list[str]:
    off = {one.name for one in each.condition.off}
    return ["-" if one.name in off else "+" for one in laid.study.components]


def _aliases(laid: "Plan") -> Iterator[str]:
    """Say what the design cannot tell apart, with the defining relation of a fraction."""
    from ablation.design import FractionalFactorial
    from ablation.design.fraction import letter

    study, design = laid.study, laid.study.design
    if isinstance(design, FractionalFactorial):
        fraction = design.fraction(study.components)
        if fraction.resolution is None:
            yield "none: no fraction of this resolution is smaller than the full factorial."
            return
        made = ", ".join(f"{letter(at)}={_word(word)}" for at, word in fraction.generators)
        relation = " = ".join(str(word) for word in fraction.relation[:16])
        more = " = ..." if len(fraction.relation) > 16 else ""
        yield f"resolution {_roman(fraction.resolution)}, generated by {made}."
        yield f"the defining relation is I = {relation}{more}."
    asked = [*_asked(laid)]
    clear = [each.name for each in asked if not each.aliases]
    aliased = [each for each in asked if each.aliases]
    for (_, aliases), group in groupby(
        aliased, key=lambda one: (len(one.aliases) > 3, one.aliases)
    ):
        names = [each.name for each in group]
        yield f"{_few(names)} cannot be told from {_few(aliases)}."
    if aliased and clear:
        yield f"clear of effects and interactions of two: {_few(clear)}."


def _word(bits: int) -> str:
    from ablation.design.fraction import Word

    return str(Word(bits))


def _roman(number: int) -> str:
    return {3: "III", 4: "IV", 5: "V", 6: "VI", 7: "VII", 8: "VIII"}.get(number, str(number))


def _asked(laid: "Plan") -> Iterator["Contrast"]:
    from ablation.plan import contrasts, interactions

    first = laid.study.design.at(laid.study.seeds[0])
    yield from contrasts(laid.study, first)
    yield from interactions(laid.study, first)


def _cost(found: "Forecast") -> Iterator[str]:
    pilot, hours = found.pilot, found.hours
    count = plural(len(found.plan.trials), "trial")
    allowed = found.plan.study.budget
    limits = [
        *([f"{allowed.trials} trials"] if allowed.trials else []),
        *([f"{allowed.hours:g} hours"] if allowed.hours else []),
    ]
    within = f"; the budget is {' and '.join(limits)}" if limits else ""
    if pilot is None or hours is None:
        yield f"{count}{within}; --pilot 2, or --store, tells how long they take."
        return
    memory = f", {pilot.memory / 2**20:,.0f} MB at most" if pilot.memory else ""
    yield (
        f"{count} x {duration(pilot.seconds)} = {duration(hours * 3600)} one after the other "
        f"(mean of {plural(pilot.runs, 'run')}{memory}){within}."
    )


def _baselines(laid: "Plan") -> Iterator[str]:
    """Say what more runs of the baseline cost and bring, beside as many trials spent on seeds."""
    from ablation.forecast import by_root

    more, stated = by_root(laid.study), laid.study.extra_seeds
    if stated:
        yield (
            f"{plural(len(stated), 'more run')} of it between the blocks, with seeds of their own: "
            "from five seeds on, intervals use them."
        )
    elif more is not None:
        yield (
            f'one run a seed. baseline = "sqrt" would make {plural(more.more, "more run")}, '
            f"{len(laid.trials) + more.more} trials in all."
        )
    if more is not None and (not stated or len(stated) == more.more):
        yield (
            f"standard errors {'are' if stated else 'would be'} {more.error(0.0):.2f} times as "
            "large as without them if seeds explain nothing of the spread, "
            f"{more.error(0.7):.2f} times if they explain 70%."
        )
        yield (
            f"the same trials spent on more seeds: {more.by_seeds:.2f} times as large, which is "
            f"better if seeds explain more than {more.even:.0%}."
        )


def duration(seconds: float) -> str:
    """Spell out a duration in the unit that suits it.

    >>> duration(0.0123), duration(75), duration(9000)
    ('0.012 s', '1.25 min', '2.5 h')
    """
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:,.3g} h"


def _power(found: "Forecast") -> Iterator[str]:
    """Say for every metric how small an effect may be, and by what that is judged."""
    study = found.plan.study
    if len(study.seeds) < 2:
        yield "none: one seed has no spread, so no effect has an interval."
        return
    for metric in study.metrics:
        effects = [each for each in found.effects if each.metric == metric.name]
        yield from _findable(effects, f"{found.power:.0%} chance to find", metric.equivalence)
    if study.design.at(0) != study.design.at(1):
        yield (
            "reckoned from what the first seed draws, and every seed draws its own; where "
            "components depend on each other, the luck of the draw adds to the spread."
        )
    if found.pilot is not None and not found.pilot.paired:
        yield "from the spread of the baseline over seeds; pairing by seed may find smaller ones."


def _findable(effects: Sequence["Detectable"], chance: str, region: float | None) -> Iterator[str]:
    """Group the effects on a metric by how small they may be; of many groups give the range."""
    ranked = sorted(effects, key=lambda one: one.in_spreads)
    first, middle, last = ranked[0], ranked[len(ranked) // 2], ranked[-1]
    if first.effect == 0:
        yield f"any effect on {first.metric} shows: in the pilot no difference varies with a seed."
        return
    piloted = first.effect is not None
    unit = f"on {first.metric}" if piloted else f"standard deviations of one run's {first.metric}"
    groups = {size: [*group] for size, group in groupby(ranked, key=_smallest)}
    if len(groups) > _LINES:
        yield (
            f"{chance} effects of {_smallest(first)} ({first.contrast}) to {_smallest(last)} "
            f"({last.contrast}) {unit}, half of them up to {_smallest(middle)}; --json has each."
        )
        return
    for size, group in groups.items():
        names = _few([one.contrast for one in group])
        yield f"{chance} an effect of {size} {unit}{_beside(group[0].effect, region)}: {names}."


def _smallest(each: "Detectable") -> str:
    return f"{each.in_spreads:.2f}" if each.effect is None else cell(each.effect)


def _beside(effect: float | None, region: float | None) -> str:
    if not region or effect is None:
        return ""
    if effect <= region:
        return f" (within the region of equivalence, {cell(region)}: enough seeds)"
    return f" ({effect / region:.2g} times the region of equivalence, {cell(region)})"


def _order(laid: "Plan") -> Iterator[str]:
    yield "one seed after the other; within a seed in an order drawn by lot, the same every time."
    streams = laid.study.streams
    if streams.held:
        yield (
            f"{_few(tuple(streams.held))} is held: the same in every block, so intervals say "
            "nothing about other draws of it."
        )
    if streams.crossed:
        crossed = " x ".join(f"{count} of {name}" for name, count in streams.crossed.items())
        yield (
            f"streams are crossed, {crossed}; the others follow the block. Intervals count these "
            "levels, so they are wider than the power of as many blocks says."
        )


def _several(changes: Sequence[str]) -> str:
    if len(changes) <= _CHANGED:
        return ", ".join(changes)
    return f"{', '.join(changes[:_CHANGED])} and {len(changes) - _CHANGED} more"


def _few(names: Sequence[str]) -> str:
    from ablation.errors import listed

    if len(names) <= _NAMED:
        return listed(names)
    return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more"


def record(found: "Forecast") -> dict[str, object]:
    """Write a forecast as plain JSON."""
    laid, pilot = found.plan, found.pilot
    return {
        "study": laid.study.definition(),
        "digest": laid.digest,
        "conditions": [
            {
                "condition": each.name,
                "off": [one.name for one in each.condition.off],
                "changes": each.changes,
                "realised": each.how,
            }
            for each in laid.conditions
        ],
        "aliasing": _aliasing(laid),
        "cost": {
            "trials": len(laid.trials),
            "seconds_per_trial": pilot.seconds if pilot else None,
            "hours": found.hours,
            "peak_memory": pilot.memory if pilot else None,
            "pilot_runs": pilot.runs if pilot else 0,
            "baseline": _baseline_record(laid),
        },
        "power": {
            "chance": found.power,
            "level": found.level,
            "paired": pilot.paired if pilot else None,
            "spread": dict(pilot.spread) if pilot else {},
            "effects": [_detectable(each) for each in found.effects],
        },
        "trials": [
            {
                "condition": each.condition,
                "component": each.component,
                "seed": each.seed,
                "key": each.key,
            }
            for each in laid.trials
        ],
        "not_run": [{"condition": each.condition, "reason": each.reason} for each in laid.not_run],
    }


def _baseline_record(laid: "Plan") -> dict[str, object]:
    from ablation.forecast import by_root

    study, more = laid.study, by_root(laid.study)
    runs = len(study.seeds) + len(study.extra_seeds)
    if more is None:
        return {"runs": runs}
    trials = len(laid.trials) - len(study.extra_seeds) + more.more
    by_share = {str(share): more.error(share) for share in (0.0, 0.7)}
    root = {"runs": more.pairs + more.more, "trials": trials, "errors": by_share}
    return {"runs": runs, "sqrt": {**root, "by_seeds": more.by_seeds, "even": more.even}}


def _detectable(each: "Detectable") -> dict[str, object]:
    known = each.in_spreads if each.in_spreads != float("inf") else None
    return {
        "metric": each.metric,
        "effect": each.contrast,
        "smallest_in_spreads": known,
        "smallest": each.effect if known is not None else None,
    }


def _aliasing(laid: "Plan") -> dict[str, object]:
    from ablation.design import FractionalFactorial
    from ablation.design.fraction import letter

    study, design = laid.study, laid.study.design
    aliases = {each.name: list(each.aliases) for each in _asked(laid) if each.aliases}
    if not isinstance(design, FractionalFactorial):
        return {"aliases": aliases}
    fraction = design.fraction(study.components)
    return {
        "resolution": fraction.resolution,
        "letters": _letters(laid),
        "generators": [f"{letter(at)}={_word(word)}" for at, word in fraction.generators],
        "relation": [str(word) for word in fraction.relation],
        "aliases": aliases,
    }
