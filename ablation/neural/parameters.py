"""Parameters as components: "norm.weight" or "blocks.*.mlp.2.bias" have another value for a while.

A parameter is read by whoever likes, so no call could be intercepted: the value itself is
exchanged, under every name that it is tied to, and the very same object is put back.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ablation.errors import nearest
from ablation.neural.errors import (
    MixedComponentsError,
    OperatorCannotServeError,
    PartError,
    UnknownModuleError,
)
from ablation.neural.replacement import Replacement, apart, require_operator
from ablation.neural.selection import Patterns, matches, named, names_in
from ablation.neural.taps import Place
from ablation.neural.trees import largest_change
from ablation.operators import Constant, Noise, Operator, Scale, Zero


@dataclass(frozen=True, slots=True)
class Exchange:
    """A parameter, the value that it has for a while, and everywhere that it is registered."""

    name: str
    by: Operator
    change: float
    original: nn.Parameter
    instead: nn.Parameter
    homes: tuple[tuple[nn.Module, str], ...]


def exchanges(
    module: nn.Module, patterns: Patterns, by: Operator, seed: int = 0
) -> tuple[Exchange, ...]:
    """Find the parameters that patterns mean, with their new values; none where modules are meant.

    >>> net = nn.Sequential(nn.Linear(2, 2))
    >>> [each.name for each in exchanges(net, "0.*", Zero())], exchanges(net, "0", Zero())
    (['0.weight', '0.bias'], ())
    """
    every = names_in(patterns)
    modules = named(module)
    known = dict(module.named_parameters(remove_duplicate=False))
    known = {name: value for name, value in known.items() if name not in modules}
    meant = {
        pattern: [name for name in known if matches(name, pattern)]
        for pattern in every
        if not _any(pattern, modules)
    }
    found = [name for names in meant.values() for name in names]
    _refuse_parts(meant, modules, known)
    if not found:
        _refuse_misspelt(meant, modules, known)
        return ()
    rest = [pattern for pattern in every if not meant.get(pattern)]
    if rest:
        raise MixedComponentsError(rest[0], found[0])
    first: dict[int, str] = {}
    for name in found:
        first.setdefault(id(known[name]), name)
    return tuple(
        _exchange(module, name, known[name], by, apart(seed, number))
        for number, name in enumerate(first.values())
    )


def _refuse_parts(meant: Iterable[str], modules: Iterable[str], known: Iterable[str]) -> None:
    """Raise PartError for a part of what is no module, and is a parameter."""
    for pattern in meant:
        path, bracket, rest = pattern.partition("[")
        for whole in (path, path.rpartition(".")[0]) if bracket else ():
            if _any(whole, known) and not _any(whole, modules):
                raise PartError(f"[{rest}", "parameters have no parts; name it whole", whole)


def _any(pattern: str, names: Iterable[str]) -> bool:
    return any(matches(name, pattern) for name in names)


def _refuse_misspelt(
    meant: Iterable[str], modules: Iterable[str], known: Mapping[str, nn.Parameter]
) -> None:
    """Raise UnknownModuleError for what is nearer to a parameter than to any module."""
    for pattern in meant:
        close = nearest(pattern, [*modules, *known])
        if close and close[0] in known and "[" not in pattern:
            raise UnknownModuleError(pattern, [*modules, *known])


def _exchange(
    module: nn.Module, name: str, original: nn.Parameter, by: Operator, seed: int
) -> Exchange:
    require_operator(by)
    if not isinstance(by, Zero | Constant | Scale | Noise):
        raise OperatorCannotServeError(by, f"{name!r} is a parameter: it has no examples or input.")
    owner = module.get_submodule(name.rpartition(".")[0])
    generator = torch.Generator().manual_seed(seed)
    replacement = Replacement(by, Place(name, owner), generator=generator)
    with torch.no_grad():
        value = replacement(original.detach(), (), {}, 0)
    assert isinstance(value, Tensor)
    homes = tuple(
        (part, step)
        for part in module.modules()
        for step, value_there in part._parameters.items()
        if value_there is original
    )
    instead = nn.Parameter(value.clone(), requires_grad=original.requires_grad)
    change = largest_change(original, instead)
    return Exchange(name, by, change, original, instead, homes)


@contextmanager
def exchanged(every: Iterable[Exchange]) -> Iterator[None]:
    """Put other values in place of parameters; on leaving, the same objects are back.

    >>> net = nn.Linear(1, 1)
    >>> with exchanged(exchanges(net, "bias", Constant(2.0))):
    ...     print(net.bias.item())
    2.0
    """
    try:
        for each in every:
            for part, step in each.homes:
                part._parameters[step] = each.instead
        yield
    finally:
        for each in every:
            for part, step in each.homes:
                part._parameters[step] = each.original
