"""One training of kindling-av from nothing, in pieces: codecs, latents, transformer, sealed checkpoint.

A run can be broken off at any time; the next one with the same folder goes on where it stopped, and what comes out is
the same. The decoders go on learning after the encoders have stopped, so they and the transformer can be trained by two
processes beside one another: ``parts`` says which of them this one does.
"""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch

from core.clock import Clock
from core.errors import InvalidInput
from generation.av.checkpoint import AvModel, write_model
from generation.av.codec import PictureCodec, SoundCodec
from generation.av.transformer import AvTransformer
from pipelines.offline.av.codecs import CodecTraining
from pipelines.offline.av.config import TrainConfig
from pipelines.offline.av.films import CodecFilms, LatentStore
from pipelines.offline.av.sharing import Share, shared
from pipelines.offline.av.transformer import TransformerTraining

Say = Callable[[str], None]
PARTS = ("codecs", "transformer")
_KEEP_EVERY_S = 60.0


class OutOfTime(Exception):
    """The piece is over; what was learned is kept, and the next run goes on."""


class AvTraining:
    """Runs the stages in order, each until done or until the time is up. Everything is kept in ``folder``.

    The transformer's batches are shared by ``processes``, each of one thread if there are several. ``compiled`` makes
    its steps a quarter faster and needs a C++ compiler.
    """

    def __init__(
        self, config: TrainConfig, folder: Path, minutes: float, say: Say, device: str = "cpu", *,
        processes: int = 1,
        compiled: bool = False,
    ) -> None:  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        self._processes, self._compiled = processes, compiled
        self._config, self._folder, self._say, self._device = config, folder, say, device
        self._end = time.monotonic() + minutes * 60
        self._kept = time.monotonic()

    def run(self, parts: Collection[str] = PARTS) -> None:
        """Train what is still untrained. Raises ``OutOfTime`` when this piece ends before that is done."""
        if "codecs" in parts:
            self._train_codecs()
        if "transformer" in parts:
            self._train_transformer()

    def write(self, target: Path, clock: Clock, made_by: str) -> AvModel:
        """Write the checkpoint of everything learned so far to ``target`` and return it."""
        state = self._kept_state("transformer")
        transformer = AvTransformer(self._config.shape)
        transformer.load_state_dict(state["averaged"])
        codecs = self._kept_state("codecs")
        model = AvModel(self._config.shape, *self._opened(codecs), transformer.eval())
        done = {"codec_steps_done": codecs["done"], "transformer_steps_done": state["done"]}
        write_model(model, target, clock, made_by=made_by, data={**self._recipe(), **done})
        return model

    def _train_codecs(self) -> None:
        films = CodecFilms(self._folder, self._config.codec_films, self._config.shape.media)
        training = CodecTraining(self._config, films, self._device)
        path = self._folder / "codecs.pt"
        _restore(training, path)
        steps = self._config.codec_steps + self._config.decoder_steps
        while training.done < steps:
            loss = training.step()
            self._after_step(training, path, f"codecs: step {training.done} of {steps}, loss {loss:.4f}")
        _keep(training, path)

    def _train_transformer(self) -> None:
        store = LatentStore(self._folder / "latents", self._config.shape)
        missing = store.missing(self._config.films)
        if missing:
            codecs = self._kept_state("codecs")
            if codecs["done"] <= self._config.encoder_steps:
                raise InvalidInput(
                    "codecs_untrained", "The encoders still learn: there are no latents yet.", None,
                    f"Train the codecs for more than {self._config.encoder_steps} steps first.",
                )  # fmt: skip
            pictures, sound = self._opened(codecs)
            for number in missing:
                self._say(f"latents: file {number}")
                store.make(number, pictures, sound)
                self._check_time()
        with shared(self._processes, _learn_beside, self._config, self._folder, self._device, self._compiled) as share:
            training, path = _opened_training(share, self._config, self._folder, self._device, self._compiled)
            while training.done < self._config.steps:
                seen, heard = training.step()
                self._after_step(training, path, f"transformer: step {training.done} of {self._config.steps}, "
                                 f"pictures {seen:.3f}, sound {heard:.3f}")  # fmt: skip
            _keep(training, path)

    def _kept_state(self, part: str) -> dict[str, Any]:
        path = self._folder / f"{part}.pt"
        if not path.exists():
            raise InvalidInput(
                "untrained",
                f"There is nothing trained in {path}.",
                None,
                f"Train the {part} first, in the same folder.",
            )
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        return state

    def _opened(self, codecs: dict[str, Any]) -> tuple[PictureCodec, SoundCodec]:
        pictures, sound = PictureCodec(self._config.shape), SoundCodec(self._config.shape)
        pictures.load_state_dict(codecs["pictures"])
        sound.load_state_dict(codecs["sound"])
        return pictures.eval(), sound.eval()

    def _recipe(self) -> dict[str, object]:
        return {
            "source": "films of the world backend: lessons of pipelines/offline/av/lessons.py (Apache-2.0)",
            "recipe": self._config.model_dump(mode="json", exclude={"shape"}),
            "device": self._device,
        }

    def _after_step(self, training: CodecTraining | TransformerTraining, path: Path, told: str) -> None:
        if training.done % 25 == 0:
            self._say(told)
        now = time.monotonic()
        if now - self._kept > _KEEP_EVERY_S or now > self._end:
            _keep(training, path)
            self._kept = now
            self._check_time()

    def _check_time(self) -> None:
        if time.monotonic() > self._end:
            raise OutOfTime


def _opened_training(
    share: Share, config: TrainConfig, folder: Path, device: str, compiled: bool
) -> tuple[TransformerTraining, Path]:
    films = LatentStore(folder / "latents", config.shape).read(config.films)
    training = TransformerTraining(config, films, device, share=share, compiled=compiled)
    path = folder / "transformer.pt"
    _restore(training, path)
    return training, path


def _learn_beside(share: Share, config: TrainConfig, folder: Path, device: str, compiled: bool) -> None:
    training, _ = _opened_training(share, config, folder, device, compiled)
    while training.done < config.steps:
        training.step()


def _keep(training: CodecTraining | TransformerTraining, path: Path) -> None:
    partial = path.with_suffix(".partial")
    torch.save(training.state(), partial)
    partial.replace(path)


def _restore(training: CodecTraining | TransformerTraining, path: Path) -> None:
    if path.exists():
        training.restore(torch.load(path, weights_only=True))
