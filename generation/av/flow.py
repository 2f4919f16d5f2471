"""Flow matching: noise and film are the two ends of a straight line, and the model learns where the line ends.

Lipman et al. 2023, "Flow Matching for Generative Modeling". ``clean`` is how far along the line a token is: 0 is noise,
1 is film. Every chunk of pictures and every frame of sound has its own, so what is given stays clean while the rest is
made (as in Chen et al. 2024, "Diffusion Forcing").
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from generation.av.transformer import AvTransformer, Conditions, Latents


@dataclass(frozen=True, slots=True)
class Times:
    """At which times a model learns: the logistic of a normal with this middle and spread.

    The loss weighs errors by how much of the line is left, but as if ``least_left`` of it were left at least.
    """

    middle: float = -0.4
    spread: float = 1.0
    least_left: float = 0.1


@dataclass(frozen=True, slots=True)
class Given:
    """The part of a film that is known: latents, and masks of what is given (B, T) and (B, F)."""

    pictures: Tensor
    sound: Tensor
    pictures_given: Tensor
    sound_given: Tensor


def noisy(given: Given, chance: torch.Generator, choice: Times) -> tuple[Latents, Tensor]:
    """Mix noise into all that is not given, at one time per film; return it with the times (B,)."""
    batch = given.pictures.shape[0]
    times = torch.sigmoid(torch.randn(batch, generator=chance) * choice.spread + choice.middle)
    return _mixed(given, times, chance), times


def _mixed(given: Given, times: Tensor, chance: torch.Generator) -> Latents:
    pictures_clean = torch.where(given.pictures_given, 1.0, times[:, None])
    sound_clean = torch.where(given.sound_given, 1.0, times[:, None])
    share, sound_share = pictures_clean[..., None, None, None], sound_clean[..., None]
    pictures = share * given.pictures + (1 - share) * _noise(given.pictures, chance)
    sound = sound_share * given.sound + (1 - sound_share) * _noise(given.sound, chance)
    return Latents(pictures, sound, pictures_clean, sound_clean)


def _noise(like: Tensor, chance: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=chance).to(like)


def flow_loss(
    predicted: tuple[Tensor, Tensor], given: Given, times: Tensor, *, least_left: float, heed: Tensor | None = None,
    sound_heed: Tensor | None = None, sound_weight: float = 0.4,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return the velocity errors of pictures and sound (scalars), over what was not given.

    ``heed`` (B, T, G, G) says how much each place of the pictures counts, ``sound_heed`` (B, F) each frame of sound.
    """
    weight = 1 / (1 - times).clamp_min(least_left).square()
    errors = (predicted[0] - given.pictures).square().mean(dim=2)
    pictures = (errors if heed is None else errors * heed).mean(dim=(2, 3))
    sound = (predicted[1] - given.sound).square().mean(dim=2) * (1.0 if sound_heed is None else sound_heed)
    asked, sound_asked = (~given.pictures_given).float(), (~given.sound_given).float()
    picture_loss = (pictures * asked * weight[:, None]).sum() / asked.sum().clamp_min(1)
    sound_loss = (sound * sound_asked * weight[:, None]).sum() / sound_asked.sum().clamp_min(1)
    return picture_loss, sound_weight * sound_loss


@torch.inference_mode()
def sample(
    model: AvTransformer,
    given: Given,
    conditions: Conditions,
    *,
    steps: int,
    guidance: float,
    seed: int,
    after_step: Callable[[int], None] = lambda _: None,
) -> tuple[Tensor, Tensor]:
    """Make the latents that are not given, by Euler's method. ``after_step`` hears the steps done, and may raise."""
    chance = torch.Generator().manual_seed(seed)
    start = _mixed(given, torch.zeros(given.pictures.shape[0]), chance)
    pictures, sound = start.pictures, start.sound
    times = torch.linspace(0, 1, steps + 1)
    for number in range(steps):
        now, ahead = times[number], times[number + 1]
        clean = torch.where(given.pictures_given, 1.0, now), torch.where(given.sound_given, 1.0, now)
        latents = Latents(pictures, sound, *clean)
        ends = _guided(model, latents, conditions, guidance)
        share = (ahead - now) / (1 - now)
        pictures = pictures + (ends[0] - pictures) * share * (~given.pictures_given)[..., None, None, None]
        sound = sound + (ends[1] - sound) * share * (~given.sound_given)[..., None]
        after_step(number + 1)
    return pictures, sound


def _guided(model: AvTransformer, latents: Latents, conditions: Conditions, guidance: float) -> tuple[Tensor, Tensor]:
    """Ho and Salimans 2022, "Classifier-Free Diffusion Guidance"."""
    said = model(latents, conditions)
    if guidance == 1.0:
        return said[0], said[1]
    unsaid = model(latents, conditions.without_words())
    return unsaid[0] + guidance * (said[0] - unsaid[0]), unsaid[1] + guidance * (said[1] - unsaid[1])
