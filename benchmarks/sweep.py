"""How long does it take to switch off every component of a network, one at a time?

The naive loop is a forward hook that zeroes the component and a whole pass for each, which is what
TransformerLens, nnsight and pyvene cost as well; where there are many, some of it is timed and the
rest counted. A sweep is timed with all that it does: recording, the noise floor, and the rows that
it runs whole to compare. Processor seconds of one thread; ratios of the same turn, their median.
The shared prefix alone, counted in multiplications, is what restarting at each component would
cost; a sweep is below it where only part of a result is read, or a part is a narrow product.
Every call records anew: for one call on a few examples of a small network that is most of the time,
which is why the perceptron is timed over more and more batches.
`python -m benchmarks.sweep --device cuda` prints the same table of a graphics processor, in
seconds of the clock, and by how much its effects differ from the processor's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise

import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import ablation
from ablation.neural.selection import select
from benchmarks.networks import Language


@dataclass(frozen=True)
class Work:
    """A network, its examples, what is switched off, and how much of the naive loop is timed."""

    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[], Tensor]
    components: list[str]
    batch: int | None = None
    every: int = 1
    subsets: int = 1


def perceptron() -> nn.Module:
    steps = [step for _ in range(6) for step in (nn.Linear(128, 128), nn.ReLU())]
    return nn.Sequential(*steps, nn.Linear(128, 10))


def convolutional() -> nn.Module:
    widths = [3, *[32] * 6]
    pairs = pairwise(widths)
    steps = [step for a, b in pairs for step in (nn.Conv2d(a, b, 3, padding=1), nn.ReLU())]
    return nn.Sequential(*steps, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


GROUPS = [f"{2 * i}[*:8]" for i in range(6)]
WORKS = (
    Work("MLP 6x128, 96 groups, 8 examples", perceptron, lambda: torch.randn(8, 128), GROUPS),
    *(
        Work(
            f"MLP 6x128, 96 groups, {many} batches of 8",
            perceptron,
            partial(torch.randn, 8 * many, 128),
            GROUPS,
            batch=8,
        )
        for many in (4, 16, 64)
    ),
    Work(
        "CNN of 6 layers, 192 channels",
        convolutional,
        lambda: torch.randn(32, 3, 16, 16),
        [f"{2 * i}[*]" for i in range(6)],
        every=8,
    ),
    Work(
        "12 blocks of width 256, one by one",
        lambda: Language(256, 4, 12),
        lambda: torch.randint(1000, (4, 64)),
        ["blocks.*"],
    ),
    Work(
        "12 blocks of width 256, one by one, 4 batches",
        lambda: Language(256, 4, 12),
        lambda: torch.randint(1000, (16, 64)),
        ["blocks.*"],
        batch=4,
    ),
    Work(
        "12 blocks of width 256 and their 66 pairs",
        lambda: Language(256, 4, 12),
        lambda: torch.randint(1000, (4, 64)),
        ["blocks.*"],
        every=6,
        subsets=2,
    ),
    Work(
        "144 heads in 12 layers of width 768",
        lambda: Language(768, 12, 12),
        lambda: torch.randint(1000, (1, 128)),
        ["blocks.*.attn.heads[*]"],
        every=12,
    ),
)


def table(quick: bool, device: str = "cpu") -> pd.DataFrame:
    """Milliseconds of the naive loop and of a sweep, and their ratio, by work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return pd.DataFrame(_row(work, 5, device) for work in (WORKS[:5] if quick else WORKS))
    finally:
        torch.set_num_threads(threads)


def _now(device: str) -> float:
    """Processor seconds of this program; where another processor computes, those of the clock."""
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


