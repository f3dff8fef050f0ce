"""One factual pass, written down operation by operation, with what each of them computed.

Stand-ins show the recorder what passes wherever a component can be cut.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import nn

from ablation.neural.forwards import Forward, standing_in
from ablation.neural.sweep.attention import Mark, in_the_open
from ablation.neural.sweep.cutting import Site, site_of
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.recorder import GIVEN, Edit, Recorder, Recording
from ablation.neural.taps import Place, passed
from ablation.neural.trees import Inputs, call, copied

EVERYTHING = 2**63  # bytes


def record(
    module: nn.Module,
    inputs: Inputs,
    places: Mapping[str, Place],
    read: Callable[[object], object] | None = None,
    *,
    edit: Edit | None = None,
    arguments: bool = True,
    values: Held | None = None,
) -> Recording:
    """Run a module once and write it down; `edit` may change what passes at the n-th cut.

    Without `arguments` a cut does not know what its module read; `values` holds the results.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    >>> record(net, torch.ones(1, 2), {"0": Place("0", net[0])}).steps
    (input_0, linear_1, site_2, relu_3, output_4)
    """
    held = Held(EVERYTHING, stays=GIVEN) if values is None else values
    recorder = Recorder(module, edit, held, arguments=arguments)
    with torch.inference_mode(mode=False), torch.no_grad(), recorder.watching():
        given = recorder.started(cast("Inputs", copied(inputs)))
        with standing_in(marking(places.values(), recorder.mark)):
            try:
                with recorder:
                    output = call(module, given)
                    output = output if read is None else read(output)
            except UnsuitableError:
                raise
            except Exception as error:  # whole passes will show whether it is the module's own
                first = str(error).strip().partition("\n")[0]
                raise UnsuitableError(
                    f"recorded it raises {type(error).__name__}: {first}"
                ) from error
        return recorder.finished(output, {site_of(place) for place in places.values()})


def marking(places: Iterable[Place], mark: Mark) -> dict[nn.Module, Forward]:
    """Stand-ins that show a recorder what passes at every place."""
    first = {site_of(place): place for place in places}
    sites = {site: replace(place, part=None) for site, place in first.items()}
    heads = in_the_open(sites.values(), mark)
    stand_ins: dict[nn.Module, Forward] = dict(heads)
    for site, place in sites.items():
        if place.at != "heads" or place.module not in heads:
            forward = stand_ins.get(place.module, place.module.forward)
            stand_ins[place.module] = _Marked(site, place, forward, mark)
    return stand_ins


@dataclass(eq=False)
class _Marked:
    """A forward of which what passes at one place is shown."""

    site: Site
    place: Place
    forward: Forward
    mark: Mark

    def __call__(self, *args: object, **kwargs: object) -> object:
        def shown(value: object) -> object:
            return self.mark(self.site, value, args, kwargs)

        return passed(self.place, self.forward, shown, args, kwargs)
