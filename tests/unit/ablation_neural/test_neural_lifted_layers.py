"""Every way in which networks draw random numbers becomes named noise, or is refused."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

import ablation
from ablation.neural import KeyedNoise
from ablation.neural.errors import InterferenceError, UnrecordedRandomnessError
from ablation.neural.fused import ATTENTION
from ablation.neural.lifting import Draws, Recording, lifted
from ablation.neural.worlds import twins


class Runs(nn.Module):
    """A layer beside a part that is switched off, and one whose noise is watched."""

    def __init__(self, body: Callable[..., Tensor], part: nn.Module | None = None) -> None:
        super().__init__()
        self.body, self.part = body, part
        self.a, self.b = nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.5)), nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.part, x + self.a(x)) + self.b(x)


def once(net: nn.Module, x: Tensor, draw: int = 0) -> Tensor:
    with torch.no_grad(), lifted(net, Draws(KeyedNoise(3), range(draw, draw + 1), Recording())):
        return net(x)


def drop_path(_: object, x: Tensor) -> Tensor:
    """As timm has it: whole examples are dropped, in place on a new tensor."""
    kept = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(0.7)
    return x * kept.div_(0.7)


def checkpointed(part: nn.Module, x: Tensor) -> Tensor:
    return checkpoint(part, x, use_reentrant=False)


def attended(part: nn.Module, x: Tensor) -> Tensor:
    return part(x, x, x, need_weights=False)[0]


LAYERS = {
    "drop path": (drop_path, None),
    "gumbel": (lambda _, x: F.gumbel_softmax(x, tau=0.5, hard=True), None),
    "attention": (attended, nn.MultiheadAttention(6, 2, dropout=0.4, batch_first=True)),
    "encoder": (lambda part, x: part(x), nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)),
    "between layers": (lambda part, x: part(x)[0], nn.LSTM(6, 6, 3, dropout=0.4, batch_first=True)),
    "gated": (lambda part, x: part(x)[0], nn.GRU(6, 6, 2, dropout=0.4, batch_first=True)),
    "plain": (lambda part, x: part(x)[0], nn.RNN(6, 6, 2, dropout=0.4, batch_first=True)),
    "twice": (lambda part, x: part(part(x)), nn.Dropout(0.4)),
    "checkpoint": (checkpointed, nn.Sequential(nn.Linear(6, 6), nn.Dropout(0.4))),
    "channels": (lambda _, x: F.dropout1d(x, 0.4), None),
    "alpha": (lambda _, x: F.alpha_dropout(x, 0.4, training=True), None),
    "feature alpha": (lambda _, x: F.feature_alpha_dropout(x, 0.4, training=True), None),
    "permuted": (lambda _, x: x[..., torch.randperm(6)], None),
    "drawn": (lambda _, x: x * torch.multinomial(x.softmax(-1)[0], 1, True), None),
    "normal": (lambda _, x: torch.normal(x, 0.3), None),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_a_draw_is_fixed_by_its_number_and_by_nothing_else(kind):
    torch.manual_seed(0)
    net, x = Runs(*LAYERS[kind]).train(), torch.randn(1, 4, 6)
    first = once(net, x)
    torch.manual_seed(99)
    assert torch.equal(once(net, x), first)
    assert any(not torch.equal(once(net, x, draw), first) for draw in (1, 2, 3))


@pytest.mark.parametrize("kind", LAYERS)
def test_switching_a_part_off_shifts_no_noise(kind):
    """With the first part off, the rest is what a network without that part gives on its noise."""
    torch.manual_seed(0)
    net, x = Runs(*LAYERS[kind]).train(), torch.randn(1, 4, 6)
    read = {"read": lambda output: output, "noise": KeyedNoise(3), "draws": 4}
    off = twins(net, x, "a", **read).off
    without = Runs(*LAYERS[kind]).train()
    without.b = net.b
    without.a = Zeros()
    for draw, output in enumerate(off):
        torch.testing.assert_close(once(without, x, draw), output)


class Zeros(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


@pytest.mark.parametrize("name", ATTENTION)
@pytest.mark.parametrize("causal", [False, True])
def test_a_fused_kernel_drops_what_its_decomposition_drops(name, causal):
    """As on a device whose kernels draw inside: the same noise at the same place."""
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 2, 5, 8).unbind()

    def plain(_: object, x: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v, dropout_p=0.4, is_causal=causal)

    def fused(_: object, x: Tensor) -> Tensor:
        last = {"attn_bias": None} if name.endswith("cudnn_attention") else {}
        last |= {"attn_bias": None} if name.endswith("efficient_attention") else {}
        last |= {"compute_log_sumexp": False} if last else {}
        return ATTENTION[name](q, k, v, **last, dropout_p=0.4, is_causal=causal)[0]

    one, other = Kernel(plain).train(), Kernel(fused).train()
    torch.testing.assert_close(once(other, q), once(one, q))
    assert not torch.allclose(once(one, q), once(one, q, 1))


class Kernel(nn.Module):
    def __init__(self, body: Callable[..., Tensor]) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(None, x)


def test_a_fused_kernel_that_must_give_gradients_is_refused():
    q = torch.randn(1, 2, 5, 8)
    net = Kernel(lambda _, x: ATTENTION["_scaled_dot_product_flash_attention"](x, x, x, 0.4)[0])
    draws = Draws(KeyedNoise(0), range(1), Recording())
    with pytest.raises(UnrecordedRandomnessError, match="flash"), lifted(net, draws):
        net(q)


def test_dropout_in_one_kernel_is_dropout_in_several():
    """Torch drops by another operation on another device; the noise is the same."""
    x = torch.rand(50, 6)
    one = Kernel(lambda _, x: torch.native_dropout(x, 0.3, True)[0])
    other = Kernel(lambda _, x: F.dropout(x, 0.3))
    torch.testing.assert_close(once(one, x), once(other, x))


def test_layers_between_which_a_kernel_would_drop_are_run_apart():
    class Watched(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.seen = nn.LSTM(3, 3, 2, dropout=0.5), []

        def forward(self, x: Tensor) -> Tensor:
            self.seen.append(torch.backends.cudnn.enabled)
            return self.memory(x)[0]

    net, before = Watched(), torch.backends.cudnn.enabled
    once(net.train(), torch.rand(2, 1, 3))
    once(net.eval(), torch.rand(2, 1, 3))
    assert net.seen == [False, before]
    assert torch.backends.cudnn.enabled is before


class Shared(nn.Module):
    """Statistics of the batch, taken by torch's own function."""

    def __init__(self, norm: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.norm, self.read, self.head = norm, nn.Linear(4, 6), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.read(x).unsqueeze(-1)).squeeze(-1))


