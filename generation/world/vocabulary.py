"""The words of the world: what can be shown, and which words of a prompt call for it.

Plain data that a newcomer reads first. Every name is stable: storyboards store it. Phrases are written in the
singular, in lower case; the parser takes plurals back to the singular.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["body", "static", "walker", "animal", "flyer", "swimmer", "floater", "vehicle", "plant", "sky", "effect"]


@dataclass(frozen=True, slots=True)
class SceneKind:
    """A place. ``ambience`` names beds of ``generation.world.sound``; ``cast`` is who is there if no one is named."""

    words: tuple[str, ...]
    ground: Literal["grass", "sand", "snow", "stone", "wood", "water", "sea_floor", "none", "tarmac", "carpet"]
    ambience: tuple[str, ...]
    cast: tuple[str, ...]
    time: str = "day"


@dataclass(frozen=True, slots=True)
class ThingKind:
    """An object or creature. ``home`` is the scene it implies when the words name none."""

    words: tuple[str, ...]
    role: Role
    home: str
    material: Literal["rubber", "wood", "metal", "glass", "stone", "plastic", "paper", "soft"] = "soft"
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A named choice (style, palette, time, weather, camera, pace, motion) and the words that call for it."""

    words: tuple[str, ...]


def _scene(words: str, ground: str, ambience: str, cast: str, time: str = "day") -> SceneKind:
    return SceneKind(_split(words), ground, _split(ambience), _split(cast), time)  # type: ignore[arg-type]


def _thing(words: str, role: Role, home: str, material: str = "soft", colour: str = "") -> ThingKind:
    return ThingKind(_split(words), role, home, material, colour)  # type: ignore[arg-type]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _choices(**words: str) -> dict[str, Choice]:
    return {name: Choice(_split(text)) for name, text in words.items()}


SCENES: dict[str, SceneKind] = {
    "meadow": _scene(
        "meadow, field, grassland, hill, hillside, countryside, prairie, farm, picnic, pasture, village, castle",
        "grass", "wind, birds, pad", "butterfly, flower, rabbit, tree"),
    "forest": _scene(
        "forest, wood, woodland, jungle, rainforest, grove, trail, hike, camp, campsite, camping",
        "grass", "leaves, birds, pad", "fox, tree, mushroom, butterfly"),
    "mountains": _scene(
        "mountain, peak, alps, summit, valley, cliff, canyon, volcano, glacier, landscape, horizon",
        "grass", "wind, pad", "hawk, hot_air_balloon, tree"),
    "lake": _scene(
        "lake, pond, river, stream, waterfall, creek, dock, canoe trip, reflection, fountain",
        "water", "water, birds, pad", "duck, paper_boat, lily"),
    "beach": _scene(
        "beach, shore, seaside, coast, tropical, island, sand, sandcastle, palm, surf, vacation, holiday",
        "sand", "waves, wind, pad", "beach_ball, crab, gull, palm"),
    "ocean": _scene(
        "ocean, sea, wave, big wave, rolling wave, ocean wave, sailing, harbour, harbor, bay, storm at sea, "
        "horizon of water, deep blue",
        "water", "waves, wind, pad", "sailboat, gull, whale"),
    "underwater": _scene(
        "underwater, reef, coral, coral reef, aquarium, seabed, deep sea, diver, diving, snorkel",
        "sea_floor", "bubbles, pad", "fish, jellyfish, seaweed, turtle"),
    "street": _scene(
        "street, road, traffic, highway, intersection, downtown, sidewalk, race track, racing, commute, town",
        "tarmac", "city, pad", "car, person, streetlight"),
    "city": _scene(
        "city, skyline, skyscraper, rooftop, metropolis, cyberpunk, urban, tower, futuristic, architecture, "
        "building, bridge",
        "stone", "city, pad", "person, drone, lantern"),
    "park": _scene(
        "park, garden, playground, bench, lawn, botanical, backyard, gardening, orchard, courtyard, temple",
        "grass", "birds, leaves, pad", "dog, person, tree, flower, kite"),
    "court": _scene(
        "court, basketball court, gym, stadium, arena, tennis, volleyball, sport, match, athlete, workout, fitness",
        "wood", "crowd, pad", "basketball, hoop, person"),
    "workshop": _scene(
        "workshop, lab, laboratory, machine, contraption, chain reaction, science, physics, experiment, "
        "marble run, studio, "
        "toy, engineering, education",
        "wood", "room, pad", "marble, ramp, block, seesaw, domino"),
    "room": _scene(
        "room, bedroom, living room, home, house, indoor, indoors, library, office, window, fireplace, bed, "
        "sofa, desk, "
        "classroom, hallway",
        "carpet", "room, fire, pad", "cat, plant, lamp, book"),
    "kitchen": _scene(
        "kitchen, cooking, baking, chef, cook, bake, recipe, table, cafe, restaurant, bakery, breakfast, "
        "dinner, food, dessert",
        "wood", "room, simmer, pad", "cup, cake, apple, teapot"),
    "stage": _scene(
        "stage, concert, dance floor, theater, theatre, club, party, festival, show, disco, performance, "
        "ballroom, fashion show",
        "wood", "crowd, beat, pad", "dancer, lantern, confetti_ball", "night"),
    "desert": _scene(
        "desert, dune, sahara, cactus field, savanna, western, oasis, pyramid, egypt",
        "sand", "wind, pad", "cactus, tumbleweed, hawk", "dusk"),
    "snowfield": _scene(
        "snowfield, snow, winter, ski, arctic, iceberg, antarctica, christmas, frozen, ice, snowy, sled, snowstorm",
        "snow", "wind, bells, pad", "snowman, pine, penguin"),
    "sky": _scene(
        "sky, cloud, flying, flight, above the clouds, heaven, air, dream, dreamscape, floating island, "
        "sunrise, sunset",
        "none", "wind, pad", "bird, hot_air_balloon, balloon"),
    "space": _scene(
        "space, galaxy, cosmos, planet, moon, mars, orbit, astronaut, nebula, universe, cosmic, alien, "
        "starship, spaceship",
        "none", "space, pad", "planet, rocket, star", "night"),
    "blank": _scene(
        "blank stage, empty stage, plain backdrop, plain background, test chamber",
        "none", "room", "ball"),
    "cave": _scene(
        "cave, cavern, dungeon, mine, crystal cave, catacomb, ruin, haunted, graveyard",
        "stone", "drips, pad", "crystal, bat, mushroom, lantern", "night"),
}  # fmt: skip

