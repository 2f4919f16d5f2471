"""The words of film making and of dress: transitions, framings, clothing, what hands hold, sounds on cue."""

from generation.world.vocabulary import Choice


def _choices(**words: str) -> dict[str, Choice]:
    return {name: Choice(tuple(part.strip() for part in text.split(","))) for name, text in words.items()}


FRAMINGS = _choices(
    close="close-up, close up, closeup, close on, tight shot, portrait of, face of",
    medium="medium shot, mid shot, two shot, two-shot, waist shot",
    wide="wide shot, long shot, establishing shot, full shot, aerial",
)
# How one shot takes over from the one before, by the words that start the new one.
TRANSITIONS = {
    "crossfade": r"(?:cross-?fades?|dissolves?|cross dissolves?)(?: in)?(?:to| to)",
    "fade": r"(?:fades? (?:out |in |to black |through black )?(?:and )?(?:fades? )?(?:in )?(?:to|on|into))",
    "wipe": r"(?:wipes? (?:across )?to)",
}
GARMENTS = _choices(
    hat="hat, sun hat, straw hat, top hat, cowboy hat, crown",
    cap="cap, baseball cap, beanie, helmet",
    scarf="scarf, shawl, bandana",
    coat="coat, jacket, raincoat, hoodie, parka, robe, blazer, lab coat",
    dress="dress, gown, skirt, kimono, sari, tutu",
    shirt="shirt, t-shirt, tee, sweater, jersey, blouse, jumper, top, swimsuit, wetsuit, leotard",
    trousers="trousers, pants, jeans, shorts, leggings",
    glasses="glasses, sunglasses, goggles, spectacles",
    cape="cape, cloak",
    boots="boot, shoe, sneaker, trainer",
)
HELD = _choices(
    umbrella="umbrella, parasol",
    flag="flag, banner",
    phone="phone, smartphone, camera",
    bag="bag, suitcase, basket, briefcase, backpack",
    guitar="guitar, ukulele, violin",
    flower_held="flower, rose, bouquet, tulip, sunflower",
    balloon_held="balloon",
    book_held="book, letter, map, newspaper",
    cup_held="cup, mug, coffee, tea, glass, ice cream",
    lantern_held="lantern, torch, candle, lamp",
    wand="wand, sword, stick, cane, umbrella stand",
)
HOLDING = ("hold", "holding", "carry", "carrying", "with", "play", "playing", "wave", "read", "reading")
WEARING = ("in", "wearing", "wear", "with", "dressed")
# Sounds that the words may ask for.
CUES = _choices(
    thunder="thunder, thunderclap, lightning",
    applause="applause, applauding, clapping, the crowd cheers, crowd cheers, cheering, ovation",
    bell="bell, bell rings, doorbell, chime, church bell",
    knock="knock, knocks, knocking, knock on the door",
    whistle="whistle, whistle blows, referee whistle",
    horn="horn, honk, honks, honking, ship horn, foghorn",
    laugh="laugh, laughing, laughter, giggle",
    bark="bark, barking, woof",
    meow="meow, meowing, purr",
    drum_roll="drum roll, drumroll",
    alarm="alarm, siren, beep",
    chirp="chirp, tweet, birdsong",
)
# Who can speak: everything with a face.
SPEAKING_ROLES = ("walker", "animal", "flyer", "swimmer", "floater", "vehicle")
SAYING = (
    "say|says|said|ask|asks|asked|reply|replies|replied|answer|answers|answered|shout|shouts|shouted|whisper|whispers|"
    "whispered|exclaim|exclaims|yell|yells|yelled|call|calls|called|sing|sings|cry|cries|cried|tell|tells|murmur|murmurs|"
    "add|adds|announce|announces"
)
