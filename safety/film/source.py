"""How a film came to be, as far as the caller knows: what may vouch for it where no detector is installed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilmSource:
    """Who made a film from what. The default says that nothing is known, and then nothing vouches for it."""

    made_by: str = ""  # the generation backend
    prompt_checked: bool = False  # its words were judged and allowed before it was made
    real_portraits: bool = False  # it shows a real person's picture
    uploaded_picture: bool = False  # it shows a picture that somebody sent: nothing vouches for that


UNKNOWN = FilmSource()
