"""Every way in which a forward hook was found to do nothing, in silence, acts here or is refused.

Measured on torch 2.13: a zeroing hook on these modules was called 0 times, the output unchanged.
"""

import pytest
import torch
from torch import nn

from ablation import Skip
from ablation.neural import ablated
from ablation.neural.errors import (
    AblationHadNoEffectError,
    OperatorCannotServeError,
    UnpatchableModuleError,
)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.rand(2, 5, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def plain() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)).eval()


def without_first(plain: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return plain[2](torch.zeros_like(x))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_the_output_projection_of_multihead_attention(x, training, weights, first):
    attention = nn.MultiheadAttention(16, 4, batch_first=first).train(training)
    with torch.no_grad(), ablated(nn.ModuleDict({"mix": attention}), "mix.out_proj") as patch:
        output, spread = attention(x, x, x, need_weights=weights)
    assert not output.any()
    assert (spread is not None) == weights
    assert spread is None or bool(spread.any()), "the attention weights are not the projection's"
    assert patch.acted[0].calls == 1


def test_the_output_projection_has_no_input_to_skip_to(x):
    attention = nn.MultiheadAttention(16, 4)
    with (
        pytest.raises(OperatorCannotServeError, match="never exists outside its parent"),
        ablated(nn.ModuleDict({"mix": attention}), "mix.out_proj", by=Skip()),
    ):
        attention(x, x, x)


@pytest.mark.parametrize("part", ["self_attn", "linear1", "linear2", "norm1", "norm2"])
def test_the_parts_of_a_fused_encoder_layer(x, part):
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True).eval()
    with torch.no_grad():
        before = layer(x)
        with ablated(layer, part) as patch:
            assert not torch.allclose(layer(x), before)
        assert patch.acted[0].calls == 1
        assert torch.equal(layer(x), before)


def test_the_parts_of_a_fused_encoder(x):
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True).eval()
    encoder = nn.TransformerEncoder(layer, 2).eval()
    padded = torch.zeros(2, 5, dtype=torch.bool)
    assert torch.backends.mha.get_fastpath_enabled()
    with torch.no_grad(), ablated(encoder, "layers.*.linear1") as patch:
        encoder(x, src_key_padding_mask=padded)
    assert torch.backends.mha.get_fastpath_enabled()
    assert [did.calls for did in patch.acted] == [1, 1]


def test_a_module_that_was_compiled_and_run(plain, x):
    expected = without_first(plain, x)
    compiled = torch.compile(plain, backend="eager")
    with torch.no_grad():
        before = compiled(x)
        for handle in (compiled, plain):  # either may be named; the compiled one is run
            with ablated(handle, "0"):
                assert torch.equal(compiled(x), expected)
        assert torch.equal(compiled(x), before)


def test_a_module_compiled_in_place_and_a_function_compiled_around_it(plain, x):
    expected = without_first(plain, x)
    function = torch.compile(lambda x: 1 * plain(x), backend="eager")
    plain.compile(backend="eager")
    with torch.no_grad():
        function(x), plain(x)
        with ablated(plain, "0"):
            assert torch.equal(plain(x), expected)
            assert torch.equal(function(x), expected)


class Compiler:
    """A backend that runs what it is given as it is, and counts the operations in it."""

    def __init__(self) -> None:
        self.graphs: list[int] = []

    def __call__(self, graph: torch.fx.GraphModule, _: object) -> object:
        self.graphs.append(sum(node.op == "call_function" for node in graph.graph.nodes))
        return graph.forward


@pytest.mark.parametrize("how", [{}, {"dynamic": True}])
def test_a_compiled_module_is_patched_and_compiled_again(vision, images, how):
    torch._dynamo.reset()
    backend = Compiler()
    compiled = torch.compile(vision, backend=backend, **how)
    names = ["blocks.0.mlp", "blocks.1.mlp.widen", "blocks.1.attention.heads[1]", "head"]
    with torch.no_grad():
        before, made = compiled(images), len(backend.graphs)
        for _ in range(3):
            fresh = len(backend.graphs)
            for name in names:
                with ablated(vision, name):
                    expected = vision(images)
                with ablated(compiled, name) as patch:
                    assert torch.equal(compiled(images), expected)
                assert patch.acted[0].proven
                assert patch.output_change == pytest.approx(change(before, expected))
        assert fresh > made, "it was compiled for the ablation"
        assert len(backend.graphs) == fresh, "and the pieces are used again"
        assert torch.equal(compiled(images), before)
        assert len(backend.graphs) == fresh, "while its own code is still there"


