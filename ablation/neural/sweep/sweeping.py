"""The effect of each component of a module, exactly, for about the least arithmetic there is.

Leave-one-out as lesion studies have done it since Meyes et al. (2019); what is new is the road. The
factual pass is recorded once; each ablation resumes where it first differs; several run side by
side; the result is compared with the naive loop, which is used where it is not the same.
"""

from collections.abc import Mapping, Sequence
from functools import cache, partial

import pandas as pd
import torch
from torch import nn

from ablation.neural.activations import on_reference
from ablation.neural.claiming import claimed
from ablation.neural.errors import OperatorCannotServeError, OverlappingComponentsError
from ablation.neural.forwards import eager
from ablation.neural.isolation import unchanged
from ablation.neural.noise import require_seed
from ablation.neural.optimal import optimal_constants
from ablation.neural.patch import refuse_second_patch
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names
from ablation.neural.sweep.asking import (
    Limits,
    Plan,
    require_callable,
    require_counts,
    require_examples,
)
from ablation.neural.sweep.axes import cut_along_examples
from ablation.neural.sweep.batches import batches
from ablation.neural.sweep.cutting import Cut
from ablation.neural.sweep.meter import Watched, Watcher, watcher
from ablation.neural.sweep.metric import Read
from ablation.neural.sweep.pausing import no_search_for_garbage
from ablation.neural.sweep.running import Run
from ablation.neural.sweep.subsets import Subsets, label, subsets_of
from ablation.neural.sweep.weights import Components, Weight, Weights, components_of
from ablation.neural.taps import Place
from ablation.neural.trees import Inputs
from ablation.operators import Constant, Operator, OptimalConstant, Scale, Skip, Zero

MEMORY = 2**30
LARGE = 2**25 - 2**16  # bytes; glibc learns from blocks below 32 MiB
_ALONE = (
    Zero,
    Constant,
    Scale,
    Skip,
    OptimalConstant,
)  # what these do to an example, others have no part in


def sweep(
    module: nn.Module,
    inputs: Inputs | list[Inputs],
    components: Patterns | None = None,
    *,
    metric: Read,
    by: Operator = OFF,
    subsets: Subsets = 1,
    read: Read | None = None,
    reference: Inputs | None = None,
    seed: int = 0,
    examples: int = 0,
    batch_size: int | None = None,
    together: int | None = None,
    memory: int = MEMORY,
    verify: int | None = 2,
    expect_effect: bool = True,
    progress: Watched = None,
) -> pd.DataFrame:
    """Measure what switching off each component changes in a metric of the output.

    `metric` reads one number off an output, or one for each example, of which the mean is taken;
    `read` may first take what it looks at (`lambda output: output[:, -1]`), so that the rest of the
    last block is not computed. Inputs may be a list of batches; the noise floor is the first's.
    Examples lie on the first axis of the inputs unless `examples` says on which. Components are
    modules ("blocks.*"), units of what they return ("net.2[8:16]", "net.2[*]") or attention heads
    ("blocks.*.attn.heads[*]"); or parameters ("norm.weight"), for which whole passes are run.
    `subsets` is 1 for each alone, 2 for pairs as well, or lists of names. `together` fixes how many
    ablations run side by side, `memory` bounds the bytes of values that are held beside those that
    the module itself has at once, and `verify` says how many ablations of the first batch are also
    run whole (None: all). `progress=True` draws a bar on standard error; a function is told the
    same. `exact` is false only for rows that rest on no comparison (`verify=0`). The attributes of
    the table say which engine ran, why, and the largest difference from the naive loop. Batch
    statistics in Mean and Resample without `reference` are those of one batch.

    >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> for weights in net.parameters():
    ...     _ = nn.init.constant_(weights, 1.0)
    >>> found = sweep(net, torch.ones(4, 2), ["1", "0[*]"], metric=lambda output: output.mean())
    >>> found[["component", "baseline", "ablated", "effect", "exact"]]
      component  baseline  ablated  effect  exact
    0         1      10.0      1.0     9.0   True
    1      0[0]      10.0      7.0     3.0   True
    2      0[1]      10.0      7.0     3.0   True
    3      0[2]      10.0      7.0     3.0   True
    """
    module = eager(module)
    require_counts(examples=examples, batch_size=batch_size, together=together)
    require_counts(memory=memory, verify=verify)
    require_callable(metric=metric, read=read)
    seed = require_seed(seed)
    components = components if components is None else require_names(components)
    _keep_freed_memory()
    given = batches(
        inputs, batch_size, None if examples else partial(cut_along_examples, module), examples
    )
    require_examples(given, examples)
    alone = claimed(module.modules())
    with alone, torch.no_grad(), unchanged(module), no_search_for_garbage():
        return _swept(
            module,
            given,
            components_of(module, components, by, seed),
            metric=metric,
            by=by,
            subsets=subsets,
            read=read,
            reference=reference,
            seed=seed,
            examples=examples,
            limits=Limits(together, memory, verify),
            expect_effect=expect_effect,
            progress=watcher(progress),
        )


