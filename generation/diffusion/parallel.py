"""Several processes that make one film together (context parallel): the first leads, the others do what it does.

``torchrun`` starts them. The first takes films from the queue; before each call of a model that runs in parallel it
tells the others what it is about to call, and after every step all of them hear whether the film is still wanted.
Orders go over gloo on the CPU and may be waited for as long as it takes; what the model exchanges goes over NCCL.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from core.errors import Unavailable
from generation.diffusion.call import Call

_FOR_EVER = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Order:
    """What the followers do next: load or unload a model, or make a call with it; a call without a model is the end."""

    model: str = ""
    loads: bool = True
    call: Call | None = None
    stage: str = ""
    options: tuple[str, ...] = ()  # those that the leader has not given up


class Group:
    """The processes; ``leads`` is true in the first."""

    def __init__(self, rank: int, size: int, orders: Any) -> None:
        self.leads = rank == 0
        self.size = size
        self._orders = orders

    def send(self, order: Order) -> None:
        """Tell the followers what to do."""
        self._shared(order)

    def receive(self) -> Order:
        """Wait for what the leader says."""
        return cast(Order, self._shared(None))

    def agree(self, flag: bool) -> bool:
        """Return the leader's flag, in every process."""
        return bool(self._shared(flag if self.leads else None))

    def _shared(self, value: object) -> object:
        import torch

        box = [value]
        torch.distributed.broadcast_object_list(box, src=0, group=self._orders)
        return box[0]


def is_in_group() -> bool:
    """Whether ``torchrun`` started this process. Asks the environment only."""
    return "WORLD_SIZE" in os.environ


def joined(size: int) -> Group:
    """Return the group of ``size`` processes that this one is in. Raises ``Unavailable`` if it is in none such."""
    import torch

    distributed: Any = torch.distributed
    if not is_in_group():
        raise Unavailable(
            "parallel_alone", "Context parallel needs a process group, and this process is in none.", "parallel",
            f"`torchrun --nproc-per-node {size} --no-python kindling worker`.",
        )  # fmt: skip
    if not distributed.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    if distributed.get_world_size() != size:
        raise Unavailable(
            "parallel_size", f"This model runs on {size} processes, not on {distributed.get_world_size()}.", "parallel",
            "ring times ulysses processes.",
        )  # fmt: skip
    return Group(distributed.get_rank(), size, distributed.new_group(backend="gloo", timeout=_FOR_EVER))
