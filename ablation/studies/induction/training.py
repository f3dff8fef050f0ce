"""Strings that repeat after a period that is not told, and a network trained to continue them.

Only what is in the string says what comes next: tokens and periods are drawn afresh every time.
"""

import torch
from torch import Tensor, nn

from ablation.studies.digits.training import one_thread
from ablation.studies.induction.transformer import Repeater

TOKENS, LENGTH = 16, 16


def strings(many: int, period: int, generator: torch.Generator) -> Tensor:
    """Draw strings of different tokens that repeat after so many.

    >>> drawn = strings(2, 5, torch.Generator().manual_seed(0))
    >>> drawn.shape, bool((drawn[:, :11] == drawn[:, 5:]).all())
    (torch.Size([2, 16]), True)
    """
    once = torch.rand(many, TOKENS, generator=generator).argsort(1)[:, :period]
    return once.repeat(1, -(-LENGTH // period))[:, :LENGTH]


def repeated_well(logits: Tensor, tokens: Tensor, period: int) -> float:
    """The share of right next tokens, where the string has begun to repeat."""
    right = logits[:, period:-1].argmax(-1) == tokens[:, period + 1 :]
    return float(right.double().mean())


@one_thread()
def trained(*, heads: int, steps: int, seed: int, width: int = 32) -> Repeater:
    """Train a repeater; a few seconds on one core are enough for heads of induction to form."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Repeater(TOKENS, LENGTH, width, heads)
    generator = torch.Generator().manual_seed(seed)
    loss = nn.CrossEntropyLoss()
    steps_of = torch.optim.AdamW(net.parameters(), lr=3e-3, betas=(0.9, 0.99))
    for _ in range(steps):
        period = int(torch.randint(LENGTH // 4, LENGTH // 2 + 1, (1,), generator=generator))
        tokens = strings(64, period, generator)
        logits = net(tokens)[:, period:-1].flatten(0, 1)
        steps_of.zero_grad()
        loss(logits, tokens[:, period + 1 :].flatten()).backward()
        steps_of.step()
    return net.eval()
