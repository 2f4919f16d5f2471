"""Which models stay in a worker's memory: the last used, as many as fit a stated number of bytes. Pure."""

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Residency:
    """Least recently used goes first (LRU). ``budget_bytes`` 0: no bound.

    A model larger than the whole budget is still let in, alone: refusing it would only fail the film later.
    """

    budget_bytes: int
    _held: OrderedDict[str, int] = field(default_factory=OrderedDict)

    @property
    def held(self) -> tuple[str, ...]:
        """The models in memory, the least recently used first."""
        return tuple(self._held)

    @property
    def held_bytes(self) -> int:
        """What they take together."""
        return sum(self._held.values())

    def use(self, model: str, size_bytes: int) -> tuple[str, ...]:
        """Note that a model is needed now; return which to unload first, in order."""
        if size_bytes < 0:
            raise ValueError("a model cannot take less than nothing")
        self._held.pop(model, None)
        gone: list[str] = []
        while self.budget_bytes and self._held and self.held_bytes + size_bytes > self.budget_bytes:
            gone.append(self._held.popitem(last=False)[0])
        self._held[model] = size_bytes
        return tuple(gone)

    def drop(self, model: str) -> None:
        """Note that a model is no longer in memory."""
        self._held.pop(model, None)
