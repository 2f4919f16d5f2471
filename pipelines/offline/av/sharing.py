"""A training shared by processes of one machine: each learns from its part of every batch, and gradients are averaged.

On a processor this is much faster than one process with as many threads: the operations of a step are too small to be
cut up, and no thread waits for another in each of them.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.multiprocessing import get_context

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Group = TypeVar("_Group", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of each batch this process learns from: every ``count``-th row from ``rank`` on."""

    rank: int = 0
    count: int = 1

    def of(self, group: _Group) -> _Group:
        """Return the same with this process's rows of every tensor."""
        return type(group)(*(self.rows(getattr(group, field.name)) for field in fields(group)))

    def rows(self, values: Tensor) -> Tensor:
        """Return this process's rows."""
        return values[self.rank :: self.count]

    def average(self, weights: Iterable[nn.Parameter]) -> None:
        """Replace the gradients of ``weights`` by their mean over all processes."""
        if self.count == 1:
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        whole = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(whole)
        parts = torch.split(whole / self.count, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


ALONE = Share()


@contextmanager
def shared(count: int, learn: Callable[..., Any], *arguments: Any) -> Iterator[Share]:
    """Give this process's share, and run ``learn(share, *arguments)`` in ``count - 1`` more processes until it is over.

    Every process, this one too, must take the same steps in the same order.
    """
    if count == 1:
        yield ALONE
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting = (Path(folder) / "meeting").as_uri()
        others = [
            get_context("spawn").Process(
                target=_beside, args=(meeting, Share(rank, count), learn, arguments), daemon=True
            )
            for rank in range(1, count)
        ]
        for other in others:
            other.start()
        _meet(meeting, Share(0, count))
        try:
            yield Share(0, count)
        finally:
            for other in others:
                other.terminate()
                other.join()
            distributed.destroy_process_group()


def _beside(meeting: str, share: Share, learn: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    _meet(meeting, share)
    learn(share, *arguments)


def _meet(meeting: str, share: Share) -> None:
    distributed.init_process_group("gloo", init_method=meeting, rank=share.rank, world_size=share.count)
