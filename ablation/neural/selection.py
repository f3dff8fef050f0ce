"""Which components a name or a pattern means.

`*` stands for one step of a dotted name, so "blocks.*.attn" reaches the attention of every block.
"fc[3]" or "attn.heads[*]" is part of a module (see `parts`); "input" is what the module itself
reads, or "input.mask" one of its arguments, unless a sub-module has that name. A module reached
under two names (tied weights) is one component, under its first name. What torch.compile wraps
keeps the names it had before.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import combinations, pairwise
from typing import TypeAlias

from torch import nn

from ablation.neural.errors import (
    NotNamesError,
    OverlappingComponentsError,
    PartError,
    UnknownModuleError,
)
from ablation.neural.forwards import eager, recorded
from ablation.neural.heads import heads, is_fused
from ablation.neural.parts import Part, Wanted, kind_of, separate
from ablation.neural.taps import CHANNELS_FIRST, Place

__all__ = [
    "Patterns",
    "Place",
    "matches",
    "matching",
    "named",
    "names_in",
    "require_names",
    "select",
]

Patterns: TypeAlias = str | Iterable[str]
INPUT = "input"


def select(
    module: nn.Module, patterns: Patterns | None = None, *, overlapping: bool = False
) -> dict[str, Place]:
    """Find the components that names or patterns mean; by default the children of the module.

    Lists and sequences of modules are opened. Raises UnknownModuleError with the nearest names,
    PartError where a module has no such part, OverlappingComponentsError where one component
    contains another (unless that may be), and UnpatchableModuleError for what torch.jit or
    torch.export made.

    >>> net = nn.ModuleDict({"blocks": nn.ModuleList([nn.ReLU(), nn.ReLU()]), "head": nn.ReLU()})
    >>> list(select(net, "blocks.*")), list(select(net))
    (['blocks.0', 'blocks.1'], ['blocks.0', 'blocks.1', 'head'])
    >>> list(select(nn.Sequential(nn.Linear(2, 2)), ["0[*]", "input[0]"]))
    ['0[0]', '0[1]', 'input[0]']
    """
    module = eager(module)
    known = named(module)
    wanted = _leaves(module, "") if patterns is None else names_in(patterns)
    places = {place.name: place for pattern in wanted for place in _meant(pattern, module, known)}
    if not overlapping:
        _refuse_overlap(places.values())
    for owner in known.values():
        if (error := recorded(owner)) and _reaches_into(owner, places):
            raise error
    return places


def names_in(patterns: Patterns) -> list[str]:
    """List the names that are given; raises NotNamesError for anything else.

    >>> names_in("head"), names_in(("embed", "head"))
    (['head'], ['embed', 'head'])
    """
    if isinstance(patterns, str):
        return [patterns]
    every = list(patterns) if isinstance(patterns, Iterable) else [patterns]
    if not all(isinstance(each, str) for each in every):
        raise NotNamesError(patterns)
    return every


def require_names(patterns: Patterns) -> list[str]:
    """List the names; raises NotNamesError for none, as to switch off nothing is a baseline.

    >>> require_names("head")
    ['head']
    """
    if not (names := names_in(patterns)):
        raise NotNamesError(names)
    return names


def named(module: nn.Module) -> dict[str, nn.Module]:
    """Name every sub-module as the source code does, aliases too, wrappers of compilers left out.

    >>> list(named(nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))))
    ['0', '1', '1.0']
    """
    parts = module.named_modules(remove_duplicate=False)
    plain = {_plain(name): part for name, part in parts}
    return {name: part for name, part in plain.items() if name}


def matching(pattern: str, known: Iterable[str]) -> list[str]:
    """The names that a pattern means, step by step; raises UnknownModuleError for none.

    >>> matching("blocks.*", ["blocks.0", "blocks.0.mlp", "blocks.1"])
    ['blocks.0', 'blocks.1']
    """
    names = list(known)
    found = [name for name in names if matches(name, pattern)]
    if not found:
        raise UnknownModuleError(pattern, names)
    return found


def _meant(pattern: str, module: nn.Module, known: dict[str, nn.Module]) -> Iterator[Place]:
    """Every place that one pattern means, under its own name."""
    path, wanted = separate(pattern)
    kind = ""
    if wanted is not None:
        path, kind = kind_of(path, lambda path: any(matches(name, path) for name in known))
    if path.partition(".")[0] == INPUT and not any(matches(name, path) for name in known):
        place = replace(_input(path, module), sequence_first=_sequence_first("", {}, module))
        yield from _with_parts(place, kind, wanted)
        return
    first = {id(part): name for name, part in reversed(known.items())}
    for name in matching(path, known):
        place = _place(first[id(known[name])], known)
        place = replace(place, sequence_first=_sequence_first(place.name, known, module))
        yield from _with_parts(place, kind, wanted)


def _with_parts(place: Place, kind: str, wanted: Wanted | None) -> Iterator[Place]:
    """The place itself, or each part of it that is wanted."""
    if wanted is None:
        yield place
        return
    written = f"{place.name}.{kind}" if kind else place.name
    try:
        if kind == "heads":
            place, parts = _heads(place, wanted)
        else:
            _refuse_examples(place, kind, wanted)
            kind = kind or _features(place)
            count = _count(kind, place.module) if place.is_whole else None
            parts = wanted.parts(kind, count, wanted.of or 1)
    except PartError as error:
        raise error.of(written) from None
    for part in parts:
        yield place.of(f"{written}{part}", part)


def _refuse_examples(place: Place, kind: str, wanted: Wanted) -> None:
    if kind == "tokens" and place.sequence_first and place.at == "output":
        raise PartError(wanted.text, "with batch_first=False that axis holds the examples")


def _heads(place: Place, wanted: Wanted) -> tuple[Place, list[Part]]:
    if place.at == "input":
        raise PartError(wanted.text, "what the module reads has no heads")
    found = heads(place.module, wanted.of)
    owner = place.module.get_submodule(found.name.rpartition(".")[0])
    if is_fused(owner):
        place = replace(place, module=owner, at="heads")
    else:
        place = replace(place, module=found.projection, at="input")
    return place, wanted.parts("heads", found.count, found.size)


def _features(place: Place) -> str:
    """On which axis the features of what this module returns lie, where the module says so."""
    if not place.is_whole:
        return ""
    if isinstance(place.module, CHANNELS_FIRST):
        return "channels"
    return "units" if isinstance(place.module, nn.Linear | nn.LayerNorm | nn.Embedding) else ""


_LENGTHS = ("out_features", "out_channels", "num_features", "num_channels", "embedding_dim", "nf")


def _count(kind: str, part: nn.Module) -> int | None:
    """How many features a module returns, where it says so."""
    if kind in ("tokens", "patches"):
        return None
    *_, last = part.children() if isinstance(part, nn.Sequential) and len(part) else [part]
    if isinstance(last, nn.LayerNorm):
        return int(last.normalized_shape[-1])
    counts = (getattr(last, name, None) for name in _LENGTHS)
    return next((count for count in counts if isinstance(count, int)), None)


def _input(path: str, module: nn.Module) -> Place:
    """What the module itself reads: its first tensor, or the argument named."""
    argument = path.partition(".")[2] or None
    known = list(inspect.signature(module.forward).parameters)
    if argument and argument not in known:
        raise UnknownModuleError(path, [INPUT, *(f"{INPUT}.{name}" for name in known)])
    return Place(path, module, sees_input=False, at="input", argument=argument)


def _plain(name: str) -> str:
    return ".".join(step for step in name.split(".") if step != "_orig_mod")


def matches(name: str, pattern: str) -> bool:
    """Whether a name is meant by a pattern, step by step.

    >>> matches("blocks.0.mlp", "blocks.*.mlp"), matches("blocks.0.mlp", "blocks.*")
    (True, False)
    """
    if name == pattern:
        return True
    steps, wanted = name.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(map(fnmatchcase, steps, wanted))


def _leaves(module: nn.Module, prefix: str) -> list[str]:
    opened = (nn.ModuleList, nn.ModuleDict, nn.Sequential)
    names: list[str] = []
    for step, child in module.named_children():
        name = _plain(f"{prefix}{step}")
        names += _leaves(child, f"{name}.") if isinstance(child, opened) else [name]
    return names


def _place(name: str, known: Mapping[str, nn.Module]) -> Place:
    owner_name, _, step = name.rpartition(".")
    owner = known.get(owner_name)
    if step == "out_proj" and owner is not None and is_fused(owner):
        return Place(name, owner, only_first=True, sees_input=False)
    return Place(name, known[name])


_TELLING = (
    *(nn.MultiheadAttention, nn.RNNBase, nn.Transformer),
    *(nn.TransformerEncoder, nn.TransformerEncoderLayer),
    *(nn.TransformerDecoder, nn.TransformerDecoderLayer),
)


def _sequence_first(name: str, known: Mapping[str, nn.Module], module: nn.Module) -> bool:
    """Whether the module, or the nearest around it that tells, was made with batch_first=False."""
    steps = name.split(".")
    around = (".".join(steps[:many]) for many in range(len(steps), 0, -1))
    owners = [*(known[each] for each in around if each in known), module]
    told = next((owner for owner in owners if isinstance(owner, _TELLING)), None)
    inside = () if told is None else told.modules()
    return any(getattr(part, "batch_first", None) is False for part in inside)


def _reaches_into(owner: nn.Module, places: Mapping[str, Place]) -> bool:
    parts = set(owner.modules())
    return any(place.module in parts for place in places.values())


def _refuse_overlap(places: Iterable[Place]) -> None:
    """A whole module hides what is inside it; two parts of one place may not share entries."""
    every = list(places)
    beside: dict[tuple[int, str, str | None], list[Place]] = {}
    for place in every:
        beside.setdefault((id(place.module), place.at, place.argument), []).append(place)
    for outer in filter(lambda place: place.is_whole, every):
        inside = {id(part) for part in outer.module.modules()}
        for inner in every:
            if inner is not outer and id(inner.module) in inside:
                raise OverlappingComponentsError(outer.name, inner.name)
    for group in beside.values():
        for one, other in _neighbours(group):
            if _share(one, other):
                raise OverlappingComponentsError(one.name, other.name)


def _neighbours(places: Sequence[Place]) -> Iterable[tuple[Place, Place]]:
    """Pairs of one place that may share entries: of parts of one kind, those beside each other."""
    parts = [place.part for place in places if place.part is not None]
    if len(parts) < len(places) or len({(part.kind, part.size) for part in parts}) > 1:
        return combinations(places, 2)
    order = sorted(range(len(parts)), key=lambda i: parts[i].start)
    return ((places[min(pair)], places[max(pair)]) for pair in pairwise(order))


def _share(one: Place, other: Place) -> bool:
    if (one.module, one.at, one.argument) != (other.module, other.at, other.argument):
        return False
    return one.part is None or other.part is None or one.part.overlaps(other.part)
