"""Models of transformers from a configuration alone: random weights, nothing is downloaded."""

from collections.abc import Mapping

import torch
import transformers
from torch import nn


def language(texts: int = 2) -> tuple[nn.Module, Mapping[str, object]]:
    """GPT-2 with two layers of four heads, and texts of seven tokens."""
    config = transformers.GPT2Config(
        vocab_size=50,
        n_positions=16,
        n_embd=32,
        n_layer=2,
        n_head=4,
        bos_token_id=0,
        eos_token_id=1,
    )
    ids = torch.randint(0, 50, (texts, 7))
    return transformers.GPT2LMHeadModel(config).eval(), {"input_ids": ids, "use_cache": False}


def vision(images: int = 2) -> tuple[nn.Module, Mapping[str, object]]:
    """A vision transformer with two layers of four heads, and images of 16 patches."""
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        image_size=16,
        patch_size=4,
        num_labels=5,
    )
    pixels = torch.rand(images, 3, 16, 16)
    return transformers.ViTForImageClassification(config).eval(), {"pixel_values": pixels}


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