THINGS: dict[str, ThingKind] = {
    # bodies: simulated, they fall, roll, bounce, topple
    "ball": _thing("ball, bouncing ball, bouncy ball, orb, sphere, bubble ball", "body", "workshop", "rubber"),
    "basketball": _thing("basketball, shot, free throw, three pointer, slam dunk, dunk", "body", "court", "rubber",
        "orange"),
    "football": _thing("football, soccer ball, soccer, goalkeeper", "body", "park", "rubber", "white"),
    "beach_ball": _thing("beach ball, volleyball, inflatable", "body", "beach", "plastic", "red"),
    "marble": _thing("marble, bead, glass ball, pearl", "body", "workshop", "glass", "blue"),
    "block": _thing("block, cube, box, crate, brick, stack, tower of blocks, lego, present, gift", "body",
        "workshop", "wood"),
    "domino": _thing("domino, dominoes", "body", "workshop", "wood"),
    "seesaw": _thing("seesaw, see-saw, teeter-totter, catapult, lever", "body", "workshop", "wood", "orange"),
    "pendulum": _thing("pendulum, newton's cradle, swing, wrecking ball", "body", "workshop", "metal"),
    "tumbleweed": _thing("tumbleweed", "body", "desert", "paper", "brown"),
    "apple": _thing("apple, fruit, tomato, cherry, peach", "body", "kitchen", "soft", "red"),
    "orange_fruit": _thing("tangerine, lemon, citrus, mango, lime", "body", "kitchen", "soft", "orange"),
    "pumpkin": _thing("pumpkin, halloween, jack-o-lantern, melon, watermelon", "body", "kitchen", "wood", "orange"),
    "donut": _thing("donut, doughnut, bagel, cookie, wheel, tire, ring", "body", "kitchen", "soft", "pink"),
    "coin": _thing("coin, medal, treasure, gold, gem, jewel, diamond", "body", "workshop", "metal", "yellow"),
    "robot": _thing("robot, android, machine man, toy robot, droid, mech", "walker", "workshop", "metal", "blue"),
    # statics: they stand where they are; bodies hit them
    "hoop": _thing("hoop, basket, backboard, rim, net", "static", "court", "metal", "red"),
    "ramp": _thing("ramp, slope, slide, half-pipe, halfpipe, incline, staircase", "static", "workshop", "wood",
        "yellow"),
    "wall": _thing("wall, fence, barrier", "static", "park", "stone"),
    "peg": _thing("peg, pinball, plinko, bumper, pin", "static", "workshop", "metal", "purple"),
    "drum": _thing("drum, trampoline, cymbal, percussion", "static", "stage", "plastic", "red"),
    # props that stand on the ground
    "house": _thing("cottage, cabin, hut, farmhouse, barn, treehouse, lighthouse, tiny house", "plant", "meadow",
        "wood", "red"),
    "tree": _thing("tree, oak, maple, birch, willow, cherry blossom, blossom, autumn leaf", "plant", "park", "wood"),
    "pine": _thing("pine, fir, spruce, christmas tree, evergreen", "plant", "snowfield", "wood", "green"),
    "palm": _thing("palm tree, coconut", "plant", "beach", "wood", "green"),
    "cactus": _thing("cactus, cacti", "plant", "desert", "soft", "green"),
    "flower": _thing("flower, tulip, rose, daisy, sunflower, lavender, poppy, bouquet, petal", "plant", "meadow"),
    "plant": _thing("plant, houseplant, fern, pot, bonsai, seedling, sprout", "plant", "room", "soft", "green"),
    "mushroom": _thing("mushroom, toadstool", "plant", "forest", "soft", "red"),
    "lily": _thing("lily, lotus, water lily, lily pad", "floater", "lake", "soft", "pink"),
    "seaweed": _thing("seaweed, kelp, anemone", "plant", "underwater", "soft", "green"),
    "crystal": _thing("crystal, glowing stone, amethyst", "plant", "cave", "glass", "purple"),
    "streetlight": _thing("streetlight, street lamp, lamppost, neon sign, sign", "plant", "street", "metal"),
    "lamp": _thing("lamp, floor lamp", "plant", "room", "metal", "yellow"),
    "snowman": _thing("snowman", "plant", "snowfield", "soft", "white"),
    "campfire": _thing("campfire, bonfire, fire, flame, candle, torch", "plant", "forest", "wood", "orange"),
    "cup": _thing("cup, mug, coffee, tea, hot chocolate, cocoa, latte, soup, bowl, ramen, noodle", "plant",
        "kitchen", "glass"),
    "teapot": _thing("teapot, kettle, pot of tea, vase, jar, potion", "plant", "kitchen", "metal"),
    "cake": _thing("cake, cupcake, pie, birthday, pancake, ice cream, pastry, chocolate, pizza, bread, sushi",
        "plant", "kitchen", "soft", "pink"),
    "book": _thing("book, spellbook, diary, notebook, letter, homework", "plant", "room", "paper", "red"),
    # walkers: people and those who go on two legs
    "person": _thing(
        "person, people, man, woman, boy, girl, kid, child, friend, family, couple, traveler, traveller, "
        "tourist, hiker, runner, "
        "someone, player, grandmother, grandfather, grandma, grandpa, mother, father, mom, dad, teenager, "
        "artist, chef, farmer, "
        "skater, jogger, crowd, commuter, student, hero, wizard, witch, knight, princess, musician, singer, gymnast",
        "walker", "park"),
    "dancer": _thing("dancer, dance, ballerina, dancing, ballet, breakdancer", "walker", "stage"),
    "astronaut": _thing("astronaut, spaceman, cosmonaut, spacewalk", "flyer", "space", "soft", "white"),
    "paddler": _thing("paddleboard, paddleboarder, paddleboarding, paddle board, stand-up paddle, "
        "surfer, surfboard, surfing, paddling, kayak, canoe", "floater",
        "ocean", "plastic", "yellow"),
    # animals that go on land
    "cat": _thing("cat, kitten, kitty, feline, tabby", "animal", "room", "soft", "orange"),
    "dog": _thing("dog, puppy, corgi, retriever, poodle, husky, dachshund, pet", "animal", "park", "soft", "brown"),
    "rabbit": _thing("rabbit, bunny, hare", "animal", "meadow", "soft", "white"),
    "fox": _thing("fox, wolf, squirrel, red panda", "animal", "forest", "soft", "orange"),
    "bear": _thing("bear, panda, teddy, teddy bear, capybara", "animal", "forest", "soft", "brown"),
    "deer": _thing("deer, stag, fawn, horse, pony, unicorn, cow, sheep, goat, lamb", "animal", "meadow", "soft",
        "brown"),
    "elephant": _thing("elephant, mammoth, rhino, hippo, dinosaur", "animal", "desert", "soft", "grey"),
    "penguin": _thing("penguin", "animal", "snowfield", "soft", "black"),
    "crab": _thing("crab, lobster", "animal", "beach", "soft", "red"),
    # fliers
    "bird": _thing("bird, sparrow, robin, parrot, songbird, hummingbird, owl, swallow, crow", "flyer", "sky", "soft",
        "blue"),
    "gull": _thing("gull, seagull, pelican, albatross, crane, heron, swan", "flyer", "ocean", "soft", "white"),
    "hawk": _thing("hawk, eagle, falcon, dragon, phoenix", "flyer", "mountains", "soft", "brown"),
    "bat": _thing("bat", "flyer", "cave", "soft", "purple"),
    "butterfly": _thing("butterfly, moth, dragonfly, fairy", "flyer", "meadow"),
    "bee": _thing("bee, bumblebee, ladybug", "flyer", "meadow", "soft", "yellow"),
    "firefly": _thing("firefly, glowworm, sparkle, magic, spell", "effect", "forest"),
    "balloon": _thing("balloon, party balloon", "flyer", "sky", "rubber", "red"),
    "hot_air_balloon": _thing("hot air balloon, airship, blimp, zeppelin", "flyer", "sky", "soft", "red"),
    "kite": _thing("kite, paraglider, parachute, glider", "flyer", "park", "paper", "red"),
    "plane": _thing("plane, airplane, aeroplane, jet, paper plane, paper airplane", "flyer", "sky", "paper", "white"),
    "drone": _thing("drone, helicopter, quadcopter, ufo, flying saucer", "flyer", "city", "plastic", "grey"),
    "rocket": _thing("rocket, spaceship, starship, spacecraft, shuttle, satellite", "flyer", "space", "metal", "white"),
    "lantern": _thing("lantern, paper lantern, sky lantern, fairy light", "flyer", "city", "paper", "yellow"),
    "ghost": _thing("ghost, spirit, monster, creature", "flyer", "cave", "soft", "white"),
    "planet": _thing("planet, saturn, jupiter, earth, asteroid, comet, meteor", "sky", "space", "stone"),
    "star": _thing("star, shooting star, constellation, starry", "sky", "space"),
    # swimmers
    "fish": _thing("fish, goldfish, koi, salmon, clownfish, school of fish, shark", "swimmer", "underwater", "soft",
        "orange"),
    "jellyfish": _thing("jellyfish, octopus, squid", "swimmer", "underwater", "soft", "pink"),
    "turtle": _thing("turtle, sea turtle, tortoise", "swimmer", "underwater", "soft", "green"),
    "whale": _thing("whale, dolphin, orca, humpback", "swimmer", "ocean", "soft", "blue"),
    "submarine": _thing("submarine, scuba diver, mermaid", "swimmer", "underwater", "metal", "yellow"),
    # floaters: buoyant on water
    "sailboat": _thing("sailboat, boat, ship, yacht, sail, pirate ship, ferry", "floater", "ocean", "wood", "red"),
    "paper_boat": _thing("paper boat, toy boat, raft, gondola, rowboat", "floater", "lake", "paper", "white"),
    "duck": _thing("duck, duckling, rubber duck, goose, otter", "floater", "lake", "plastic", "yellow"),
    "buoy": _thing("buoy, bottle, message in a bottle, barrel, ice floe", "floater", "ocean", "plastic", "red"),
    # vehicles
    "car": _thing("car, taxi, race car, sports car, truck, van, convertible, suv, vehicle, motorcycle", "vehicle",
        "street", "metal", "red"),
    "bus": _thing("bus, tram, school bus, trolley, camper", "vehicle", "street", "metal", "yellow"),
    "train": _thing("train, locomotive, subway, steam train, railway, metro", "vehicle", "meadow", "metal", "green"),
    "bicycle": _thing("bicycle, bike, cyclist, cycling, scooter, skateboard, skateboarder", "vehicle", "park",
        "metal", "blue"),
    "sled": _thing("sled, sleigh, toboggan, snowboard, snowboarder, skier, skiing", "vehicle", "snowfield", "wood",
        "red"),
    # what fills the air
    "snow": _thing("snowflake, falling snow, snowing, blizzard", "effect", "snowfield", "soft", "white"),
    "rain": _thing("raindrop, downpour, drizzle", "effect", "street"),
    "leaf": _thing("leaf, autumn, fall foliage, falling leaf", "effect", "forest"),
    "petal": _thing("sakura, falling petal, cherry petal, feather", "effect", "park", "soft", "pink"),
    "confetti": _thing("confetti, celebration, glitter, streamer", "effect", "stage"),
    "confetti_ball": _thing("disco ball, mirror ball, spotlight", "sky", "stage", "glass", "white"),
    "firework": _thing("firework, new year, explosion of color, sparkler", "effect", "city"),
    "bubble": _thing("bubble, soap bubble, foam", "effect", "park", "soft"),
}  # fmt: skip