def _swept(
    module: nn.Module,
    given: Sequence[Inputs],
    found: Components,
    *,
    metric: Read,
    by: Operator,
    subsets: Subsets,
    read: Read | None,
    reference: Inputs | None,
    seed: int,
    examples: int,
    limits: Limits,
    expect_effect: bool,
    progress: Watcher | None,
) -> pd.DataFrame:
    """Run all batches; whatever that took is freed on leaving."""
    places = {name: each for name, each in found.items() if isinstance(each, Place)}
    refuse_second_patch(module, places)
    rows = subsets_of(list(found), subsets)
    theirs = [[each for name in row if isinstance(each := found[name], Weight)] for row in rows]
    weights = Weights(module, by, seed, theirs)
    placed = [[name for name in row if name in places] for row in rows]
    lines = cuts_of(module, places, placed, by, reference=reference, seed=seed)
    zeros, alone = isinstance(by, Zero), isinstance(by, _ALONE)
    plan = Plan(module, places, lines, metric, read, zeros, alone, examples, weights)
    run = Run(plan, limits, progress, len(given))
    for batch in given:
        run.batch(batch)
    if expect_effect:
        for cut in dict.fromkeys(cut for row in plan.rows for cut in row):
            cut.refuse_no_effect()
        weights.refuse_no_effect()
    return run.table([label(row) for row in rows], str(by))


@cache
def _keep_freed_memory() -> None:
    """Free one large block, after which the C library keeps what is freed for the next operation.

    Before that, glibc gives blocks of a megabyte back at once, and an operation spends more time
    on new pages than on numbers; a sweep makes such blocks by the thousand.
    """
    torch.empty(LARGE, dtype=torch.uint8)


def cuts_of(
    module: nn.Module,
    places: Mapping[str, Place],
    rows: Sequence[Sequence[str]],
    by: Operator,
    *,
    reference: Inputs | None,
    seed: int,
) -> list[list[Cut]]:
    """The components of each row, with what they were, or what is best, on the reference.

    The best constants of several components are sought for all of them together.
    """
    if isinstance(by, OptimalConstant):
        if reference is None:
            raise OperatorCannotServeError(by, "it needs examples to seek it on; pass reference=.")
        return [_best(module, {name: places[name] for name in row}, by, reference) for row in rows]
    pools = _referenced(module, places, reference)
    cuts = {name: Cut(place, by, pools.get(name, ()), seed) for name, place in places.items()}
    return [[cuts[name] for name in row] for row in rows]


def _best(
    module: nn.Module, places: Mapping[str, Place], by: OptimalConstant, reference: Inputs
) -> list[Cut]:
    found = optimal_constants(module, places, by, reference) if places else {}
    return [Cut(place, by, found[name]) for name, place in places.items()]


def _referenced(
    module: nn.Module, places: Mapping[str, Place], reference: Inputs | None
) -> Mapping[str, tuple[object, ...]]:
    """What each component was on the reference; in one pass, unless one lies inside another."""
    if reference is None:
        return {}
    try:
        return on_reference(module, reference, list(places))
    except OverlappingComponentsError:
        return {name: on_reference(module, reference, name)[name] for name in places}
