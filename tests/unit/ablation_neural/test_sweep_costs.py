"""What a sweep spares, and what it must not spare: shared prefixes, few examples, proof."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ablation import Noise, Zero, ablated, sweep
from ablation.neural.sweep import packing, running
from ablation.neural.sweep.program import Operation
from ablation.neural.sweep.thin import Thin
from ablation.operators import Constant


def deep(depth: int = 6, width: int = 12) -> nn.Module:
    torch.manual_seed(0)
    steps = [step for _ in range(depth) for step in (nn.Linear(width, width), nn.Tanh())]
    return nn.Sequential(*steps, nn.Linear(width, 3)).eval()


def first(output: Tensor) -> Tensor:
    return output[:, 0]


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The names of the operations done for ablations."""
    done: list[str] = []
    known = Operation.__call__

    def counting(self: Operation, state: object) -> object:
        done.append(self.step.name)
        return known(self, state)

    monkeypatch.setattr(Operation, "__call__", counting)
    return done


def test_a_prefix_that_subsets_share_is_run_once(counted):
    module, x = deep(), draw(4, 12)
    layers = [str(2 * i) for i in range(6)]
    sweep(module, x, layers, metric=first, subsets=2, together=1, verify=1)
    pairs = math.comb(6, 2)
    alone = sum(6 - i for i in range(6))
    again = sum(6 - j for i in range(6) for j in range(i + 1, 6))
    from_the_first_cut = sum(6 - i for i in range(6) for _ in range(i + 1, 6))
    prefixes = sum(6 - i for i in range(5))
    assert counted.count("linear") <= alone + again + prefixes
    assert again + prefixes < from_the_first_cut
    assert pairs == 15


@pytest.mark.parametrize("by", [Constant(0.5), Noise(0.3)], ids=str)
@pytest.mark.parametrize("memory", [1, 2**20])
def test_three_at_a_time_are_the_naive_three_with_any_memory(by, memory):
    module, x = deep(4).double(), draw(5, 12).double()
    names = ["0[*:6]", "2", "4[0:3]", "5"]
    found = sweep(module, x, names, metric=first, by=by, subsets=3, memory=memory)
    assert found.attrs["engine"] == "suffix"
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row.split(" + "), by=by, expect_effect=False):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-9)


class Tied(nn.Module):
    """One layer before and after another: cutting it, then the other, cuts it once more."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        return self.c(self.a(torch.tanh(self.b(torch.tanh(self.a(x))))))


def test_a_prefix_that_comes_back_later_is_not_shared():
    torch.manual_seed(0)
    module, x = Tied().eval(), draw(4, 6)
    found = sweep(
        module,
        x,
        ["a[0:3]", "b", "b[0:2]", "c"],
        metric=first,
        subsets=[["a[0:3]", n] for n in ("b", "b[0:2]", "c")],
    )
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row.split(" + ")):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-5, abs=1e-7)


def test_a_part_is_a_narrow_product_for_the_matrix_that_reads_it(counted):
    module, x = deep(3), draw(4, 12)
    sweep(module, x, ["0[*]", "2[*]"], metric=first, together=1, verify=1)
    assert counted.count("linear") == 12 * 2 + 12 * 1


def test_a_narrow_product_that_is_wrong_is_done_without(monkeypatch):
    module, x = deep(3), draw(4, 12)
    right = sweep(module, x, ["0[*]", "2[*]"], metric=first)
    known = Thin._rows_off
    monkeypatch.setattr(Thin, "_rows_off", lambda *args: (known(*args), args[-1].add_(0.01)))
    found = sweep(module, x, ["0[*]", "2[*]"], metric=first)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
    assert found["ablated"].tolist() == pytest.approx(right["ablated"].tolist(), rel=1e-5)


# What is compared is what was done


class Normalising(nn.Module):
    """Batch statistics: every example reads all others."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.norm, self.b = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(F.relu(self.norm(self.a(x))))


