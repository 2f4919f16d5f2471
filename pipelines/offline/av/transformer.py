"""Trains the transformer on latent films by flow matching."""

from copy import deepcopy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from core.hashing import stable_int
from generation.av.flow import Given, flow_loss, noisy
from generation.av.parameters import LASTING
from generation.av.transformer import AvTransformer, Conditions
from pipelines.offline.av.config import TrainConfig
from pipelines.offline.av.films import LatentFilms
from pipelines.offline.av.optimising import optimisers_of, set_pace
from pipelines.offline.av.sharing import ALONE, Share

_WARM_UP = 100
_MOVING = 0.35  # of a latent's usual spread
_LOUD = 0.5
_Group = TypeVar("_Group", Given, Conditions)


class TransformerTraining:
    """The transformer, its averaged copy and its optimisers; ``step`` learns from one batch."""

    def __init__(
        self,
        config: TrainConfig,
        films: LatentFilms,
        device: str = "cpu",
        *,
        share: Share = ALONE,
        compiled: bool = False,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.films, self.device, self._share = config, films, device, share
        self.model = AvTransformer(config.shape).to(device)
        self.averaged = deepcopy(self.model).requires_grad_(requires_grad=False)
        if compiled:
            for block in self.model.blocks:
                block.compile()
        blocks = list(self.model.blocks.parameters())
        inside = {id(weight) for weight in blocks}
        outside = [weight for weight in self.model.parameters() if id(weight) not in inside]
        self.optimisers = [
            *optimisers_of(blocks, config.matrix_rate, config.rate),
            # What reads and writes the streams is no hidden matrix.
            *optimisers_of(outside, config.matrix_rate, config.rate, matrices=False),
        ]
        lasting = torch.tensor([name in LASTING for name in config.shape.model.parameters])
        self._lasting = lasting
        # What a film shows while nothing moves: the middle of its chunks.
        self._still = films.pictures.float().median(dim=1).values
        self._quiet = films.sound.float().median(dim=1).values
        self.done = 0
        self.chance = torch.Generator()

    def _rows(self) -> Tensor:
        """Return which films this step learns from: all of them take their turn, in a new order each time round."""
        films, batch = self.films.words.shape[0], self.config.batch
        rounds, place = divmod(self.done, max(1, films // batch))
        order = torch.Generator().manual_seed(stable_int("order", self.config.seed, rounds, bits=31))
        return torch.randperm(films, generator=order)[place * batch : (place + 1) * batch]

    def _pace(self) -> float:
        """Return the share of the full learning rate: it rises shortly, stays, and falls evenly."""
        left = 1 - self.done / self.config.steps
        return min(1.0, (self.done + 1) / _WARM_UP) * min(1.0, max(0.02, left / self.config.fall))

    def step(self) -> tuple[float, float]:
        """Learn from one batch; return the losses of pictures and of sound.

        A step's films and noise follow from its number, so a resumed training is the same as an uninterrupted one.
        """
        config = self.config
        self.chance.manual_seed(stable_int("step", self.config.seed, self.done, bits=31))
        set_pace(self.optimisers, self._pace())
        rows = self._rows()
        given, conditions = self._batch(rows)
        latents, times = noisy(given, self.chance, config.times)
        mine = self._share.of
        latents, given, conditions = mine(latents), mine(given), mine(conditions)
        times, rows = self._share.rows(times), self._share.rows(rows)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            predicted = self.model(latents, conditions)
        pictures, sound = flow_loss(
            (predicted[0].float(), predicted[1].float()),
            given,
            times,
            least_left=config.times.least_left,
            heed=self._heed(given, rows),
            sound_heed=self._sound_heed(given, rows),
            sound_weight=config.sound_weight,
        )
        self.model.zero_grad(set_to_none=True)
        torch.autograd.backward(pictures + sound)
        self._share.average(self.model.parameters())
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self._average()
        self.done += 1
        return pictures.item(), sound.item()

    def _heed(self, given: Given, rows: Tensor) -> Tensor:
        """Return how much each place counts: most of a film stands still, and what moves carries the physics."""
        apart = (given.pictures - self._still[rows].to(self.device).unsqueeze(1)).abs().mean(dim=2)
        return 1 + self.config.moving_weight * (apart > _MOVING).float()

    def _sound_heed(self, given: Given, rows: Tensor) -> Tensor:
        """Return how much each frame of sound counts: most of a film is quiet, and a blow is over in a few frames."""
        apart = (given.sound - self._quiet[rows].to(self.device).unsqueeze(1)).abs().mean(dim=2)
        return 1 + self.config.loud_weight * (apart > _LOUD).float()

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.config.average, (self.done + 1) / (self.done + 10))
        for mean, now in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
            mean.lerp_(now, 1 - decay)

    def _batch(self, rows: Tensor) -> tuple[Given, Conditions]:
        films, config, media = self.films, self.config, self.config.shape.media
        count = rows.shape[0]
        # A window is the beginning of a film, or goes on from any of its chunks.
        latest = films.pictures.shape[1] - media.chunks
        later = ~self._happens(count, config.begin) if latest else torch.zeros(count, dtype=torch.bool)
        start = torch.randint(1, latest + 1, (count,), generator=self.chance) * later if latest else later.long()
        # One chunk of frames is given, or two; their sound is known only when a film is being continued.
        length = torch.where(self._happens(count, 0.7), 2, 1) * (self._happens(count, config.give_frames) | later)
        pictures_given = torch.arange(media.chunks)[None] < length[:, None]
        continued = self._happens(count, 0.7) & later
        sound_given = pictures_given.repeat_interleave(media.chunk_frames, dim=1) & continued[:, None]
        spoken, told = ~self._happens(count, config.drop_words), self._happens(count, config.show_parameters)
        place = start[:, None] + torch.arange(media.chunks)[None]
        heard = start[:, None] * media.chunk_frames + torch.arange(media.frames)[None]
        given = Given(
            films.pictures[rows[:, None], place].float(), films.sound[rows[:, None], heard].float(), pictures_given,
            sound_given,
        )  # fmt: skip
        conditions = Conditions(
            words=films.words[rows] * spoken[:, None],
            portraits=films.portraits[rows].float(),
            has_portrait=films.has_portrait[rows] & spoken,
            parameters=films.parameters[rows],
            has_parameters=films.has_parameters[rows] & told[:, None] & (~later[:, None] | self._lasting),
        )
        return _moved(given, self.device), _moved(conditions, self.device)

    def _happens(self, count: int, share: float) -> Tensor:
        return torch.rand(count, generator=self.chance) < share

    def state(self) -> dict[str, Any]:
        """Return everything that a later start needs."""
        return {
            "model": self.model.state_dict(), "averaged": self.averaged.state_dict(), "done": self.done,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a kept state."""
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.done = int(state["done"])


def _moved(group: _Group, device: str) -> _Group:
    return type(group)(*(getattr(group, name).to(device) for name in type(group).__slots__))
