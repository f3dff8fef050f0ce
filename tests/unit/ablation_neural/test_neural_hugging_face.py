"""Models of another library, from a configuration alone: random weights, no download."""

import socket

import numpy as np
import pytest
import torch
import transformers
from strategies.hugging_face import both, language, vision
from torch import Tensor, nn

import ablation
from ablation import Mean
from ablation.neural import Components, ablated


@pytest.fixture(autouse=True)
def _seeded_and_alone(monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a model was to be built without asking anybody")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def columns(model: nn.Module, projection: str, head: int, width: int) -> Tensor:
    """The weights with which a projection reads one head, whichever way they are kept."""
    part = model.get_submodule(projection)
    weight = part.weight.T if type(part).__name__ == "Conv1D" else part.weight
    return weight[:, head * width : (head + 1) * width]


CASES = [
    (language, "transformer.h.1.attn", "c_proj", 3, 8),
    (vision, "vit.layers.0.attention", "o_proj", 2, 8),
    (both, "model.visual.blocks.1.attn", "proj", 1, 8),
    (both, "model.language_model.layers.0.self_attn", "o_proj", 3, 8),
]


@pytest.mark.parametrize(("build", "attention", "projection", "head", "width"), CASES)
def test_a_head_is_off_as_if_nobody_read_it(build, attention, projection, head, width):
    model, inputs = build()
    before = model(**inputs).logits
    with ablated(model, f"{attention}.heads[{head}]") as patch:
        off = model(**inputs).logits
    assert [did.calls for did in patch.acted] == [1]
    assert torch.equal(model(**inputs).logits, before), "restored"
    assert not torch.equal(off, before)
    columns(model, f"{attention}.{projection}", head, width).zero_()
    torch.testing.assert_close(model(**inputs).logits, off)


@pytest.mark.parametrize(
    ("build", "pattern"),
    [
        (language, "transformer.h.*.mlp"),
        (vision, "vit.layers.*.attention"),
        (both, "model.language_model.layers.*.mlp"),
        (both, "model.visual.blocks.*.mlp"),
    ],
)
def test_whole_blocks_act_and_leave_no_trace(build, pattern):
    model, inputs = build()
    before = model(**inputs).logits
    with ablated(model, pattern, by=Mean("feature")) as patch:
        assert not torch.allclose(model(**inputs).logits, before)
    assert [(did.calls, did.proven) for did in patch.acted] == [(1, True)] * 2
    assert torch.equal(model(**inputs).logits, before)


def test_a_causal_language_model_is_one_stream():
    model, inputs = language()
    names = ["transformer.wte", "transformer.h.*.attn", "transformer.h.*.mlp", "lm_head"]
    graph = Components.of(model, inputs, names)
    order = ["transformer.wte"]
    order += [f"transformer.h.{i}.{part}" for i in (0, 1) for part in ("attn", "mlp")]
    order += ["lm_head"]
    assert graph.exact, graph.route
    assert set(graph.edges) == {(a, b) for i, a in enumerate(order) for b in order[i + 1 :]}
    assert graph.ends == (("input", "transformer.wte"), ("lm_head", "output"))


def test_a_vision_language_model_sends_the_image_through_the_merger_alone():
    model, inputs = both()
    eyes, tongue = "model.visual.blocks.*.attn", "model.language_model.layers.*.self_attn"
    mergers = ["model.visual.merger", "model.visual.deepstack_merger_list.0"]
    graph = Components.of(model, inputs, [eyes, *mergers, tongue, "lm_head"])
    assert not graph.exact, "its code asks how long each image is"
    between = {(a, b) for a, b in graph.edges if a.startswith("model.visual.blocks")}
    assert {b for _, b in between} <= {"model.visual.blocks.1.attn", *mergers}
    first, second = (f"model.language_model.layers.{i}.self_attn" for i in (0, 1))
    assert (mergers[0], first) in graph.edges
    assert (mergers[1], first) not in graph.edges, "deep features arrive after the first layer"
    assert (mergers[1], second) in graph.edges


def test_an_audit_of_a_language_model_says_what_each_part_is_for():
    model, inputs = language()
    inputs |= {"input_ids": torch.randint(0, 50, (48, 7))}
    found = ablation.audit(
        model,
        inputs,
        ["transformer.wte", "transformer.h.*.mlp", "transformer.h.1.attn.heads[0]"],
        metric=lambda output: output.logits[:, -1, 3] - output.logits[:, -1, 5],
        margin=0.01,
        draws=5,
        name="the logit difference",
    )
    assert found.verdict("transformer.wte").startswith("necessary")
    assert all(each.clean for each in found.collateral)
    assert {each.many for each in found.replacements} == {3}
    assert found.exact_graph
    assert "when one of transformer.wte, " in found.estimand


def test_vision_transformers_are_trained_together():
    transformers.logging.set_verbosity_error()
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(3, 4, 3, 16, 16, generator=draw)
    batches = [(each, torch.arange(4)) for each in images]
    with torch.enable_grad():
        one, other = (
            ablation.train_together(
                lambda: vision()[0],
                [0, ablation.Arm(0, off=("vit.layers.0.attention",)), 1],
                batches,
                loss=lambda model, batch: nn.functional.cross_entropy(
                    model(pixel_values=batch[0]).logits, batch[1]
                ),
                optimiser=lambda weights: torch.optim.SGD(weights, lr=0.1),
                together=together,
            )
            for together in (None, 1)
        )
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-4)
    assert len({tuple(column) for column in one.losses.T}) == 3
