"""The WHO-5 well-being index: five statements about the last two weeks, scored exactly.

Source: World Health Organization, "The World Health Organization-Five Well-Being Index (WHO-5)", 2024, and Topp et al.,
"The WHO-5 Well-Being Index: A Systematic Review of the Literature", Psychotherapy and Psychosomatics 84 (2015). Each
answer is 0 (at no time) to 5 (all of the time); the raw sum of 0 to 25 is multiplied by 4. The score screens, it does
not diagnose.
"""

from collections.abc import Sequence

from core.errors import InvalidInput

QUESTIONS = 5
MOST = 5
SCREENS_AT = 50  # at or below: worth talking to someone about
CHANGE_THAT_MATTERS = 10  # percentage points


def who5_score(answers: Sequence[int]) -> int:
    """Return the score, 0 (worst imaginable) to 100 (best). A missing answer is an ``InvalidInput``, never a guess."""
    if len(answers) != QUESTIONS:
        raise InvalidInput(
            code="wrong_number_of_answers",
            detail=f"The WHO-5 has five answers, not {len(answers)}.",
            field="answers",
            expected="five whole numbers from 0 to 5",
        )
    for place, value in enumerate(answers):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
            raise InvalidInput(
                code="invalid_answer",
                detail=f"{value!r} is not an answer of the WHO-5.",
                field=f"answers.{place}",
                expected="a whole number from 0 (at no time) to 5 (all of the time)",
            )
    return sum(answers) * 100 // (QUESTIONS * MOST)


def is_low(score: int) -> bool:
    """Tell whether a score is one at which to offer help."""
    return score <= SCREENS_AT


def has_changed(before: int, after: int) -> bool:
    """Tell whether two scores of one person differ by as much as matters to people."""
    return abs(after - before) >= CHANGE_THAT_MATTERS