class Centring(nn.Module):
    """With one example, what it is centred by is itself."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        return self.b(x - x.mean(0, keepdim=True) + 1)


@pytest.mark.parametrize("examples", [2, 3, 4, 5])
def test_runs_that_would_share_their_statistics_are_not_put_side_by_side(examples):
    torch.manual_seed(0)
    module, x = Normalising().train(), draw(examples, 4)
    found = sweep(module, x, ["a[*]", "norm[*]"], metric=first, expect_effect=False)
    assert found.attrs["together"] == 1
    assert "examples together" in found.attrs["reason"]
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row, expect_effect=False):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("examples", [1, 2, 3])
def test_few_examples_do_not_hide_that_they_read_one_another(examples):
    torch.manual_seed(0)
    module, x = Centring().eval(), draw(examples, 4)
    found = sweep(module, x, ["a[*]", "a"], metric=first, expect_effect=False)
    assert found.attrs["together"] == 1
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row, expect_effect=False):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-5, abs=1e-6)


def test_one_that_ran_beside_others_is_always_compared(monkeypatch):
    """The first to run goes alone; a fault of stacking would not show in it."""
    seen: list[tuple[int, ...]] = []
    known = running.Check.due

    def watching(self: running.Check, finished: object) -> object:
        due = list(known(self, finished))
        seen.extend([finished.numbers] * len(due))
        return iter(due)

    monkeypatch.setattr(running.Check, "due", watching)
    module, x = deep(3), draw(6, 12)
    found = sweep(module, x, ["0[*]", "2[*]"], metric=first, verify=1)
    assert found.attrs["checked"] >= 1
    assert any(len(numbers) > 1 for numbers in seen) or found.attrs["checked"] == 2


def test_a_fault_of_stacking_is_found(monkeypatch):
    module, x = deep(4), draw(6, 12)
    known = Operation.__call__

    def off(self: Operation, state: object) -> object:
        value = known(self, state)
        return value * 1.001 if self.many > 1 and isinstance(value, Tensor) else value

    right = sweep(module, x, ["0[*]", "2[*]"], metric=first)
    monkeypatch.setattr(Operation, "__call__", off)
    found = sweep(module, x, ["0[*]", "2[*]"], metric=first, verify=1)
    assert found.attrs["engine"] == "naive"
    assert found["ablated"].tolist() == pytest.approx(right["ablated"].tolist(), rel=1e-5)


# Other kinds of numbers and machines


def test_few_digits_are_compared_with_what_they_can_hold():
    module, x = deep().to(torch.bfloat16), draw(6, 12).to(torch.bfloat16)
    found = sweep(module, x, ["0[*]", "4[*]", "6"], metric=first, verify=None, expect_effect=False)
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    assert found.attrs["largest_difference"] <= 8 * torch.finfo(torch.bfloat16).eps
    assert found["noise_floor"][0] > 1e-4 * abs(found["baseline"][0])
    assert found["rank"].isna().any(), "what is within the noise floor is not ranked"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA machine")
def test_a_graphics_processor_gives_what_the_processor_gives():
    module, x = deep(), draw(64, 12)
    here = sweep(module, x, ["0[*]", "4[*]", "6"], metric=first)
    there = sweep(module.cuda(), x.cuda(), ["0[*]", "4[*]", "6"], metric=first)
    assert there.attrs["engine"] == "suffix"
    assert there["ablated"].tolist() == pytest.approx(here["ablated"].tolist(), rel=1e-4)


def test_a_branch_on_what_no_ablation_changes_is_followed_batch_by_batch():
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            sign = 1.0 if bool((x.sum() > 0).item()) else -1.0
            return self.b(torch.tanh(self.a(x)) * sign)

    torch.manual_seed(0)
    module, x = Masked().eval(), torch.cat([draw(3, 4).abs(), -draw(3, 4).abs()])
    found = sweep(module, [x[:3], x[3:]], ["a[*]", "a"], metric=first)
    assert found.attrs["engine"] == "suffix"
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row):
            each = [float(first(module(part)).mean()) for part in (x[:3], x[3:])]
        assert sum(each) / 2 == pytest.approx(value, rel=1e-5)


class Turning(nn.Module):
    """Tables written by a view and read by another name, before any component is run."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)
        self.calls = torch.zeros(())

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        table = torch.outer(torch.arange(1.0, 3.0), torch.arange(4.0)) * self.calls.sign()
        first_row = table[0]
        first_row[::2] = table[1, ::2]
        return self.b(torch.tanh(self.a(x) + table[0]) * (table.sum(0) + 1))


