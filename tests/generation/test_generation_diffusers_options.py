"""How a pipeline is run: each option on tiny weights, and in words what this machine or model cannot do."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import Unavailable
from generation.backends import GenerationCancelled, Take
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import Cache, Casting, Compile, DiffusersConfig, Offload, Parallel, Quantisation
from generation.diffusion.loading import device_of, quantisation_mapping
from generation.diffusion.options import Extra, Extras, apply_options
from pipelines.offline.bench.tiny_ltx2 import tiny_pipeline
from pipelines.offline.bench.tiny_wan import tiny_cogvideox, tiny_wan
from tests.generation.diffusion_kit import LTX2, NOISY, SHORT, backend_of, made, small_board
from tests.generation.tiny_pipelines import tiny_svd

pytestmark = pytest.mark.filterwarnings(*NOISY)
STEPS = 4
OWN_RATE = {"fps": 8}  # as many frames as the film has: half of what Wan's own rate takes
PYRAMID = {"spatial_attention_block_skip_range": 2, "cross_attention_block_skip_range": 2}


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 0)


@pytest.fixture(scope="module")
def plain() -> Any:
    return made(backend_of(tiny_wan(two_stage=True), steps=STEPS, call=SHORT, **OWN_RATE), small_board())


def wan(**config: Any) -> DiffusersBackend:
    return backend_of(tiny_wan(two_stage=True), steps=STEPS, call=SHORT, **OWN_RATE, **config)


@pytest.mark.parametrize(
    "config",
    [
        {"offload": Offload(kind="group")},
        {"offload": Offload(kind="group", level="block_level", blocks=2)},
        {"vae_slicing": True, "vae_tiling": True},
        {"attention": "native"},
        {"compile": Compile(backend="eager")},
        {"cache": Cache(kind="text_kv")},
    ],
    ids=str,
)
def test_where_weights_wait_and_how_it_is_run_does_not_change_the_film(config: dict[str, Any], plain: Any) -> None:
    assert np.array_equal(made(wan(**config), small_board()), plain)


def test_weights_on_disk_make_the_same_film_and_leave_nothing_behind(tmp_path: Path, plain: Any) -> None:
    backend = wan(offload=Offload(kind="group", disk=tmp_path / "weights"))
    # Read back from a file they lie elsewhere in memory, which moves the last bit: one of 255 at most.
    assert np.abs(made(backend, small_board()).astype(int) - plain).max() <= 1
    (folder,) = (tmp_path / "weights").iterdir()
    assert {path.name for path in folder.iterdir()} == {"transformer", "transformer_2"}
    backend.unload("tiny")
    assert not list((tmp_path / "weights").iterdir())


def test_casting_keeps_weights_in_eight_bits_between_steps(plain: Any) -> None:
    import torch

    pipeline = tiny_wan(two_stage=True)
    film = made(backend_of(pipeline, steps=STEPS, call=SHORT, **OWN_RATE, casting=Casting(storage="float8_e4m3fn")),
        small_board())  # fmt: skip
    for model in (pipeline.transformer, pipeline.transformer_2):
        assert model.blocks[0].ffn.net[2].weight.dtype == torch.float8_e4m3fn
    assert film.shape == plain.shape
    assert not np.array_equal(film, plain)


@pytest.mark.parametrize(
    ("build", "call", "cache"),
    [
        (tiny_wan, SHORT, Cache(kind="first_block", options={"threshold": 0.5})),
        (tiny_wan, SHORT, Cache(kind="mag", options={"mag_ratios": [1.0] * 8})),
        (tiny_wan, SHORT, Cache(kind="pyramid", options=PYRAMID)),
        (tiny_wan, SHORT, Cache(kind="sea", options={"threshold": 5.0})),
        (tiny_cogvideox, SHORT, Cache(kind="faster")),
        (tiny_pipeline, LTX2, Cache(kind="taylor_seer", options={"disable_cache_before_step": 1})),
    ],
    ids=["first_block", "mag", "pyramid", "sea", "faster", "taylor_seer"],
)
def test_a_cache_spares_work_and_the_next_film_starts_without_it(
    build: Callable[[], Any], call: dict[str, Any], cache: Cache
) -> None:
    pipeline = build()
    backend = backend_of(pipeline, steps=8, call=call, cache=cache, **OWN_RATE)
    calls = _Calls(pipeline)
    cached = made(backend, small_board())
    spared = calls.total
    assert backend.options_in_use("tiny") == (f"cache.{cache.kind}",)
    assert np.array_equal(made(backend, small_board()), cached)
    plain = build()
    calls = _Calls(plain)
    made(backend_of(plain, steps=8, call=call, **OWN_RATE), small_board())
    assert spared < calls.total


@pytest.mark.parametrize(
    ("build", "call", "cache"),
    [
        (tiny_wan, SHORT, Cache(kind="faster")),  # refused when it is switched on
        (tiny_pipeline, LTX2, Cache(kind="first_block")),  # raises at the first step
        (tiny_pipeline, LTX2, Cache(kind="mag", options={"mag_ratios": [1.0] * 8})),
        (tiny_svd, {"decode_chunk_size": 8}, Cache(kind="first_block")),  # a denoiser that knows no caches
    ],
)
def test_a_model_that_cannot_be_cached_is_run_without(
    build: Callable[[], Any], call: dict[str, Any], cache: Cache
) -> None:
    backend = backend_of(build(), call=call, cache=cache, first_picture="world")
    told: list[int] = []
    film = backend.generate(small_board(), {}, told.append, lambda: False, "tiny")
    expected = made(backend_of(build(), call=call, first_picture="world"), small_board())
    assert np.array_equal(np.stack(list(film.frames)), expected)
    assert backend.options_in_use("tiny") == ()
    assert told == sorted(told)


def test_a_compiler_that_is_not_there_or_fails_is_done_without(plain: Any) -> None:
    missing = wan(compile=Compile(backend="no-such-compiler"))
    assert np.array_equal(made(missing, small_board()), plain)
    assert missing.options_in_use("tiny") == ()
    from torch._dynamo import register_backend

    @register_backend  # type: ignore[misc, untyped-decorator, unused-ignore]
    def broken_compiler(graph: Any, inputs: Any) -> Any:
        raise RuntimeError("this compiler cannot compile")

    failing = wan(compile=Compile(backend="broken_compiler"), cache=Cache(kind="text_kv"))
    assert np.array_equal(made(failing, small_board()), plain)
    assert failing.options_in_use("tiny") == ()


def test_a_follower_uses_what_its_leader_uses() -> None:
    on: list[str] = []
    extras = Extras()
    for name in ("compile", "cache"):
        extras.use(Extra(name, partial(on.append, name), partial(on.remove, name)))
    for wanted in (("compile",), ("compile", "cache"), (), ("compile", "cache")):
        extras.match(wanted)
        assert extras.names == wanted == tuple(on)


def test_an_option_that_was_not_at_fault_is_kept() -> None:
    pipeline = tiny_wan()
    backend = backend_of(
        pipeline,
        call=SHORT,
        cache=Cache(kind="mag", options={"mag_ratios": [1.0] * 8}),
        compile=Compile(backend="eager"),
    )
    decode, faults = pipeline.vae.decode, [1, 1, 1]

    def failing(*given: Any, **more: Any) -> Any:
        if faults:
            faults.pop()
            raise RuntimeError("the codec is broken for now")
        return decode(*given, **more)

    pipeline.vae.decode = failing
    with pytest.raises(RuntimeError, match="broken for now"):
        made(backend, small_board())
    assert not faults  # with both, without the cache, without either
    assert backend.options_in_use("tiny") == ("compile", "cache.mag")
    assert made(backend, small_board()).shape[0] == 8
    assert backend.options_in_use("tiny") == ("compile", "cache.mag")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"device": "cuda"}, "device = 'cuda' needs a GPU"),
        ({"offload": Offload(kind="model")}, "offload.kind = 'model' needs a GPU"),
        ({"offload": Offload(kind="sequential")}, "offload.kind = 'sequential' needs a GPU"),
        ({"offload": Offload(kind="group", stream=True)}, "offload.stream needs a GPU"),
        ({"attention": "no-such-attention"}, "'no-such-attention' cannot be used"),
        ({"cache": Cache(kind="mag", options={"thresh": 1})}, "cache 'mag' cannot be set up"),
    ],
    ids=str,
)
def test_what_this_machine_cannot_do_is_refused_in_words(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(Unavailable, match=problem):
        made(wan(**config), small_board())


def test_context_parallel_needs_gpus() -> None:
    with pytest.raises(Unavailable, match="parallel needs a GPU"):
        apply_options(tiny_wan(), DiffusersConfig(model="m", parallel=Parallel(ulysses=2)), 2, lambda: None)


@pytest.mark.parametrize("name", ["bitsandbytes_4bit", "bitsandbytes_8bit", "torchao", "quanto"])
def test_quantisation_without_its_package_is_a_clear_error(
    name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    config = DiffusersConfig(model=str(tmp_path), quantisation=Quantisation(backend=name))
    with pytest.raises(Unavailable, match="needs the package"):
        made(DiffusersBackend(config), small_board())


def test_quantisation_is_asked_of_the_library_that_reads_the_part() -> None:
    wanted = Quantisation(backend="quanto", components=("transformer",), options={"weights_dtype": "int8"})
    mapping = quantisation_mapping(wanted, {"transformer": ["diffusers", "WanTransformer3DModel"]})
    assert type(mapping["transformer"]).__module__.startswith("diffusers.")
    assert mapping["transformer"].weights_dtype == "int8"
    of_text = Quantisation(backend="quanto", components=("text_encoder",), options={"weights": "int8"})
    mapping = quantisation_mapping(of_text, {"text_encoder": ["transformers", "UMT5EncoderModel"]})
    assert type(mapping["text_encoder"]).__module__.startswith("transformers.")


def test_a_pipeline_that_has_no_step_callback_is_heard_through_its_progress_bar() -> None:
    from diffusers import WanPipeline

    class Mute(WanPipeline):  # type: ignore[misc, unused-ignore]
        def __call__(
            self, prompt: Any = None, height: int = 64, width: int = 64, num_frames: int = 5,
            num_inference_steps: int = 2, generator: Any = None, max_sequence_length: int = 16, output_type: str = "np",
        ) -> Any:  # fmt: skip
            return WanPipeline.__call__(
                self, prompt, height=height, width=width, num_frames=num_frames, generator=generator,
                num_inference_steps=num_inference_steps, max_sequence_length=max_sequence_length,
                output_type=output_type,
            )  # fmt: skip

    whole = tiny_wan()
    backend = backend_of(Mute(**whole.components), steps=STEPS, call=SHORT)
    told: list[int] = []
    backend.generate(small_board(), {}, told.append, lambda: False, "tiny")
    assert told == [0, 25, 50, 75, 99, 100]
    forwards: list[int] = []
    whole.transformer.register_forward_hook(lambda *_: forwards.append(1))
    with pytest.raises(GenerationCancelled):
        backend.generate(small_board(), {}, told.append, lambda: len(forwards) >= 3, "tiny")
    assert len(forwards) == 4  # the second of four steps was seen through: two passes each


def test_cancelling_takes_effect_within_one_step() -> None:
    pipeline = tiny_wan()
    steps: list[int] = []
    pipeline.transformer.register_forward_hook(lambda *_: steps.append(1))
    backend = backend_of(pipeline, steps=20, call={"guidance_scale": 1.0, **SHORT})
    with pytest.raises(GenerationCancelled):
        backend.generate(small_board(), {}, lambda _: None, lambda: len(steps) >= 3, "tiny")
    assert len(steps) == 3
    assert made(backend, small_board()).shape[0] == 8


class TestBatch:
    """Several films by one call."""

    def boards(self) -> list[Any]:
        return [small_board().model_copy(update={"seed": seed}) for seed in (3, 4, 5)]

    def test_each_film_is_the_one_that_it_would_be_alone(self) -> None:
        pipeline = tiny_pipeline()
        backend = backend_of(pipeline, call=LTX2, batch=3)
        assert backend.models()[0].batch == 3
        forwards: list[int] = []
        hook = pipeline.transformer.register_forward_hook(lambda *_: forwards.append(1))
        films = backend.generate_many([_take(board) for board in self.boards()], "tiny")
        hook.remove()
        assert len(forwards) == 2 * 3  # two steps of the guided, the skipped and the isolated pass: one call for all
        for board, film in zip(self.boards(), films, strict=True):
            assert film is not None
            alone = backend.generate_take(_take(board), "tiny")
            assert film.sound is not None
            assert alone.sound is not None
            # A batch is summed in another order: the last bit may differ, one of 255.
            both = np.stack(list(film.frames)).astype(int), np.stack(list(alone.frames)).astype(int)
            assert np.abs(both[0] - both[1]).max() <= 1
            assert np.abs(film.sound.samples - alone.sound.samples).max() < 1e-3

    def test_the_cancelled_are_left_out_and_the_others_are_made(self) -> None:
        backend = backend_of(tiny_wan(), call=SHORT, batch=3, **OWN_RATE)
        told: list[int] = []
        first, second, third = self.boards()
        late = Take(second, {}, told.append, lambda: len(told) > 1)
        films = backend.generate_many([_take(first), late, _take(third)], "tiny")
        assert [film is None for film in films] == [False, True, False]
        assert max(told) < 100
        none = backend.generate_many([Take(first, {}, told.append, lambda: True)] * 2, "tiny")
        assert none == [None, None]

    def test_what_is_wrong_with_one_is_told_to_that_one(self) -> None:
        backend = backend_of(tiny_wan(), call=SHORT, batch=3, **OWN_RATE)
        first, second, _ = self.boards()
        portrait = np.zeros((8, 8, 3), np.uint8)
        films = backend.generate_many(
            [_take(first), Take(second, {"Mia": portrait}, lambda _: None, lambda: False)], "tiny"
        )
        assert films[0] is not None
        assert films[1] is not None
        assert np.array_equal(np.stack(list(films[0].frames)), made(backend, first))
        with pytest.raises(Exception, match="cannot show characters"):
            list(films[1].frames)

    def test_films_that_take_other_calls_are_made_apart(self) -> None:
        backend = backend_of(tiny_cogvideox(), call=SHORT, batch=3)
        boards = [small_board(), small_board(seconds=2), small_board().model_copy(update={"seed": 8})]
        films = backend.generate_many([_take(board) for board in boards], "tiny")
        assert [film.frame_count if film else 0 for film in films] == [8, 16, 8]


def test_a_gpu_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_of(DiffusersConfig(model="m")) == "cuda"
    assert device_of(DiffusersConfig(model="m", device="cpu")) == "cpu"


def test_without_diffusers_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="cannot be used") as caught:
        made(DiffusersBackend(DiffusersConfig(model="m")), small_board())
    assert caught.value.expected is not None
    assert "`generate` extra" in caught.value.expected


def _take(board: Any) -> Take:
    return Take(board, {}, lambda _: None, lambda: False)


class _Calls:
    """Counts the forward passes of everything inside a pipeline's denoiser."""

    def __init__(self, pipeline: Any) -> None:
        self.total = 0
        for module in pipeline.transformer.modules():
            if not list(module.children()):
                module.register_forward_hook(self._count)

    def _count(self, *_: Any) -> None:
        self.total += 1
