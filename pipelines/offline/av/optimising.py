"""The optimisers of a training: one for matrices, one for everything else, under one pace."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn


def optimisers_of(
    weights: Iterable[nn.Parameter], matrix_rate: float, rate: float, *, matrices: bool = True
) -> list[torch.optim.Optimizer]:
    """Return Muon for matrices and AdamW for the rest; AdamW for all if not ``matrices``.

    Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """
    weights = list(weights)
    hidden = [weight for weight in weights if matrices and weight.ndim == 2]
    others = [weight for weight in weights if not (matrices and weight.ndim == 2)]
    made: list[torch.optim.Optimizer] = []
    if hidden:
        made.append(
            torch.optim.Muon(hidden, lr=matrix_rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw", ns_steps=4)
        )
    made.append(torch.optim.AdamW(others, lr=rate, weight_decay=0.0, betas=(0.9, 0.98)))
    for optimiser in made:
        for group in optimiser.param_groups:
            group["full_rate"] = group["lr"]
    return made


def set_pace(optimisers: Sequence[torch.optim.Optimizer], share: float) -> None:
    """Set every learning rate to a share of its full one."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["full_rate"] * share
