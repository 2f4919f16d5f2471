"""What a model is told: the shot's own words, what is said and heard in it, and the look that was chosen."""

from generation.storyboard import Shot

_STYLES = {
    "paper": "paper cut-out animation", "cinematic": "cinematic film, natural light",
    "anime": "hand-drawn animation", "neon": "glowing neon line art on black",
    "realistic": "lifelike footage, natural light",
}  # fmt: skip


def prompt_of(shot: Shot, *, sound: bool = False) -> str:
    """Return the prompt of a shot. What is said and heard is named for models that make sound, unless the words do."""
    told = [shot.text.strip().rstrip(".")]
    if sound:
        told += [_line(line.speaker, line.text) for line in shot.dialogue if line.text not in shot.text]
        names = (cue.name.replace("_", " ") for cue in shot.sounds)
        told += [f"The sound of {name} is heard" for name in names if name not in shot.text]
    look = _STYLES.get(shot.style, shot.style)
    return f"{'. '.join(told)}. {look}, {shot.time_of_day}, {shot.weather}."


def _line(speaker: str, text: str) -> str:
    who = speaker or "A voice"
    return f'{who} says: "{text.strip().rstrip(".")}"'
