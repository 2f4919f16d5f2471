"""The learned codecs: four frames become one latent picture, a frame of sound becomes one latent vector.

Shapes: B films, T chunks, F = 4T frames, G the latent picture's side, C channels.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.av.config import AvConfig

_PATCH = 16  # side of the square of pixels that one place of the latent picture stands for


class _Conv(nn.Module):
    """A convolution whose weight is kept as a matrix (outputs, inputs * size^2), as the optimiser of matrices wants it.

    Every output reads ``size`` x ``size`` places, ``stride`` apart; the picture is padded to whole strides.
    """

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1) -> None:
        super().__init__()
        reach = 1 / math.sqrt(inputs * size * size)
        self.weight = nn.Parameter(torch.empty(outputs, inputs * size * size).uniform_(-reach, reach))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.shape, self.stride, self.padding = (outputs, inputs, size, size), stride, (size - stride + 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.view(self.shape)
        return functional.conv2d(x, weight, self.bias, stride=self.stride, padding=self.padding)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.first, self.second = _Conv(width, width, 3), _Conv(width, width, 3)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(functional.silu(self.first(functional.silu(self.norm(x)))))
        return x + y


class PictureCodec(nn.Module):
    """Frames (B, F, 3, S, S) in [0, 1] to latents (B, T, C, G, G), and back."""

    def __init__(self, config: AvConfig) -> None:
        super().__init__()
        media, fine, middle, coarse = config.media, *config.codec.picture_widths
        self.chunk = media.chunk_frames
        deep, channels = media.chunk_frames * 3, config.codec.picture_channels
        self.encoder = nn.Sequential(
            _Conv(deep, fine, 4, stride=4), nn.SiLU(), _Conv(fine, middle, 4, stride=2), _Residual(middle),
            _Conv(middle, coarse, 4, stride=2), _Residual(coarse), _Conv(coarse, channels, 1),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            _Conv(channels, coarse, 3), _Residual(coarse), _Conv(coarse, middle * 4, 3), nn.PixelShuffle(2),
            _Residual(middle), _Conv(middle, fine * 4, 3), nn.PixelShuffle(2), _Residual(fine),
            _Conv(fine, deep * 16, 1), nn.PixelShuffle(4),
        )  # fmt: skip
        self.linear_in, self.linear_out = (
            _Conv(deep, channels, _PATCH, stride=_PATCH),
            _Conv(channels, deep * _PATCH**2, 1),
        )
        for last in (self.encoder[-1], self.decoder[-2]):
            nn.init.zeros_(last.get_parameter("weight"))
        self.register_buffer("centre", torch.zeros(channels, 1, 1))
        self.register_buffer("spread", torch.ones(channels, 1, 1))
        self.centre: Tensor
        self.spread: Tensor

    def encode(self, frames: Tensor) -> Tensor:
        """Return latents of about zero mean and unit spread."""
        batch, count = frames.shape[:2]
        stacked = frames.reshape(batch * (count // self.chunk), -1, *frames.shape[3:])
        seen = stacked * 2 - 1
        latents: Tensor = (self.linear_in(seen) + self.encoder(seen) - self.centre) / self.spread
        return latents.reshape(batch, -1, *latents.shape[1:])

    def decode(self, latents: Tensor) -> Tensor:
        """Return frames; values may leave [0, 1] a little."""
        batch = latents.shape[0]
        flat = latents.flatten(0, 1) * self.spread + self.centre
        frames: Tensor = (functional.pixel_shuffle(self.linear_out(flat), _PATCH) + self.decoder(flat) + 1) / 2
        return frames.reshape(batch, -1, 3, *frames.shape[2:])

    @torch.no_grad()
    def begin_with(self, patches: Tensor) -> None:
        """Set the linear part to the principal components of patches (N, chunk * 3 * 16 * 16) in [0, 1].

        The rest of the network, which starts at nothing, learns what a linear code leaves out.
        """
        seen = patches * 2 - 1
        mean = seen.mean(dim=0)
        _, spreads, axes = torch.pca_lowrank(seen, q=self.linear_in.weight.shape[0], center=True, niter=4)
        spreads = spreads / math.sqrt(len(seen))
        self.linear_in.weight.copy_((axes / spreads).T)
        self.linear_in.bias.copy_(-(axes / spreads).T @ mean)
        self.linear_out.weight.copy_(axes * spreads)
        self.linear_out.bias.copy_(mean)


class SoundCodec(nn.Module):
    """Spectra (B, bands, spectra per frame * F) to latents (B, F, C), and back to full spectra (B, bins, ...)."""

    def __init__(self, config: AvConfig) -> None:
        super().__init__()
        media, width, channels = config.media, config.codec.sound_width, config.codec.sound_channels
        self.per_frame, self.bins = media.spectra, media.fft // 2 + 1
        self.encoder = nn.Sequential(
            nn.Conv1d(media.bands * self.per_frame, width, 3, padding=1), nn.SiLU(),
            nn.Conv1d(width, width, 1), nn.SiLU(), nn.Conv1d(width, channels, 1),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Conv1d(channels, width, 3, padding=1), nn.SiLU(),
            nn.Conv1d(width, width, 3, padding=1), nn.SiLU(), nn.Conv1d(width, self.bins * self.per_frame, 1),
        )  # fmt: skip
        self.register_buffer("centre", torch.zeros(channels, 1))
        self.register_buffer("spread", torch.ones(channels, 1))
        self.centre: Tensor
        self.spread: Tensor

    def encode(self, mel: Tensor) -> Tensor:
        """Return latents of about zero mean and unit spread, one vector a frame."""
        batch, bands, count = mel.shape
        stacked = mel.reshape(batch, bands, count // self.per_frame, self.per_frame)
        columns = stacked.permute(0, 1, 3, 2).reshape(batch, bands * self.per_frame, -1)
        latents: Tensor = (self.encoder(columns) - self.centre) / self.spread
        return latents.transpose(1, 2)

    def decode(self, latents: Tensor) -> Tensor:
        """Return log-magnitude spectra (B, bins, spectra)."""
        columns: Tensor = self.decoder(latents.transpose(1, 2) * self.spread + self.centre)
        batch, _, frames = columns.shape
        unstacked = columns.reshape(batch, self.bins, self.per_frame, frames)
        return unstacked.permute(0, 1, 3, 2).reshape(batch, self.bins, frames * self.per_frame)
