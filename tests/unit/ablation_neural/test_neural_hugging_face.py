"""Models of another library, from a configuration alone: random weights, no download."""

import socket
from collections.abc import Mapping

import numpy as np
import pytest
import torch
import transformers
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


def language() -> tuple[nn.Module, Mapping[str, object]]:
    config = transformers.GPT2Config(
        vocab_size=50,
        n_positions=16,
        n_embd=32,
        n_layer=2,
        n_head=4,
        bos_token_id=0,
        eos_token_id=1,
    )
    ids = torch.randint(0, 50, (2, 7))
    return transformers.GPT2LMHeadModel(config).eval(), {"input_ids": ids, "use_cache": False}


def vision() -> tuple[nn.Module, Mapping[str, object]]:
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        image_size=16,
        patch_size=4,
        num_labels=5,
    )
    images = torch.rand(2, 3, 16, 16)
    return transformers.ViTForImageClassification(config).eval(), {"pixel_values": images}


def both() -> tuple[nn.Module, Mapping[str, object]]:
    """A vision-language model that reads one image of 16 patches, merged into four tokens."""
    words = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    words |= {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}
    words |= {"max_position_embeddings": 64, "bos_token_id": 0, "eos_token_id": 1}
    rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "mrope_interleaved": True}
    sight = {"depth": 2, "hidden_size": 16, "intermediate_size": 24, "num_heads": 2}
    sight |= {"in_channels": 3, "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2}
    sight |= {"out_hidden_size": 32, "num_position_embeddings": 16}
    config = transformers.Qwen3VLConfig(
        text_config=words | {"rope_scaling": rope},
        vision_config=sight | {"deepstack_visual_indexes": [0]},
        image_token_id=60,
        video_token_id=61,
        vision_start_token_id=62,
        vision_end_token_id=63,
    )
    ids = torch.tensor([[5, 62, 60, 60, 60, 60, 63, 7, 8]])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "use_cache": False}
    inputs |= {"mm_token_type_ids": (ids == 60).long()}
    inputs |= {"pixel_values": torch.rand(16, 96), "image_grid_thw": torch.tensor([[1, 4, 4]])}
    return transformers.Qwen3VLForConditionalGeneration(config).eval(), inputs


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
