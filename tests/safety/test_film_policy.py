"""What the film policy promises is proven when it loads: minors and uploads need every detector."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import BrokenPolicy
from core.policies import load_policy
from core.vocabulary import Audience, Surface
from safety.film.policy import DETECTORS, SHIPPED, FilmPolicy, load_film_policy

MINORS = (Audience.TEEN, Audience.DEPICTED_MINOR)


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    """Return what is said of the shipped policy after a change."""
    data = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    change(data)
    with pytest.raises(ValueError) as caught:
        FilmPolicy.model_validate(data)
    return str(caught.value)


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("audience", list(Audience))
def test_minors_and_uploads_need_every_detector_now_or_later(surface: Surface, audience: Audience) -> None:
    entry = load_film_policy().at(surface, audience)
    if audience in MINORS or surface == Surface.UPLOAD:
        assert {*entry.required, *entry.deferred} == set(DETECTORS)
    if surface == Surface.UPLOAD:
        assert not entry.deferred


def test_a_minors_check_cannot_be_loosened() -> None:
    assert "must be required" in changed(lambda data: data["check"][1]["required"].remove("picture_content"))
    assert "must be required" in changed(lambda data: data["check"][4]["required"].remove("speech"))


def test_what_is_deferred_must_be_required_later() -> None:
    def defer_to_adults(data: dict[str, Any]) -> None:
        data["check"][3] |= {"audiences": ["adult"]}
        data["check"][2] |= {"audiences": ["teen", "depicted_minor"], "required": list(DETECTORS), "noted": []}

    assert "is deferred to output, which does not require it" in changed(defer_to_adults)
    assert "go together" in changed(lambda data: data["check"][3].pop("deferred_to"))


def test_nothing_vouches_for_an_upload() -> None:
    assert "nothing may vouch" in changed(lambda data: data["vouch"][0]["surfaces"].append("upload"))


def test_entries_do_not_overlap_and_detectors_stand_once() -> None:
    assert "two entries" in changed(lambda data: data["check"].append(dict(data["check"][0])))
    assert "stands twice" in changed(lambda data: data["check"][0]["noted"].append("flashing"))


def test_weights_and_categories_are_known() -> None:
    assert "weights" in changed(lambda data: data["fusion"]["weights"].pop("picture"))
    assert "no category" in changed(lambda data: data["fusion"].update(screams_support=["noise"]))


def test_an_operators_broken_file_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_text(SHIPPED.read_text(encoding="utf-8").replace("persistent_frames", "frames"))
    with pytest.raises(BrokenPolicy, match=r"fusion\.frames"):
        load_policy(SHIPPED, FilmPolicy, tmp_path)
