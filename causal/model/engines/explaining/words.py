"""An explanation in words: what was seen and inferred, what would differ, and along which paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import floor, log10
from typing import TYPE_CHECKING

from causal.model.engines.answers import Number
from causal.model.engines.explaining.laws import Change, Inferred, Known, Spread, certain
from causal.model.mechanism import Value
from causal.variables import quoted

if TYPE_CHECKING:
    from causal.model.engines.explaining.explanation import Explanation

__all__ = ["figure", "shown", "signed", "told"]

LIKELIEST = 4  # values of a variable that are listed
NOISES = 12  # of which most was learned, that are listed


def told(why: Explanation) -> str:
    """The steps of one counterfactual world, a line each."""
    lines = [f"Had it been that {', '.join(map(str, why.world))}:", ""]
    names = ["inferred", *(quoted(change.variable) for change in why.changes)]
    width = max(map(len, names))
    if why.seen:
        lines.append(f"  {'seen'.ljust(width)}  {', '.join(map(str, why.seen))}")
    told_of = sorted(why.noise, key=_surprise, reverse=True)[:NOISES]
    lines += [
        f"  {'inferred'.ljust(width)}  {_inferred(one)}" for one in why.noise if one in told_of
    ]
    if (more := len(why.noise) - NOISES) > 0:
        lines.append(f"  {'inferred'.ljust(width)}  less of {more} other noises")
    lines += [f"  {quoted(one.variable).ljust(width)}  {_changed(one)}" for one in why.changes]
    if why.paths:
        ways = "; ".join(" -> ".join(map(quoted, path)) for path in why.paths)
        lines.append(f"  {'along'.ljust(width)}  {ways}")
    else:
        nowhere = "no path: what is set changes nothing about what is asked"
        lines.append(f"  {'along'.ljust(width)}  {nowhere}")
    return "\n".join([*lines, *_contributed(why)])


def _inferred(one: Inferred) -> str:
    text = f"{quoted(one.noise)}: {shown(one.after)}"
    return f"{text}, of {shown(one.before)}" if isinstance(one.before, Spread) else text


def _surprise(one: Inferred) -> float:
    """How far the law of a noise has moved: in its own spreads, or in probability."""
    before, after = one.before, one.after
    if isinstance(before, Spread):
        mean = after.mean if isinstance(after, Spread) else float(str(certain(after)))
        sd = after.sd if isinstance(after, Spread) else 0.0
        return abs(mean - before.mean) / before.sd + abs(1 - sd / before.sd)
    if isinstance(after, Spread):
        return 1.0
    return sum(abs(float(p) - float(after.get(v, 0))) for v, p in before.items()) / 2


def _changed(change: Change) -> str:
    was, would_be = shown(change.was), shown(change.would_be)
    if not change.differs:
        return f"{was}, and would be the same"
    if change.by is not None:
        by = certain(change.by)
        moved = f"{signed(by)}" if isinstance(by, int | float) else f"by {shown(change.by)}"
        return f"{was}, would be {would_be} ({moved})"
    sure = certain(change.was) is not None or certain(change.would_be) is not None
    sure = sure or change.differs == 1
    differs = "" if sure else f", another value with {_share(change.differs)}"
    return f"{was}, would be {would_be}{differs}"


def _contributed(why: Explanation) -> Iterator[str]:
    """The change path by path, where there is more than one."""
    if len(why.contributions) < 2 or why.before is None or why.after is None:
        return
    before, after, by = figure(why.before), figure(why.after), signed(why.after - why.before)
    yield ""
    yield f"  {replace(why.asked, given=())} would go from {before} to {after}, {by}:"
    lines = [(signed(each.share), str(each.along)) for each in why.contributions]
    width = max(len(share) for share, _ in lines)
    interact = abs(float(why.together)) > 1e-9 * max(1.0, abs(float(why.after - why.before)))
    longest = max(len(path) for _, path in lines)
    for each, (share, path) in zip(why.contributions, lines, strict=True):
        alone = f"  (alone {signed(each.alone)})" if interact else ""
        yield f"    {share.rjust(width)}  {path.ljust(longest) if alone else path}{alone}"
    if interact:
        yield (
            f"    What they do only together, {signed(why.together)}, is split by Shapley's rule."
        )


def shown(known: Known) -> str:
    """A certain value, the possible ones with their probabilities, or mean and spread.

    >>> shown({1: 1.0}), shown({0: 0.25, 1: 0.75}), shown(Spread(2.0, 0.5, 1.0, 3.0))
    ('1', '1 (75%) or 0 (25%)', '2.00 ± 0.50')
    """
    if isinstance(known, Spread):
        digits = max(0, 1 - floor(log10(known.sd)))
        return f"{known.mean:z.{digits}f} ± {known.sd:.{digits}f}"
    if (value := certain(known)) is not None:
        return _value(value)
    likely = sorted(known.items(), key=lambda pair: -pair[1])
    values = [f"{_value(value)} ({_share(p)})" for value, p in likely[:LIKELIEST]]
    return " or ".join(values) + (" or ..." if len(likely) > LIKELIEST else "")


def figure(number: Number) -> str:
    """A number in six digits; nothing is nothing.

    >>> figure(1 / 3), figure(2.0), figure(-1e-17)
    ('0.333333', '2', '0')
    """
    return f"{0.0 if abs(float(number)) < 1e-12 else float(number):.6g}"


def signed(number: Number) -> str:
    """A difference, with its sign.

    >>> signed(2.5), signed(-0.25), signed(0)
    ('+2.5', '-0.25', '0')
    """
    return f"+{figure(number)}" if float(number) >= 1e-12 else figure(number)


def _value(value: Value) -> str:
    return figure(value) if isinstance(value, float) else str(value)


def _share(p: Number) -> str:
    return f"{100 * float(p):.3g}%"
