"""The transformer: words, conditions, pictures and sound are tokens of one sequence with one attention.

Attention is shared, each modality has its own feed-forward (after the multi-modal diffusion transformers of Esser et
al. 2024, "Scaling Rectified Flow Transformers"), and rotary positions of pictures and sound count in the same
seconds, so that a blow and its sound have the same place in time. The network predicts the clean latents themselves
(x-prediction: Li and He 2025, "Back to Basics: Let Denoising Generative Models Denoise").

Shapes: B films, V picture tokens, A sound tokens, W words, N all tokens, D width, H heads, T chunks, F frames.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.av.config import AvConfig

_MODALITIES = ("context", "picture", "sound")
_TIME_SCALE = 24.0  # rotary positions count frames


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a film is made from.

    - ``words`` (B, W): rows of the word table; 0 is no word.
    - ``portraits`` (B, 3, P, P) in [0, 1], ``has_portrait`` (B,): the character's picture.
    - ``parameters`` (B, K), ``has_parameters`` (B, K): physical parameters in SI units, and which are told.
    """

    words: Tensor
    portraits: Tensor
    has_portrait: Tensor
    parameters: Tensor
    has_parameters: Tensor

    def without_words(self) -> "Conditions":
        """Return the same with no words, characters or parameters: what guidance steers away from."""
        return replace(
            self,
            words=torch.zeros_like(self.words),
            has_portrait=torch.zeros_like(self.has_portrait),
            has_parameters=torch.zeros_like(self.has_parameters),
        )


@dataclass(frozen=True, slots=True)
class Latents:
    """Pictures (B, T, C, G, G) and sound (B, F, C'), each with how clean it is: (B, T) and (B, F) in [0, 1]."""

    pictures: Tensor
    sound: Tensor
    pictures_clean: Tensor
    sound_clean: Tensor


