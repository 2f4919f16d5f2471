"""Every wrapped class, with tiny random weights: saved, read back through the backend by its folder, the same film."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import InvalidInput, Unavailable
from core.media.codec import write_mp4
from generation.backends import Keyframe
from generation.diffusion.backend import DiffusersBackend
from generation.diffusion.config import DiffusersConfig
from generation.diffusion.loading import load_pipeline, sibling
from pipelines.offline.bench.tiny_ltx2 import tiny_pipeline
from pipelines.offline.bench.tiny_wan import tiny_cogvideox, tiny_wan
from tests.generation.diffusion_kit import LTX2, NOISY, SHORT, backend_of, made, pixels, plain_frame, small_board, take
from tests.generation.tiny_pipelines import tiny_svd, tiny_vace

pytestmark = pytest.mark.filterwarnings(*NOISY)
PICTURE = Keyframe(0, plain_frame((200, 90, 20)))
KINDS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "LTX2Pipeline": (tiny_pipeline, LTX2),
    "LTX2ImageToVideoPipeline": (lambda: sibling(tiny_pipeline(), "LTX2ImageToVideoPipeline"), LTX2),
    "LTX2ConditionPipeline": (lambda: sibling(tiny_pipeline(), "LTX2ConditionPipeline"), LTX2),
    "WanPipeline": (tiny_wan, SHORT),
    "WanPipeline, two transformers": (lambda: tiny_wan(two_stage=True), SHORT),
    "WanPipeline, text and pictures": (lambda: tiny_wan(expand_timesteps=True), SHORT),
    "WanImageToVideoPipeline": (lambda: tiny_wan(from_text=False), SHORT),
    "WanImageToVideoPipeline, two transformers": (lambda: tiny_wan(from_text=False, two_stage=True), SHORT),
    "WanVACEPipeline": (tiny_vace, SHORT),
    "CogVideoXPipeline": (tiny_cogvideox, SHORT),
    "StableVideoDiffusionPipeline": (tiny_svd, {"decode_chunk_size": 8}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_makes_the_same_film_by_its_folder(kind: str, tmp_path: Path) -> None:
    build, call = KINDS[kind]
    pipeline = build()
    keyframes = (PICTURE,) if "Image" in kind or "StableVideo" in kind else ()
    board = small_board()
    before = backend_of(pipeline, call=call).generate_take(take(board, *keyframes), "tiny")
    pipeline.save_pretrained(tmp_path / "model")
    config = DiffusersConfig(model=str(tmp_path / "model"), name="tiny", steps=2, call=call)
    backend = DiffusersBackend(config)
    (info,) = backend.models()
    weights = {item.data_ptr(): item for part in pipeline.components.values() if hasattr(part, "parameters")
               for item in part.state_dict().values()}  # fmt: skip
    assert info.memory_bytes == pytest.approx(sum(item.nbytes for item in weights.values()), rel=0.02)
    assert info.makes_sound == kind.startswith("LTX2")
    after = backend.generate_take(take(board, *keyframes), "tiny")
    assert backend.loaded_class("tiny") == kind.split(",")[0]
    assert before.sound is not None
    assert after.sound is not None
    assert np.array_equal(before.sound.samples, after.sound.samples)
    for film, name in ((before, "before.mp4"), (after, "after.mp4")):
        write_mp4(film, tmp_path / name)
    assert (tmp_path / "before.mp4").read_bytes() == (tmp_path / "after.mp4").read_bytes()
    backend.unload("tiny")
    assert backend.loaded_class("tiny") == ""


def test_a_film_is_made_again_after_the_model_was_unloaded() -> None:
    reads: list[str] = []

    def read(config: DiffusersConfig) -> Any:
        reads.append(config.model)
        return tiny_wan()

    backend = DiffusersBackend(DiffusersConfig(model="tiny", steps=1, call=SHORT), read=read)
    first = made(backend, small_board())
    assert np.array_equal(made(backend, small_board()), first)
    backend.unload("tiny")
    backend.unload("tiny")
    assert np.array_equal(made(backend, small_board()), first)
    assert len(reads) == 2


def test_it_can_be_read_as_another_class_and_in_another_precision(tmp_path: Path) -> None:
    tiny_pipeline().save_pretrained(tmp_path)
    config = DiffusersConfig(
        model=str(tmp_path), name="tiny", steps=1, call=LTX2, pipeline="LTX2ConditionPipeline", precision="bfloat16"
    )
    backend = DiffusersBackend(config)
    (info,) = backend.models()
    (wide,) = DiffusersBackend(config.model_copy(update={"precision": "float32"})).models()
    assert info.memory_bytes == pytest.approx(wide.memory_bytes / 2, rel=0.02)
    film = pixels(backend.generate_take(take(small_board(), PICTURE), "tiny"))
    assert backend.loaded_class("tiny") == "LTX2ConditionPipeline"
    assert film.shape == (8, 66, 64, 3)
    with pytest.raises(Unavailable, match="no class 'NoSuchPipeline'"):
        made(DiffusersBackend(config.model_copy(update={"pipeline": "NoSuchPipeline"})), small_board())


def test_a_part_that_loses_too_much_stays_wide(tmp_path: Path) -> None:
    import torch

    whole = tiny_wan()
    whole.save_pretrained(tmp_path)
    read: list[Any] = []

    def reading(config: DiffusersConfig) -> Any:
        read.append(load_pipeline(config))
        return read[-1]

    config = DiffusersConfig(model=str(tmp_path), name="tiny", steps=1, call=SHORT, precision="bfloat16")
    backend = DiffusersBackend(config, read=reading)
    assert made(backend, small_board()).shape == (8, 66, 64, 3)
    assert (read[0].vae.dtype, read[0].text_encoder.dtype) == (torch.float32, torch.bfloat16)
    held = sum(item.nbytes for item in whole.vae.parameters())
    narrow = DiffusersBackend(config.model_copy(update={"wide": ()}))
    assert backend.models()[0].memory_bytes - narrow.models()[0].memory_bytes == pytest.approx(held / 2, rel=0.02)


def test_an_argument_that_the_call_does_not_take_is_named() -> None:
    with pytest.raises(Unavailable, match="WanPipeline takes no argument 'motion_bucket'"):
        made(backend_of(tiny_wan(), call={"motion_bucket": 3}), small_board())


def test_a_pipeline_that_makes_no_film_of_words_or_a_picture_is_refused() -> None:
    from diffusers import WanVideoToVideoPipeline

    pipeline = tiny_wan()
    parts = {name: part for name, part in pipeline.components.items() if name != "transformer_2"}
    with pytest.raises(Unavailable, match="WanVideoToVideoPipeline is not told how many frames"):
        made(backend_of(WanVideoToVideoPipeline(**parts)), small_board())


def test_a_model_that_needs_a_picture_says_so_or_has_one_drawn() -> None:
    pipeline = tiny_wan(from_text=False)
    with pytest.raises(InvalidInput, match="out of a picture, and none was given"):
        made(backend_of(pipeline, call=SHORT), small_board())
    drawn = backend_of(pipeline, call=SHORT, first_picture="world")
    assert made(drawn, small_board()).shape == (8, 66, 64, 3)
    portraits = {"Mia": plain_frame((10, 200, 30))}
    cameo = small_board("Mia runs on the beach")
    things = (cameo.shots[0].things[0].model_copy(update={"character": "Mia"}),)
    shots = (cameo.shots[0].model_copy(update={"things": things}),)
    cameo = cameo.model_copy(update={"characters": ("Mia",), "shots": shots})
    shown = drawn.generate_take(take(cameo, portraits=portraits), "tiny")
    assert shown.frame_count == 8
