"""Sound as spectra and back: logarithmic magnitudes, mel bands, and a phase found by Griffin and Lim's iteration.

Griffin and Lim (1984), "Signal estimation from modified short-time Fourier transform", with the momentum of Perraudin,
Balazs and Sondergaard (2013).
"""

from functools import lru_cache

import torch
from torch import Tensor

from generation.av.config import MediaConfig

_FLOOR = 1e-3
_MOMENTUM = 0.99
_ITERATIONS = 48


def log_spectra(sound: Tensor, media: MediaConfig) -> Tensor:
    """Return log-magnitudes (B, bins, n / hop) of sounds (B, n), scaled to about [-1, 1]."""
    magnitudes = _transform(sound, media).abs()[..., : sound.shape[-1] // media.hop]
    return torch.log(magnitudes + _FLOOR) / 4


def to_mel(spectra: Tensor, media: MediaConfig) -> Tensor:
    """Return the same on mel bands (B, bands, n / hop)."""
    power = torch.exp(spectra * 4)
    bands = torch.einsum("mk,bkt->bmt", _bands(media.fft, media.bands, media.rate_hz), power)
    return torch.log(bands + _FLOOR) / 4


def to_sound(spectra: Tensor, media: MediaConfig) -> Tensor:
    """Return sounds (B, n) whose spectra have these log-magnitudes (B, bins, n / hop)."""
    count = spectra.shape[-1] * media.hop
    magnitudes = (torch.exp(spectra * 4) - _FLOOR).clamp_min(0)
    magnitudes = torch.cat([magnitudes, magnitudes[..., -1:]], dim=-1)
    phase = torch.ones_like(magnitudes, dtype=torch.complex64)
    before = torch.zeros_like(phase)
    for _ in range(_ITERATIONS):
        again = _transform(_inverse(magnitudes * phase, count, media), media)
        ahead = again + _MOMENTUM * (again - before)
        phase, before = ahead / ahead.abs().clamp_min(1e-9), again
    return _inverse(magnitudes * phase, count, media)


def _transform(sound: Tensor, media: MediaConfig) -> Tensor:
    window = torch.hann_window(media.fft)
    spectra: Tensor = torch.stft(sound, media.fft, media.hop, window=window, return_complex=True)
    return spectra


def _inverse(spectra: Tensor, count: int, media: MediaConfig) -> Tensor:
    sound: Tensor = torch.istft(spectra, media.fft, media.hop, window=torch.hann_window(media.fft), length=count)
    return sound


@lru_cache(maxsize=4)
def _bands(fft: int, bands: int, rate_hz: int) -> Tensor:
    """Return triangular mel filters (bands, bins), each of unit sum."""
    top = 2595 * torch.log10(torch.tensor(1 + rate_hz / 2 / 700))
    edges = 700 * (10 ** (torch.linspace(0, float(top), bands + 2) / 2595) - 1)
    hz = torch.linspace(0, rate_hz / 2, fft // 2 + 1)
    rise = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    filters = torch.minimum(rise, fall).clamp_min(0)
    # The lowest bands are narrower than a bin: each gets the bin nearest to its centre.
    empty = filters.sum(dim=1) == 0
    nearest = (hz[None] - edges[1:-1, None]).abs().argmin(dim=1)
    filters[empty, nearest[empty]] = 1.0
    return filters / filters.sum(dim=1, keepdim=True)
