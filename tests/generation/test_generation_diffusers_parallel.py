"""Context parallel: two processes make one film together, the second doing what the first does."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from generation.diffusion.config import Parallel
from pipelines.offline.bench.tiny_wan import tiny_wan
from tests.generation.diffusion_kit import NOISY, SHORT, backend_of, made, small_board

pytestmark = pytest.mark.filterwarnings(*NOISY)


def test_two_processes_make_the_film_that_one_makes(tmp_path: Path) -> None:
    # What torchrun sets; torchrun itself would only be a third process.
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "OMP_NUM_THREADS": "1",
             "PYTHONWARNINGS": "ignore"}  # fmt: skip
    command = [sys.executable, "-m", "tests.generation.parallel_film", str(tmp_path)]
    processes = [
        subprocess.Popen(command, env={**os.environ, **group, "RANK": rank, "LOCAL_RANK": rank}, stderr=subprocess.PIPE)
        for rank in ("0", "1")
    ]
    try:
        for process in processes:
            _, errors = process.communicate(timeout=300)
            assert process.returncode == 0, errors.decode()[-3000:]
    finally:
        for process in processes:
            process.kill()
    films = np.load(tmp_path / "films.npz")
    alone = made(backend_of(tiny_wan(), steps=4, call=SHORT, fps=8), small_board())
    assert np.array_equal(films["film"], alone)
    assert np.array_equal(films["again"], alone)
    leader = json.loads((tmp_path / "leader.json").read_text())
    follower = json.loads((tmp_path / "follower.json").read_text())
    assert leader["tokens"] == follower  # call for call, the cancelled film's included
    assert set(follower) == {30}  # half of a film's 3 x 5 x 4 tokens
    assert leader["stopped"]
    assert len(follower) == 2 * leader["whole"] + 4  # two of the cancelled film's four steps, two passes each


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_process_alone_cannot_run_a_parallel_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    backend = backend_of(tiny_wan(), call=SHORT, parallel=Parallel(ring=2, ulysses=2))
    assert not backend.follow()
    backend.dismiss()
    with pytest.raises(Unavailable, match="process group") as caught:
        made(backend, small_board())
    assert caught.value.expected is not None
    assert "torchrun --nproc-per-node 4" in caught.value.expected
