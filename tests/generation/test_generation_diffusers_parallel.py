"""Context parallel: two processes make one film together, the second doing what the first does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from generation.diffusion.config import Parallel
from tests.generation.diffusion_kit import NOISY, SHORT, backend_of, made, small_board
from tests.generation.tiny_pipelines import tiny_wan

pytestmark = pytest.mark.filterwarnings(*NOISY)


def test_two_processes_make_the_film_that_one_makes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m",
               "tests.generation.parallel_film", str(tmp_path)]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
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


def test_a_process_alone_cannot_run_a_parallel_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    backend = backend_of(tiny_wan(), call=SHORT, parallel=Parallel(ring=2, ulysses=2))
    assert not backend.follow()
    backend.dismiss()
    with pytest.raises(Unavailable, match="process group") as caught:
        made(backend, small_board())
    assert caught.value.expected is not None
    assert "torchrun --nproc-per-node 4" in caught.value.expected
