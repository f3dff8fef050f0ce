"""What can go wrong between a component and the module that should contain it.

Every class keeps its facts as attributes; the message says what to do next.
"""

from collections.abc import Iterable, Sequence, Sized

from ablation.errors import AblationError, did_you_mean, listed, nearest


class NeuralError(AblationError):
    """Base of every error about torch modules."""


class UnknownModuleError(NeuralError, LookupError):
    """No sub-module has that name, or none matches that pattern."""

    def __init__(self, pattern: str, known: Iterable[str]) -> None:
        self.pattern, self.known = pattern, tuple(known)
        self.nearest = nearest(pattern, self.known)
        what = "matches" if "*" in pattern else "is called"
        some = [*self.known[:12], "..."] if len(self.known) > 12 else self.known
        hint = did_you_mean(self.nearest) or f" There is {listed(some)}."
        super().__init__(f"no sub-module {what} {pattern!r}.{hint}")


class NotNamesError(NeuralError, TypeError):
    """Components that are not given by name."""

    def __init__(self, given: object) -> None:
        self.given = given
        empty = isinstance(given, Sized) and not len(given)
        super().__init__(
            f"{'nothing was asked for: ' if empty else ''}components are named, as in "
            f"'blocks.*.attn' or a list of such names; given is {given!r}."
        )


class SeedError(NeuralError, ValueError):
    """A seed that no stream of random numbers begins from."""

    def __init__(self, given: object) -> None:
        self.given = given
        super().__init__(f"seed is {given!r}; expected a whole number from -2**63 to 2**63 - 1.")


class UnusableReferenceError(NeuralError, RuntimeError):
    """A reference on which the module does not run, so no component has values there."""

    def __init__(self, given: str, problem: str) -> None:
        self.given, self.problem = given, problem
        super().__init__(
            f"the module does not run on reference, which is {given}; expected inputs like those "
            f"that it is run on ({problem})."
        )


class NotAnOperatorError(NeuralError, TypeError):
    """Something that does not say what a component passes on instead."""

    def __init__(self, given: object) -> None:
        self.given = given
        hint = f" Did you mean {given.__name__}()?" if isinstance(given, type) else ""
        super().__init__(f"by is {given!r}; expected an operator, such as Zero() or Mean().{hint}")


class OverlappingComponentsError(NeuralError, ValueError):
    """One component lies inside another: switching off the outer one hides the inner one."""

    def __init__(self, outer: str, inner: str) -> None:
        self.outer, self.inner = outer, inner
        super().__init__(f"{inner!r} lies inside {outer!r}: name one of them, not both.")


class PartError(NeuralError, ValueError):
    """A part of a component (a head, a neuron, a patch) that is not there, or is not written so."""

    def __init__(self, part: str, problem: str, component: str = "") -> None:
        self.part, self.problem, self.component = part, problem, component
        where = f" of {component!r}" if component else ""
        super().__init__(f"{part!r}{where}: {problem}.")

    def of(self, component: str) -> "PartError":
        """The same, with the component named."""
        return PartError(self.part, self.problem, component)


class EdgeError(NeuralError, ValueError):
    """An edge between components that is not written so that it has one meaning."""

    def __init__(self, edge: str, problem: str) -> None:
        self.edge, self.problem = edge, problem
        super().__init__(f"the edge {edge!r}: {problem}.")


class InPlaceError(NeuralError, RuntimeError):
    """A component writes into what it reads: off or not, others would see its work."""

    def __init__(self, component: str) -> None:
        self.component = component
        super().__init__(
            f"{component!r} writes into its own input, so it would act even where its output is "
            "replaced. Let it work on a copy, or ablate the component around it."
        )


class MixedComponentsError(NeuralError, ValueError):
    """Modules and parameters in one call: their evidence is of different kinds."""

    def __init__(self, module: str, parameter: str) -> None:
        self.module, self.parameter = module, parameter
        super().__init__(
            f"{parameter!r} is a parameter and {module!r} is none: ablate them in two nested "
            "`with` blocks."
        )


class AlreadyAblatedError(NeuralError, RuntimeError):
    """The component, one inside it or one around it, is ablated at this moment."""

    def __init__(self, name: str, other: str) -> None:
        self.name, self.other = name, other
        where = "is" if name == other else f"overlaps {other!r}, which is"
        super().__init__(
            f"{name!r} {where} ablated already: leave that `with` block first, "
            "or name both components in one call."
        )


class OtherThreadError(NeuralError, RuntimeError):
    """Another thread has patched the module, or a part of it, at this moment."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"a {kind} is patched already, by another thread, and a patch serves all threads: wait "
            "for that block to end, or give each thread a copy (copy.deepcopy)."
        )


class UnpatchableModuleError(NeuralError, TypeError):
    """A module whose forward runs from a recording, which no patch can reach."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason
        super().__init__(f"cannot ablate inside a {kind}: {reason}")


class OperatorCannotServeError(NeuralError, ValueError):
    """The operator makes no sense for this component's output."""

    def __init__(self, operator: object, reason: str) -> None:
        self.operator, self.reason = operator, reason
        super().__init__(f"the operator {operator} cannot serve here: {reason}")


class AblationHadNoEffectError(NeuralError, RuntimeError):
    """An ablation that did nothing: its effect would be a second baseline under another name."""

    def __init__(
        self, component: str, operator: object, calls: int, *, output: bool = False
    ) -> None:
        self.component, self.operator, self.calls, self.output = component, operator, calls, output
        often = f"in {calls} call{'s' * (calls > 1)}"
        if calls == 0:
            reason = (
                "it was never called. Was the same module run? A parent that reads its weights "
                "directly, or a copy of the module, does not call it."
            )
        elif output:
            reason = (
                f"{often} its output changed, but the output of the whole module stayed the same "
                "bit for bit, though it is computed from it. Something after it may be dead, or "
                "the change too small; pass expect_effect=False where that is a finding."
            )
        else:
            reason = (
                f"{often} its output was the same with and without. "
                "Choose another operator, or pass expect_effect=False where that is the point."
            )
        super().__init__(f"ablating {component!r} by {operator} had no effect: {reason}")


class CallsDifferError(NeuralError, RuntimeError):
    """A component is called more often than in the run whose outputs it should pass on."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        super().__init__(
            f"a component that is held at {calls} outputs is called once more: how often it runs "
            "depends on what others compute, so holding it has no meaning."
        )


class RandomModuleError(NeuralError, ValueError):
    """Two runs on the same input differ, so a change cannot be told from chance."""

    def __init__(self, component: str, difference: float) -> None:
        self.component, self.difference = component, difference
        super().__init__(
            f"two runs on the same inputs differ at {component!r} by {difference:.2g} relative: "
            "the module is random. Call module.eval() first."
        )


class UnrecordedRandomnessError(NeuralError, RuntimeError):
    """Randomness that is not a noise variable, so two worlds could not share it."""

    def __init__(self, source: str, where: str, advice: str) -> None:
        self.source, self.where = source, where
        super().__init__(f"{source} in {where or 'the module itself'} is not recorded. {advice}")


class InterferenceError(NeuralError, ValueError):
    """Batch statistics are live: what happens to one example depends on the others."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            f"batch statistics are live in {listed(self.names)}: examples interfere, so no "
            "single prediction has a counterfactual. Put those modules in eval mode."
        )
