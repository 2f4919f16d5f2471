"""``kindling bench generation``: what the diffusers backend adds, beside the pipeline itself."""

import pytest
from typer.testing import CliRunner

from pipelines.commands.bench import app
from pipelines.offline.bench import diffusers
from pipelines.offline.bench.tiny_wan import SHORT, tiny_wan


def test_our_film_is_held_against_the_same_call_of_the_bare_pipeline() -> None:
    call = type(tiny_wan()).__call__
    found = list(diffusers.overhead(steps=2, times=1))
    assert [figure.name.split()[1].rstrip(",") for figure in found] == [
        "LTX2Pipeline", "WanPipeline", "CogVideoXPipeline",
    ]  # fmt: skip
    for figure in found:
        assert figure.peer_value is not None
        assert figure.value > 0
        assert figure.peer_value > 0
    assert type(tiny_wan()).__call__ is call  # nothing of the measure stays behind


def test_the_bare_call_is_given_what_our_film_gave() -> None:
    pipeline = tiny_wan()
    with diffusers._noted(type(pipeline)) as given:
        diffusers._beside_bare(pipeline, SHORT, 3, 1)
    assert (given["num_inference_steps"], given["max_sequence_length"]) == (3, 16)
    assert given["prompt"]


def test_where_it_is_not_installed_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffusers, "find_spec", lambda name: None if name == "diffusers" else object())
    done = CliRunner().invoke(app, ["generation", "--only", "diffusers"], catch_exceptions=False)
    assert "diffusers: not installed (extra `generate`), so not measured." in done.output