def test_what_no_ablation_changes_may_be_written_under_any_name():
    torch.manual_seed(0)
    module, x = Turning().eval(), draw(5, 4)
    found = sweep(module, x, ["a[*]", "a", "b"], metric=first, batch_size=3)
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-5)


class Wide(nn.Module):
    """Products large enough to be laid out, with what bends them behind."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b, self.c = nn.Linear(16, 256), nn.Linear(256, 512), nn.Linear(512, 256)
        self.d, self.e = nn.Linear(256, 256, bias=False), nn.Linear(256, 3)
        self.tanh = nn.GELU(approximate="tanh")

    def forward(self, x: Tensor) -> Tensor:
        x = self.c(nn.functional.gelu(self.b(self.a(x))))
        return self.e(x + self.tanh(self.d(x)))


@pytest.mark.skipif(not packing._is_there(), reason="this torch has no oneDNN")
def test_products_of_laid_out_weights_are_those_of_the_naive_loop(monkeypatch):
    monkeypatch.setattr(packing, "_is_faster", lambda *_: True)
    calls = []
    known = packing._multiplied

    def noted(*args, **kwargs):
        calls.append(kwargs["bend"])
        return known(*args, **kwargs)

    monkeypatch.setattr(packing, "_multiplied", noted)
    module, x = Wide().eval(), draw(60, 16)
    for names, subsets in ((["a[*:8]", "c"], 1), (["a[*:64]", "b[0:4]", "c[*:64]", "d"], 2)):
        found = sweep(module, x, names, metric=first, subsets=subsets, verify=None)
        assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
        assert found.attrs["largest_difference"] <= 1e-6
    assert set(calls) == {"none", "gelu"}


@pytest.mark.skipif(not packing._is_there(), reason="this torch has no oneDNN")
def test_a_laid_out_weight_that_is_wrong_is_done_without(monkeypatch):
    monkeypatch.setattr(packing, "_is_faster", lambda *_: True)
    module, x = Wide().eval(), draw(60, 16)
    right = sweep(module, x, ["a[*:8]"], metric=first)
    known = packing._multiplied
    monkeypatch.setattr(packing, "_multiplied", lambda *a, **named: known(*a, **named) + 0.01)
    found = sweep(module, x, ["a[*:8]"], metric=first)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
    assert found["effect"].tolist() == pytest.approx(right["effect"].tolist(), abs=1e-6)


def test_what_a_wrong_product_costs_is_no_second_recording(monkeypatch):
    monkeypatch.setattr(packing, "_is_faster", lambda *_: True)
    module, x = Wide().eval(), draw(60, 16)
    recorded, runs = running.record, []
    monkeypatch.setattr(running, "record", lambda *a, **k: runs.append(1) or recorded(*a, **k))
    known = packing._multiplied
    monkeypatch.setattr(packing, "_multiplied", lambda *a, **named: known(*a, **named) + 0.01)
    thin = Thin._rows_off
    monkeypatch.setattr(Thin, "_rows_off", lambda *args: (thin(*args), args[-1].add_(0.01)))
    found = sweep(module, x, ["a[*:8]"], metric=first)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
    assert found.attrs["largest_difference"] <= 1e-6
    assert len(runs) == 2, "the pass and its copies, once"


def test_rounding_of_fewer_examples_is_no_difference(monkeypatch):
    module, x = deep(), draw(400, 12)
    known = running.Passes.without

    def rounding_otherwise(self: running.Passes, inputs: Tensor, cuts: object) -> Tensor:
        return known(self, inputs, cuts) * (1 if len(inputs) == len(x) else 1 + 3e-6)

    monkeypatch.setattr(running.Passes, "without", rounding_otherwise)
    found = sweep(module, x, ["0[*]", "4[*]", "6"], metric=first)
    assert found.attrs["engine"] == "suffix"
    assert found.attrs["largest_difference"] <= 1e-6


@pytest.mark.parametrize("by", [Zero(), Constant(0.5)], ids=str)
def test_narrow_products_know_autocast(by):
    module, x = Wide().eval(), draw(60, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = sweep(module, x, ["b[*:64]", "e"], metric=lambda y: y[:, 0].float(), by=by)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
