"""Trains the two codecs: pictures by their difference from the truth, sounds by their spectra."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.hashing import stable_int
from generation.av.codec import PictureCodec, SoundCodec
from generation.av.spectrum import log_spectra, to_mel
from pipelines.offline.av.config import TrainConfig
from pipelines.offline.av.films import CodecBatch, CodecFilms
from pipelines.offline.av.optimising import optimisers_of, set_pace

_RISE = 100


class CodecTraining:
    """Both codecs with their optimiser; ``step`` learns from one batch. Its whole state can be kept and restored."""

    def __init__(self, config: TrainConfig, films: CodecFilms, device: str = "cpu") -> None:
        torch.manual_seed(config.seed)
        self.config, self.films, self.device = config, films, device
        self.pictures = PictureCodec(config.shape).to(device).to(memory_format=torch.channels_last)
        self.sound = SoundCodec(config.shape).to(device)
        self.optimisers = optimisers_of(
            [*self.pictures.parameters(), *self.sound.parameters()], config.codec_matrix_rate, config.codec_rate
        )
        self.done = 0

    def step(self) -> float:
        """Learn from one batch and return the loss. A step's films and noise follow from its number."""
        if not self.done:
            self._begin()
        if self.done == self.config.encoder_steps:
            self._standardise()
        set_pace(self.optimisers, self._pace())
        seed = stable_int("codec step", self.config.seed, self.done, bits=31)
        batch = self.films.batch(seed, self.config.codec_batch, 8 if self._drawing else 2)
        torch.manual_seed(seed)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            loss = self._picture_loss(batch)
        loss = loss + self._sound_loss(batch.sounds.to(self.device))
        for codec in (self.pictures, self.sound):
            codec.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for codec in (self.pictures, self.sound):
            torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.done += 1
        return loss.item()

    @property
    def _drawing(self) -> bool:
        """Whether this step is one of the decoders' own."""
        return self.done >= self.config.codec_steps

    def _pace(self) -> float:
        """Return the share of the full learning rate: it rises and falls once for all, once for the decoders alone."""
        first, alone = self.config.codec_steps, self.config.decoder_steps
        done, steps = (self.done - first, alone) if self._drawing else (self.done, first)
        return min(1.0, done / _RISE + 0.01) * max(0.02, 1 - done / steps)

    def _begin(self) -> None:
        """Start from what a linear code can do: of patches everywhere, and as many again where something moves."""
        batch = self.films.batch(self.config.seed, 16 * self.config.codec_batch, 1)
        cells = functional.unfold(batch.frames.flatten(1, 2), 16, stride=16)
        moves = functional.max_pool2d(batch.moving.float().amax(dim=1), 16).flatten(1) > 0
        every = cells.transpose(1, 2).flatten(0, 1)
        moving = every[moves.flatten()]
        self.pictures.begin_with(
            torch.cat([every[:: max(1, len(every) // max(1, len(moving)))], moving]).to(self.device)
        )

    def _picture_loss(self, batch: CodecBatch) -> Tensor:
        frames, moving = batch.frames.to(self.device), batch.moving.to(self.device).float()
        latents = self.encoded(self.pictures, frames)
        noise = torch.randn_like(latents) * self.config.latent_noise
        made = self.pictures.decode(latents + noise).float()
        heed = self.config.decoder_moving_weight if self._drawing else self.config.moving_weight
        weight = 1 + heed * functional.max_pool2d(moving.flatten(0, 1), 5, 1, 2).view_as(moving)
        error = (made - frames).abs() + 4 * (made - frames).square()
        # Latents are kept near unit spread, so that one amount of noise means the same everywhere.
        return (error * weight).mean() + 1e-3 * latents.float().square().mean()

    def encoded(self, codec: PictureCodec | SoundCodec, shown: Tensor) -> Tensor:
        """Return latents; from ``encoder_steps`` on they stay what they are, and only the decoder learns."""
        with torch.set_grad_enabled(self.done < self.config.encoder_steps):
            return codec.encode(shown)

    def _sound_loss(self, sounds: Tensor) -> Tensor:
        media = self.config.shape.media
        truth = log_spectra(sounds, media)
        latents = self.encoded(self.sound, to_mel(truth, media))
        made = self.sound.decode(latents + torch.randn_like(latents) * self.config.latent_noise)
        loud = 1 + 4 * (truth > -1.2).float()
        loss = ((made - truth).abs() * loud).mean() + 1e-3 * latents.square().mean()
        if self._drawing:
            # In logarithms alone, blows come out faint: this holds them to the truth's own loudness.
            heard, told = torch.exp(4 * made), torch.exp(4 * truth)
            loss = loss + ((heard - told).norm(dim=(1, 2)) / told.norm(dim=(1, 2)).clamp_min(1)).mean()
        return loss

    @torch.no_grad()
    def _standardise(self, films: int = 96) -> None:
        """Measure the latents of some films and make their mean 0 and spread 1 from here on.

        A transformer can learn from these latents while the decoders still learn to draw them.
        """
        media = self.config.shape.media
        batch = self.films.batch(self.config.seed, films, films)
        seen = self.pictures.encode(batch.frames.to(self.device)) * self.pictures.spread + self.pictures.centre
        spectra = log_spectra(batch.sounds.to(self.device), media)
        heard = self.sound.encode(to_mel(spectra, media)).transpose(1, 2) * self.sound.spread + self.sound.centre
        self.pictures.centre.copy_(seen.mean(dim=(0, 1, 3, 4))[:, None, None])
        self.pictures.spread.copy_(seen.std(dim=(0, 1, 3, 4))[:, None, None].clamp_min(1e-3))
        self.sound.centre.copy_(heard.mean(dim=(0, 2))[:, None])
        self.sound.spread.copy_(heard.std(dim=(0, 2))[:, None].clamp_min(1e-3))

    def state(self) -> dict[str, Any]:
        """Return everything that a later start needs."""
        return {
            "pictures": self.pictures.state_dict(), "sound": self.sound.state_dict(),
            "done": self.done, "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a kept state."""
        self.pictures.load_state_dict(state["pictures"])
        self.sound.load_state_dict(state["sound"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.done = int(state["done"])