def batch_norm(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


def first(output: Tensor) -> Tensor:
    return output[:, 0]


def test_statistics_that_examples_share_are_refused_wherever_they_are_taken():
    net, x = Shared(batch_norm).eval(), torch.rand(5, 4)
    with pytest.raises(InterferenceError, match="live in the module's own forward"):
        ablation.flow(net, x, ["read", "head"], metric=first)
    with pytest.raises(InterferenceError):
        ablation.audit(net, x, ["read", "head"], metric=first, margin=0.1)
    running = Shared(lambda x: F.batch_norm(x, torch.zeros(6), torch.ones(6))).eval()
    assert len(ablation.flow(running, x, ["read", "head"], metric=first).nodes) == 2


def test_one_example_shares_with_nobody():
    def norm(x: Tensor) -> Tensor:
        return F.instance_norm(x.expand(-1, -1, 3) * torch.arange(3.0))

    net = Shared(lambda x: norm(x)[..., :1]).eval()
    assert len(ablation.flow(net, torch.rand(5, 4), ["read", "head"], metric=first).nodes) == 2


NAMESPACE = torch.library.Library("ablation_test", "FRAGMENT")
NAMESPACE.define("said(Tensor x) -> Tensor", tags=(torch.Tag.nondeterministic_seeded,))
NAMESPACE.define("unsaid(Tensor x) -> Tensor")
NAMESPACE.impl("said", lambda x: x * torch.rand_like(x), "CPU")
NAMESPACE.impl("unsaid", lambda x: x * torch.rand_like(x), "CPU")


@pytest.mark.parametrize("name", ["said", "unsaid"])
def test_an_operation_of_ones_own_that_draws_is_refused(name):
    """Whether it says so, which is seen at once, or not, and moves torch's stream."""
    net = Runs(lambda _, x: getattr(torch.ops.ablation_test, name)(x)).train()
    x, before = torch.rand(1, 6), torch.get_rng_state()
    with pytest.raises(UnrecordedRandomnessError) as caught:
        ablation.explain(net, x, "a", event=lambda y: y.sum(), draws=5)
    assert ("ablation_test.said" in str(caught.value)) is (name == "said")
    assert "\n" not in str(caught.value)
    assert torch.equal(torch.get_rng_state(), before)


def test_an_operation_that_draws_from_a_stream_of_its_own_is_refused():
    own = torch.Generator().manual_seed(0)

    @torch.library.custom_op("ablation_test::own", mutates_args=())
    def draws(x: Tensor) -> Tensor:
        return x * torch.rand(x.shape, generator=own)

    net = Runs(lambda _, x: draws(x)).train()
    with pytest.raises(UnrecordedRandomnessError, match="Two runs with the same noise differ"):
        ablation.explain(net, torch.rand(1, 6), "a", event=lambda y: y.sum(), draws=5)
