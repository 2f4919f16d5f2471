"""The basketball hoop: the board and pole behind the ball, the rim and net before it. Pivot: the middle of the rim."""

from generation.world.brush import Brush
from generation.world.paint import Sprite


def paint_board(b: Brush, height: float) -> Sprite:
    """Return pole, board and the far half of the rim; the floor is ``height`` below the rim."""
    p = b.canvas(130, height + 100, (40, 92))
    p.line([(100, 80), (100, 92 + height)], 8, (96, 98, 116), edge=False)
    p.line([(74, 60), (100, 70)], 5, (96, 98, 116), edge=False)
    p.box(84, 88 + height, 34, 6, (76, 78, 96), radius=2)
    p.box(70, 16, 8, 88, (244, 244, 248), radius=2)
    p.box(71, 58, 6, 30, b.colour, plain=True)
    p.ellipse(40, 92, 25, 5.4, (214, 92, 52), edge=False)
    p.ellipse(40, 92, 21.5, 3.6, (110, 52, 40), plain=True)
    return p.sprite()


def paint_net(b: Brush) -> Sprite:
    """Return the near half of the rim, and the net."""
    p = b.canvas(70, 56, (35, 8))
    cords = (248, 244, 236)
    tops = [12 + step * 46 / 7 for step in range(8)]
    for number, x in enumerate(tops):
        low = 35 + (x - 35) * 0.56
        for lean in (-1, 1):
            across = tops[min(7, max(0, number + lean))]
            p.line(
                [(x, 9), ((x + across) / 2 * 0.5 + (low + 35) * 0.25, 28), (35 + (across - 35) * 0.56, 46)],
                1.1,
                cords,
                plain=True,
                alpha=0.85,
            )
    rim = [(35 + 25 * step / 10, 8 + 5.2 * (1 - (step / 10) ** 2) ** 0.5) for step in range(-10, 11)]
    p.line(rim, 3.4, (236, 104, 56), edge=False)
    return p.sprite()