STYLES = _choices(
    paper="paper, papercraft, paper cut-out, cutout, collage, origami, stop motion, claymation, clay, flat, "
        "minimalist, "
    "storybook, illustration, children's book, whimsical, cute, felt, craft, cozy, toy",
    cinematic="cinematic, film, movie, epic, dramatic, golden hour, moody, "
    "atmospheric, painterly, painting, oil painting, watercolor, watercolour, impressionist",
    anime="anime, animation, animated, cartoon, manga, ghibli-like, cel shaded, comic, pixar-like, hand-drawn, 2d",
    neon="neon, cyberpunk, synthwave, vaporwave, retro wave, glowing, glow, futuristic, tron-like, electric, "
        "blacklight, "
    "laser, hologram, sci-fi, scifi, arcade, line art, outline",
    realistic="realistic, photorealistic, photoreal, lifelike, documentary, 4k, hd, macro, footage, natural light",
)  # fmt: skip
PALETTES = _choices(
    natural="natural, earthy, organic",
    pastel="pastel, soft, gentle, dreamy, delicate, baby, calming, calm, relaxing, peaceful, serene, tranquil, "
        "soothing",
    vivid="vivid, colorful, colourful, vibrant, bright, rainbow, saturated, energetic, energizing, happy, "
        "joyful, playful, fun",
    warm="warm, golden, amber, cozy, cosy, autumn, sunlit, honey, rustic, romantic, nostalgic",
    cool="cool, icy, cold, blue, misty, quiet, lonely, melancholy, sad, mysterious, eerie, silver",
    candy="candy, sweet, bubblegum, kawaii, pink, cotton candy, sugary, unicorn",
    noir="noir, black and white, monochrome, dark, gothic, spooky, scary, horror, grayscale, vintage, sepia, tense",
)  # fmt: skip
TIMES = _choices(
    day="day, daytime, noon, sunny, afternoon, daylight, sunlight, summer day",
    dawn="dawn, sunrise, morning, first light, daybreak",
    dusk="dusk, sunset, evening, twilight, golden hour, sundown",
    night="night, midnight, moonlight, moonlit, nighttime, starry, under the stars, after dark, bedtime, late",
)
WEATHERS = _choices(
    clear="clear, sunny, cloudless",
    cloudy="cloudy, overcast, clouds, gray sky",
    rain="rain, rainy, raining, drizzle, downpour, storm, stormy, thunderstorm, monsoon",
    snow="snow, snowy, snowing, snowfall, blizzard, snowstorm",
    fog="fog, foggy, mist, misty, haze, hazy, smoke",
    wind="wind, windy, breeze, breezy, gust, blustery",
)
CAMERAS = _choices(
    still="still, static, locked, tripod, fixed",
    drift="drift, drifting, floating camera, gentle",
    handheld="handheld, hand-held, shaky, shaky camera, found footage",
    pan_left="pan left, pans left",
    pan_right="pan, panning, pan right, pans right, sweeping",
    push_in="push in, zoom, zooms in, zoom in, close-up, closeup, close up, dolly in, macro",
    pull_back="pull back, zoom out, reveal, dolly out, wide shot, aerial, establishing",
    track="track, tracking, follow, following, chase, pov, first person, travelling shot",
    rise="rise, crane, crane shot, crane up, ascending, boom",
    crane_down="crane down, descending, boom down",
    tilt_up="tilt up, tilt, tilts up",
    tilt_down="tilt down, tilts down",
)
PACES = _choices(
    slow="slow, slowly, slow motion, calm, calming, gentle, gently, peaceful, relaxing, serene, lazy, sleepy, "
        "quiet, still, "
    "tranquil, soothing, soft, time-lapse",
    medium="steady, walking, casual",
    fast="fast, quick, quickly, racing, rapid, energetic, energizing, hype, sprint, rush, frantic, wild, chase, "
        "explosive, "
    "thrilling, speed, speeding, intense, upbeat",
)  # fmt: skip
MOTIONS = _choices(
    idle="sit, sitting, rest, resting, wait, waiting, stand, standing, look, looking, watch, watching, relax, "
        "read, reading, "
    "study, eat, eating, drink, pose",
    sleep="sleep, sleeping, nap, napping, asleep, doze, curl up, curled up",
    walk="walk, walking, stroll, strolling, wander, wandering, explore, exploring, march",
    run="run, running, sprint, sprinting, race, racing, chase, chasing, gallop, rush, jog, jogging, zoom",
    jump="jump, jumping, hop, hopping, leap, leaping, bounce around, skip",
    flip="backflip, back flip, flip, somersault, front flip, cartwheel, tumbling pass, handspring, vault, acrobatics",
    dance="dance, dancing, spin around, twirl, twirling, groove, party, celebrate, cheer",
    wave="wave, wave hello, waving, greet, say hi, hello",
    bounce="bounce, bouncing, dribble, dribbling, rebound, rebounding",
    roll="roll, rolling, tumble, tumbling, spin, spinning",
    fall="fall, falling, drop, dropping, rain down, pour, pouring, spill, collapse, collapsing, topple, "
        "toppling, knock down",
    score="score, scores, swish, goes in, perfect shot, dunk",
    miss="miss, misses, missed, missing, rim out, rims out, airball, fail",
    fly="fly, flying, soar, soaring, glide, gliding, hover, hovering, take off, launch, float up, rise",
    float="float, floating, drift, drifting, bob, bobbing, sail, sailing, paddle, paddling, surf, surfing",
    swim="swim, swimming, dive, diving",
    swing="swing, swinging, sway, swaying",
    drive="drive, driving, ride, riding, cruise, cruising, speed, speeding, commute",
)  # fmt: skip

