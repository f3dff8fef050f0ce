"""Training: one recipe and one set of random streams make one network, bit for bit.

AdamW (Loshchilov & Hutter 2019), the rate rising over the first tenth of the steps and falling to
zero over all of them. Order, augmentation and dropout each have their own stream.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch.nn.functional import cross_entropy

from ablation.canonical import Json
from ablation.design import Seeds
from ablation.studies.digits.augmentation import jittered
from ablation.studies.digits.data import Examples, split
from ablation.studies.digits.initial import initial
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.transformer import VisionTransformer

BATCH, RATE, DECAY, WARMUP = 50, 3e-3, 0.01, 0.1


def train(config: Mapping[str, Json], seeds: Seeds) -> dict[str, float]:
    """Train as the configuration says, and judge on the scans that were held out.

    >>> sorted(train({"epochs": 1, "images": 50}, Seeds("doctest", 0)))
    ['accuracy', 'loss']
    """
    recipe = Recipe.of(config)
    with one_thread():
        network = fitted(recipe, seeds)
        return judged(network, split(seeds["split"], train=recipe.images).test)


def fitted(recipe: Recipe, seeds: Seeds) -> VisionTransformer:
    """Train one network; equal recipe and seeds give equal weights, whatever ran before."""
    network = initial(recipe, seeds).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    examples = split(seeds["split"], train=recipe.images).train
    steps = recipe.epochs * -(-len(examples) // BATCH)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds["dropout"])
        for step, batch in enumerate(_batches(examples, recipe, seeds)):
            for group in optimizer.param_groups:
                group["lr"] = _rate(step, steps, warmup=recipe.warmup)
            logits = network(batch.images)
            loss = cross_entropy(logits, batch.labels, label_smoothing=recipe.smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.eval()


def judged(network: VisionTransformer, test: Examples) -> dict[str, float]:
    """Measure accuracy and cross-entropy on the test images, dropout asleep."""
    with torch.no_grad():
        logits = network.eval()(test.images)
    right = (logits.argmax(1) == test.labels).double().mean()
    return {"accuracy": right.item(), "loss": cross_entropy(logits, test.labels).item()}


def _batches(examples: Examples, recipe: Recipe, seeds: Seeds) -> Iterator[Examples]:
    """Every image once an epoch, in an order of its own."""
    order = torch.Generator().manual_seed(seeds["order"])
    jitter = torch.Generator().manual_seed(seeds["augmentation"])
    for _ in range(recipe.epochs):
        for rows in torch.split(torch.randperm(len(examples), generator=order), BATCH):
            batch = examples.at(rows)
            if recipe.augmentation:
                batch = Examples(jittered(batch.images, jitter), batch.labels)
            yield batch


def _rate(step: int, steps: int, *, warmup: bool) -> float:
    rise = min(1.0, (step + 1) / (WARMUP * steps)) if warmup else 1.0
    return RATE * rise * (1 - step / steps)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: side by side runs share the cores, and sums keep their order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
