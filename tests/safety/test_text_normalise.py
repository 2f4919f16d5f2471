"""Disguises are undone, and what is no disguise is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.text.normalise import Unmasker, clean, forms, windows

WORDS = "kill you naked all the them i a cool good porn will shoot and or bomb drugs hate people scared"
UNMASK = Unmasker(WORDS.split(" ")).unmask


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k1ll y0u", "kill you"),
        ("k!ll them", "kill them"),
        ("sh00t th3m @ll", "shoot them all"),
        ("k i l l  y o u", "kill you"),
        ("k.i.l.l them", "kill them"),
        ("n-a-k-e-d", "naked"),
        ("na/ked", "naked"),
        ("p*o*r*n", "porn"),
        ("kiiiiill", "kill"),
        ("coooool", "cool"),
        ("\u200bki\u200bll\u200d", "kill"),
        ("ki\u00adll", "kill"),
        ("К\u0456ll \u0430ll", "Kill all"),
        ("ｋｉｌｌ", "kill"),
        ("𝓴𝓲𝓵𝓵", "kill"),
        ("k\u0336i\u0336l\u0336l", "kill"),
        ("🇰🇮🇱🇱 them", "kill them"),
        ("💣", "bomb"),
        ("dr&#117;gs", "drugs"),
    ],
)
def test_a_disguised_word_is_read_as_what_it_means(written: str, meant: str) -> None:
    assert forms(written, UNMASK)[-1] == meant


@pytest.mark.parametrize(
    "plain",
    [
        "Let's go! 2nd place, 4k, 1980s, h2o, mp4, 3d, 24fps",
        "and/or hand-made e.g. a 5-year-old house",
        "café naïve Zürich",
        "привет мир",
        "你好，世界",
        "(all) $100 50% #1 A+",
        "scared people",
    ],
)
def test_what_is_no_disguise_is_left_alone(plain: str) -> None:
    cleaned = clean(plain)
    assert UNMASK(cleaned) == cleaned


def test_addresses_and_mentions_are_not_part_of_what_is_said() -> None:
    assert clean("RT @someone: look &amp; see https://example.org/x?y=1 now") == ": look & see now"


@given(text=st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for reading in forms(text, UNMASK):
        assert "\u200b" not in reading
        assert reading == reading.strip()


@given(text=st.text(alphabet="ab ", max_size=3000), size=st.integers(10, 200), most=st.integers(2, 9))
def test_long_texts_are_cut_into_few_short_parts_up_to_the_end(text: str, size: int, most: int) -> None:
    parts = windows(text, size, most)
    assert 1 <= len(parts) <= most
    assert all(len(part) <= size for part in parts)
    assert text.strip().endswith(parts[-1])


@given(text=st.text(alphabet=st.characters(codec="ascii"), max_size=200))
def test_cleaning_never_makes_a_text_longer(text: str) -> None:
    assert len(clean(text)) <= len(text)
