"""Run in two processes as ``torchrun`` would: films that both make together, on CPUs over gloo."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from generation.backends import GenerationCancelled
from pipelines.offline.bench.tiny_wan import tiny_wan
from tests.generation.diffusion_kit import SHORT, backend_of, made, small_board


def main(folder: Path) -> None:
    import torch

    torch.set_num_threads(1)
    # diffusers counts accelerators to place a rank; a CPU is none. Nothing else differs from two GPUs.
    torch.accelerator.device_count = lambda: 1
    pipeline = tiny_wan()
    tokens: list[int] = []
    # The tokens are shared out on the way into the first block: the second gets its part.
    pipeline.transformer.blocks[1].register_forward_hook(lambda _, given, __: tokens.append(given[0].shape[1]))
    from generation.diffusion.config import Compile, Parallel

    config: dict[str, Any] = {"parallel": Parallel(ulysses=2), "compile": Compile(backend="no-such-compiler")}
    backend = backend_of(pipeline, steps=4, call=SHORT, fps=8, **config)
    if backend.follow():
        (folder / "follower.json").write_text(json.dumps(tokens))
        return
    film = made(backend, small_board())
    whole = len(tokens)
    stopped = False
    try:
        backend.generate(small_board(), {}, lambda _: None, lambda: len(tokens) > whole + 2, "tiny")
    except GenerationCancelled:
        stopped = True
    again = made(backend, small_board())
    backend.dismiss()
    np.savez(folder / "films.npz", film=film, again=again)
    (folder / "leader.json").write_text(json.dumps({"tokens": tokens, "stopped": stopped, "whole": whole}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
