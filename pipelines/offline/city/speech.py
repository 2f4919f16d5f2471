"""What people in the city write under videos, and when they report one."""

import random

from pipelines.offline.city.catalogue import Piece
from pipelines.offline.city.lexicon import voices


def comment(dice: random.Random, piece: Piece, *, is_friend: bool) -> str:
    """Return a comment on a video, by a friend of its maker or by anyone."""
    words = voices()
    draw = dice.random()
    if is_friend and draw < 0.4:
        form = dice.choice(words["friend_comments"])
    elif draw < 0.65:
        form = dice.choice(piece.wish.mood.comments)
    else:
        form = dice.choice(words["comments"])
    thing = piece.wish.subject.text.split(" ", 1)[-1]
    text: str = form.format(
        thing=thing, topic=piece.wish.topic.name, kin=dice.choice(words["kin"]), number=dice.choice(("two", "three"))
    )
    return text


def report(dice: random.Random) -> str:
    """Return why someone reports a video."""
    return str(dice.choice(voices()["reports"]))