def _row(work: Work, turns: int, device: str) -> dict[str, object]:
    torch.manual_seed(0)
    module, inputs = work.make().eval(), work.inputs()
    here = None if device == "cpu" else _swept(module, inputs, work)
    module, inputs = module.to(device), inputs.to(device)
    times, last = [], None
    for _ in range(turns + 1):
        naive = _naive(module, inputs, work)
        start = _now(device)
        last = _swept(module, inputs, work)
        times.append((naive, _now(device) - start))
    times = times[1:]  # the first turn warms up
    ratios = [naive / ours for naive, ours in times]
    spent, planned = last.attrs["forwards"], last.attrs["forwards"] + last.attrs["saved"]
    return {
        "work": work.name,
        "naive ms": f"{1e3 * statistics.median(t[0] for t in times):.0f}",
        "sweep ms": f"{1e3 * statistics.median(t[1] for t in times):.0f}",
        "ratio": f"{statistics.median(ratios):.2f}",
        "least to most": f"{min(ratios):.2f} to {max(ratios):.2f}",
        "by shared prefix": f"{planned / _shared(module, inputs, work):.2f}",
        "whole passes": f"{spent:.0f} of {planned:.0f}",
        "side by side": last.attrs["together"],
        "largest difference": f"{last.attrs['largest_difference']:.0e}",
    } | ({} if here is None else {"from the processor's": _apart(here, last)})


def _swept(module: nn.Module, inputs: Tensor, work: Work) -> pd.DataFrame:
    return ablation.sweep(
        module,
        inputs,
        work.components,
        metric=_metric,
        batch_size=work.batch,
        subsets=work.subsets,
    )


def _apart(here: pd.DataFrame, there: pd.DataFrame) -> str:
    """The largest difference of two effects, relative to the largest effect."""
    moved = (here["effect"] - there["effect"]).abs().max() / here["effect"].abs().max()
    return f"{moved:.0e}"


def _shared(module: nn.Module, inputs: Tensor, work: Work) -> float:
    """Whole passes if each ablation restarts at its last component, in multiplications."""
    places = list(select(module, work.components).values())
    piece = inputs.split(work.batch or len(inputs))[0]
    done: dict[str, float] = {}
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        for place in places:

            def noted(*_: object, name: str = place.name) -> None:
                done[name] = counter.get_total_flops()

            hooked = place.module.register_forward_pre_hook
            (hooked if place.at == "input" else place.module.register_forward_hook)(noted)
        module(piece)
    total = counter.get_total_flops()
    for place in places:
        place.module._forward_hooks.clear()
        place.module._forward_pre_hooks.clear()
    left = [1 - done[place.name] / total for place in places]
    subsets = [each for size in range(1, work.subsets + 1) for each in combinations(left, size)]
    return (1 + sum(map(min, subsets))) * len(inputs.split(work.batch or len(inputs)))


def _metric(output: Tensor) -> Tensor:
    return output.log_softmax(-1)[:, 0]


def _naive(module: nn.Module, inputs: Tensor, work: Work) -> float:
    """Seconds for one pass as it is and one for each component, some of them timed."""
    places = list(select(module, work.components).values())
    pieces, device = inputs.split(work.batch or len(inputs)), str(inputs.device)
    start = _now(device)
    with torch.no_grad():
        for piece in pieces:
            float(_metric(module(piece)).mean())
        alone = _now(device) - start
        sizes = range(1, work.subsets + 1)
        rows = [row for size in sizes for row in combinations(places, size)]
        timed = rows[:: work.every]
        start = _now(device)
        for row in timed:
            hooks = [_hooked(place) for place in row]
            for piece in pieces:
                float(_metric(module(piece)).mean())
            for hook in hooks:
                hook.remove()
    return alone + (_now(device) - start) * len(rows) / len(timed)


def _hooked(place: object) -> torch.utils.hooks.RemovableHandle:
    if place.at == "input":
        return place.module.register_forward_pre_hook(
            lambda _, args: (_zeroed(place, args[0]), *args[1:])
        )
    return place.module.register_forward_hook(lambda _module, _args, out: _zeroed(place, out))


def _zeroed(place: object, value: Tensor) -> Tensor:
    value = value.clone()
    place.cut(value).zero_()
    return value


def main() -> None:
    """Print the table of one device."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep")
    parser.add_argument(
        "--device", default="cpu", help="cpu, or cuda where there is such a machine"
    )
    parser.add_argument("--quick", action="store_true", help="the small works only")
    asked = parser.parse_args()
    if asked.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("there is no CUDA machine here.")
    print(table(asked.quick, asked.device).to_string(index=False))


if __name__ == "__main__":
    main()