class AvTransformer(nn.Module):
    """Predicts clean latents from noisy ones and the conditions."""

    def __init__(self, config: AvConfig) -> None:
        super().__init__()
        media, model = config.media, config.model
        self.config = config
        width, cell = model.width, config.codec.picture_channels * model.patch**2
        self.words = nn.Embedding(model.word_buckets, width, padding_idx=0)
        # A word that no film was told by adds nothing.
        nn.init.zeros_(self.words.weight)
        self.word_places = nn.Parameter(torch.zeros(model.most_words, width))
        self.portrait = nn.Sequential(
            nn.Conv2d(3, 32, 4, stride=4), nn.SiLU(), nn.Conv2d(32, 48, 2, stride=2), nn.SiLU(), nn.Flatten(),
            nn.Linear(48 * (model.portrait_px // 8) ** 2, width),
        )  # fmt: skip
        self.parameters_in = nn.Linear(2 * len(model.parameters), width)
        self.kinds = nn.Parameter(torch.randn(4, width) * 0.02)  # no word, no portrait, parameters, portrait
        self.picture_in, self.picture_out = nn.Linear(cell, width), nn.Linear(width, cell)
        side = media.grid // model.patch
        self.picture_places = nn.Parameter(torch.randn(side * side, width) * 0.02)
        sound = config.codec.sound_channels
        self.sound_in, self.sound_out = nn.Linear(sound, width), nn.Linear(width, sound)
        self.clean = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(_Block(model.width, model.heads, model.feed_forward) for _ in range(model.layers))
        for last in (self.picture_out, self.sound_out):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        angles = _rotary(media.chunks, media.chunk_frames, side, model.width // model.heads, model.most_words + 2)
        self.register_buffer("cosines", angles.cos(), persistent=False)
        self.register_buffer("sines", angles.sin(), persistent=False)
        self.cosines: Tensor
        self.sines: Tensor

    def forward(self, latents: Latents, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """Return the predicted clean pictures and sound, in the shapes of ``latents``."""
        patch = self.config.model.patch
        cells = _to_cells(latents.pictures, patch)
        per_chunk = cells.shape[1] // latents.pictures.shape[1]
        context = self._context(conditions)
        # Rotary positions tell only how far apart two tokens are; a floor is at one place.
        places = self.picture_places.repeat(latents.pictures.shape[1], 1)
        streams = [context, self.picture_in(cells) + places, self.sound_in(latents.sound)]
        clean = torch.cat(
            [
                torch.ones_like(context[..., 0]),
                latents.pictures_clean.repeat_interleave(per_chunk, dim=1),
                latents.sound_clean,
            ],
            dim=1,
        )
        steps = self.modulation(self.clean(_waves(clean)))
        for block in self.blocks:
            streams = block(streams, steps, self.cosines, self.sines)
        pictures = _from_cells(self.picture_out(_normed(streams[1])), latents.pictures.shape, patch)
        return pictures, self.sound_out(_normed(streams[2]))

    def _context(self, conditions: Conditions) -> Tensor:
        """Return the word, parameter and portrait tokens (B, W + 2, D)."""
        said = (conditions.words > 0).unsqueeze(-1).to(self.kinds.dtype)
        words = said * (self.words(conditions.words) + self.word_places) + (1 - said) * self.kinds[0]
        known = conditions.has_parameters.to(self.kinds.dtype)
        told = torch.cat([conditions.parameters * 2 * known, known], dim=-1)
        parameters = self.parameters_in(told) + self.kinds[2]
        shown = conditions.has_portrait.to(self.kinds.dtype).unsqueeze(-1)
        portrait = shown * (self.portrait(conditions.portraits * 2 - 1) + self.kinds[3]) + (1 - shown) * self.kinds[1]
        return torch.cat([words, parameters.unsqueeze(1), portrait.unsqueeze(1)], dim=1)


class _Block(nn.Module):
    """One layer: shared attention, then each modality's own feed-forward; gated and shifted by how clean a token is."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.into = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gates = nn.ModuleList(nn.Linear(width, 2 * hidden, bias=False) for _ in _MODALITIES)
        self.down = nn.ModuleList(nn.Linear(hidden, width, bias=False) for _ in _MODALITIES)
        self.shift = nn.Parameter(torch.randn(6 * width) / math.sqrt(width))

    def forward(self, streams: list[Tensor], steps: Tensor, cosines: Tensor, sines: Tensor) -> list[Tensor]:
        lengths = [stream.shape[1] for stream in streams]
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = (steps + self.shift).chunk(6, dim=-1)
        x = torch.cat(streams, dim=1)
        x = x + gate_a * self._attend(self.into(_normed(x) * (1 + scale_a) + shift_a), cosines, sines)
        inner = torch.split(_normed(x) * (1 + scale_f) + shift_f, lengths, dim=1)
        parts = [self._feed(number, part) for number, part in enumerate(inner)]
        x = x + gate_f * torch.cat(parts, dim=1)
        return list(torch.split(x, lengths, dim=1))

    def _attend(self, qkv: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        batch, count, _ = qkv.shape
        query, key, value = qkv.reshape(batch, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # Queries and keys of unit scale keep attention from saturating as training goes on.
        query, key = _turned(_normed(query), cosines, sines), _turned(_normed(key), cosines, sines)
        # Written out: for so few tokens the fused kernel's backward pass is slower on a processor than these products.
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        seen = scores.softmax(dim=-1).to(value.dtype) @ value
        mixed: Tensor = self.out(seen.transpose(1, 2).reshape(batch, count, -1))
        return mixed

    def _feed(self, number: int, part: Tensor) -> Tensor:
        gate, up = self.gates[number](part).chunk(2, dim=-1)
        fed: Tensor = self.down[number](functional.silu(gate) * up)
        return fed


def _normed(x: Tensor) -> Tensor:
    return functional.rms_norm(x, (x.shape[-1],))


def _waves(share: Tensor) -> Tensor:
    """Return 64 sines and cosines of a number in [0, 1]."""
    rates = torch.exp(torch.linspace(0, math.log(200.0), 32, device=share.device))
    angles = share.unsqueeze(-1) * rates * math.pi
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def _to_cells(pictures: Tensor, patch: int) -> Tensor:
    """Cut (B, T, C, G, G) into tokens (B, T * (G / p)^2, C * p^2)."""
    batch, chunks, channels, grid, _ = pictures.shape
    side = grid // patch
    cut = pictures.reshape(batch, chunks, channels, side, patch, side, patch)
    return cut.permute(0, 1, 3, 5, 2, 4, 6).reshape(batch, chunks * side * side, channels * patch * patch)


def _from_cells(cells: Tensor, shape: torch.Size, patch: int) -> Tensor:
    batch, chunks, channels, grid, _ = shape
    side = grid // patch
    cut = cells.reshape(batch, chunks, side, side, channels, patch, patch)
    return cut.permute(0, 1, 4, 2, 5, 3, 6).reshape(shape)


def _rotary(chunks: int, chunk_frames: int, side: int, head: int, context: int) -> Tensor:
    """Return the angles (N, head / 2): half of each head turns with time, a quarter each with height and width."""
    chunk_time = (torch.arange(chunks) + 0.5) * chunk_frames
    time, down, across = torch.meshgrid(chunk_time, torch.arange(float(side)), torch.arange(float(side)), indexing="ij")
    pictures = torch.stack([time.flatten(), down.flatten(), across.flatten()], dim=1)
    sound = torch.zeros(chunks * chunk_frames, 3)
    sound[:, 0] = torch.arange(chunks * chunk_frames) + 0.5
    # Sound stands beside the picture, not in a corner of it.
    sound[:, 1:] = -1.0
    places = torch.cat([torch.zeros(context, 3), pictures, sound]).float()
    parts = []
    for axis, size, longest in ((0, head // 4, 10 * _TIME_SCALE), (1, head // 8, 30.0), (2, head // 8, 30.0)):
        rates = longest ** -(torch.arange(size) / max(1, size - 1))
        parts.append(places[:, axis : axis + 1] * rates)
    return torch.cat(parts, dim=1)


def _turned(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat([first * cosines - second * sines, first * sines + second * cosines], dim=-1)
    return turned.to(x.dtype)