def test_a_full_graph_has_no_room_for_an_ablation_and_is_run_by_python(plain, x):
    backend = Compiler()
    compiled = torch.compile(plain, backend=backend, fullgraph=True)
    with torch.no_grad():
        before = compiled(x)
        with ablated(compiled, "0"):
            assert torch.equal(compiled(x), without_first(plain, x))
        assert torch.equal(compiled(x), before)
    assert len(backend.graphs) == 1


def change(before: torch.Tensor, after: torch.Tensor) -> float:
    return float((after - before).abs().max() / before.abs().max())


def test_parameters_of_a_compiled_module_are_exchanged(plain, x):
    compiled = torch.compile(plain, backend="eager")
    with torch.no_grad():
        before = compiled(x)
        with ablated(compiled, "2.weight"):
            assert torch.equal(compiled(x), plain[2].bias.expand_as(before))
        assert torch.equal(compiled(x), before)


def test_a_compiled_module_is_compared_with_itself_compiled(plain, x):
    """A backend that computes something else than Python does: that is no effect."""

    def other(graph: torch.fx.GraphModule, _: object) -> object:
        return lambda *args: tuple(1.001 * each for each in graph.forward(*args))

    class Dead(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = plain[0]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + torch.nan_to_num(self.part(x) * 0)

    torch._dynamo.reset()
    compiled = torch.compile(Dead().eval(), backend=other)
    with torch.no_grad():
        compiled(x)
        with (
            pytest.raises(AblationHadNoEffectError, match="bit for bit"),
            ablated(compiled, "part"),
        ):
            compiled(x)


def test_a_part_that_was_compiled_keeps_its_name(plain, x):
    expected = without_first(plain, x)
    outer = nn.ModuleDict({"inner": torch.compile(plain, backend="eager")})
    with torch.no_grad():
        outer["inner"](x)
        with ablated(outer, "inner.0") as patch:
            assert torch.equal(outer["inner"](x), expected)
    assert patch.acted[0].component == "inner.0"


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_torchscript_is_refused_with_the_reason(plain, x):
    for recorded in (torch.jit.trace(plain, x), torch.jit.script(plain)):
        with (
            pytest.raises(UnpatchableModuleError, match="TorchScript runs its own copy"),
            ablated(recorded, "0"),
        ):
            recorded(x)
    inside = nn.Sequential(torch.jit.script(plain), nn.Linear(16, 16))
    with pytest.raises(UnpatchableModuleError), ablated(inside, "0.0"):
        inside(x)
    with torch.no_grad(), ablated(inside, "1"):
        assert not inside(x).any()


def test_exported_programs_are_refused_with_the_reason(plain, x):
    exported = torch.export.export(plain, (x,))
    with (
        pytest.raises(UnpatchableModuleError, match="exported from"),
        ablated(exported.module(), "0"),
    ):
        pass
    with (
        pytest.raises(UnpatchableModuleError, match=r"not a torch\.nn\.Module"),
        ablated(exported, "0"),
    ):
        pass


def test_weights_that_a_parent_reads_directly_are_not_a_component(x):
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(16, 16)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.linear(x, self.part.weight)

    net = Reads()
    with (
        pytest.raises(AblationHadNoEffectError, match="reads its weights directly"),
        ablated(net, "part"),
    ):
        net(x)


def test_a_slice_of_what_attention_returns_is_not_a_head(vision):
    """The wrong tensor, which runs without complaint: heads are mixed in what is returned."""
    images = torch.rand(2, 8, 8)
    with torch.no_grad():
        with ablated(vision, "blocks.0.attention.heads[0]"):
            head = vision(images)
        with ablated(vision, "blocks.0.attention[0:8]"):
            slice_ = vision(images)
    assert not torch.allclose(head, slice_)


def test_all_heads_off_is_attention_off_but_for_the_bias_of_its_projection(vision):
    images = torch.rand(2, 8, 8)
    vision.blocks[0].attention.write.bias.data.zero_()
    with torch.no_grad():
        with ablated(vision, "blocks.0.attention.heads[*]"):
            heads = vision(images)
        with ablated(vision, "blocks.0.attention"):
            assert torch.allclose(vision(images), heads)