COLOURS: dict[str, tuple[tuple[int, int, int], tuple[str, ...]]] = {
    "red": ((222, 74, 66), ("red", "crimson", "scarlet", "ruby")),
    "orange": ((240, 142, 58), ("orange", "tangerine", "ginger", "copper")),
    "yellow": ((246, 200, 76), ("yellow", "golden", "gold", "lemon")),
    "green": ((104, 168, 92), ("green", "emerald", "mint", "olive", "lime")),
    "teal": ((58, 164, 160), ("teal", "turquoise", "aqua", "cyan")),
    "blue": ((74, 130, 208), ("blue", "azure", "navy", "sapphire")),
    "purple": ((142, 104, 196), ("purple", "violet", "lavender", "lilac", "indigo")),
    "pink": ((238, 142, 170), ("pink", "rose", "magenta", "coral")),
    "brown": ((152, 106, 74), ("brown", "chestnut", "tan", "caramel", "bronze")),
    "white": ((246, 242, 234), ("white", "ivory", "snowy", "cream")),
    "grey": ((142, 148, 158), ("grey", "gray", "silver")),
    "black": ((52, 52, 64), ("black", "ebony", "dark")),
}
SIZES: dict[str, tuple[float, tuple[str, ...]]] = {
    "tiny": (0.6, ("tiny", "mini", "miniature", "little", "baby")),
    "small": (0.8, ("small", "young")),
    "big": (1.35, ("big", "large", "tall", "chubby")),
    "giant": (1.75, ("giant", "huge", "enormous", "massive", "gigantic", "colossal")),
}
NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "two": 2, "pair of": 2, "couple of": 2, "both": 2, "three": 3,
        "trio of": 3,
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12, "few": 3,
        "several": 4, "some": 3,
    "group of": 4, "many": 7, "crowd of": 8, "flock of": 7, "school of": 9, "herd of": 5, "swarm of": 9,
        "hundreds of": 12,
    "thousands of": 16, "countless": 14, "row of": 6, "stack of": 5, "line of": 7, "fleet of": 4, "litter of": 4,
}  # fmt: skip
NEGATIONS = ("no", "without", "not", "never", "avoid", "minus", "except")
CUTS = ("cut to", "cuts to", "smash cut to", "then", "next", "after that", "finally", "meanwhile")
