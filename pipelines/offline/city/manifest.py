"""The manifest of a built city. Its presence says that the build is whole; reading it is quick."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipelines.offline.city.config import CityConfig

BUILDING = "BUILDING"  # this file stands in the city's folder for as long as a build is not finished
_NAME = "manifest.json"


class CityManifest(BaseModel):
    """What was built, from what, how much of it and how long it took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    config: CityConfig = Field(description="What decided the city.")
    films: int = Field(description="Different films that were rendered.")
    counts: dict[str, int] = Field(description="Rows by table.")
    timings_s: dict[str, float] = Field(description="Seconds by stage.")


def read_manifest(home: Path) -> CityManifest | None:
    """Return the manifest of the city in ``home``, or None when there is no whole city."""
    path = home / "city" / _NAME
    if not path.exists() or (home / "city" / BUILDING).exists():
        return None
    return CityManifest.model_validate_json(path.read_text(encoding="utf-8"))


def write_manifest(home: Path, manifest: CityManifest) -> None:
    """Say that the city is whole."""
    folder = home / "city"
    partial = folder / f"{_NAME}.part"
    partial.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    partial.replace(folder / _NAME)
    (folder / BUILDING).unlink()
