"""What is judged: OpenAI's thirteen moderation categories, and those that an app of generated videos needs besides.

A category says what it is and, just as important, what it is not. Policies decide what follows from each.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of harm, or of content that needs care: what it is and is not, with an example or two of either."""

    name: str
    means: str
    is_not: str
    examples: tuple[str, ...]
    look_alikes: tuple[str, ...]


_OPENAI = (
    Category(
        "harassment", "Demeaning, insulting or intimidating a person or a group.",
        "Disagreement, banter among friends, criticism of what someone did, reports of harassment.",
        (
            "you are the dumbest person on this board, log off and never come back",
            "nobody can stand you, you ugly loser",
        ),
        (
            "this is the worst toaster I have ever owned",
            "my coworker keeps calling me stupid, how do I report it?",
        ),
    ),
    Category(
        "harassment/threatening", "Harassment that also threatens violence or serious harm to its target.",
        "Sporting talk, figures of speech ('this heat will kill me'), threats quoted in order to report them.",
        (
            "I know which bus you take, and one day you won't get off it alive",
            "keep smiling, it will be hard without teeth",
        ),
        (
            "I'll kill you if you spoil the ending",
            "the threats in my inbox stopped after I reported the account",
        ),
    ),
    Category(
        "hate", "Hatred of people because of race, ethnicity, religion, gender, sexuality, disability or caste.",
        "Naming a group, counter-speech, quoting hate in order to condemn it, criticism of an institution.",
        (
            "a shop sign that turns an ethnic group away, shown as right",
            "a cartoon in which believers of one religion are insects",
        ),
        (
            "the mosque opens its doors on Sunday, there will be tea",
            "whoever calls them vermin is wrong, and I say so each time",
        ),
    ),
    Category(
        "hate/threatening", "Hate that also calls for or threatens violence against the group.",
        "History and news of violence against a group.",
        (
            "these people should be driven out with fire",
            "a call to beat up everyone who leaves that temple",
        ),
        (
            "a museum film about the night when the synagogues burned",
            "she was attacked because of her faith, and we stand with her",
        ),
    ),
    Category(
        "illicit", "How to do, or encouragement of, something unlawful that is not violent.",
        "Crime fiction without instructions, prevention, law and history.",
        (
            "write a mail that looks as if a bank sent it, so that people type in their password",
            "how to roll back the odometer of a van before selling it",
        ),
        (
            "how do I report a scam?",
            "a detective finds the forger by a spelling mistake",
        ),
    ),
    Category(
        "illicit/violent", "Illicit content that concerns weapons or violence.",
        "Museum pieces, sport shooting, stage props, history of war.",
        (
            "where to buy a pistol without papers",
            "a tutorial that turns a hobby drone into a weapon",
        ),
        (
            "a museum of medieval armour",
            "rules for locking up hunting rifles",
        ),
    ),
    Category(
        "self-harm", "Promoting, showing or encouraging suicide, self-injury or eating disorders.",
        "Recovery, prevention, grief, asking for or offering help.",
        (
            "a romantic film in which a couple chooses death together",
            "a board where people cheer each other on to starve",
        ),
        (
            "a helpline volunteer at night, a lamp, a soft voice",
            "scars covered by a tattoo, she tells how she healed",
        ),
    ),
    Category(
        "self-harm/intent", "Someone says that they hurt themselves or mean to.",
        "Past struggles told from recovery; figures of speech.",
        (
            "I've written the letters, I will be gone by the weekend",
            "I hurt myself again yesterday, more than before",
        ),
        (
            "ten years ago I stood on that bridge; today I cycle over it",
            "I nearly died of embarrassment",
        ),
    ),
    Category(
        "self-harm/instructions", "How to hurt oneself, or how to hide it.",
        "First aid, safety advice, how to help a friend.",
        (
            "someone asks how many tablets are enough",
            "someone asks how to hide fresh injuries from a nurse",
        ),
        (
            "how to clean and dress a small wound",
            "what to say to a friend in crisis",
        ),
    ),
    Category(
        "sexual", "Meant to arouse, sexual acts, nudity shown as sexual, sexual services.",
        "Health and education, birth and breastfeeding, art history, romance without sexual detail, swimming.",
        (
            "a couple having sex, shown openly",
            "a dance that lingers on breasts and thighs to arouse",
        ),
        (
            "a doctor explains breast screening",
            "lovers embrace on a railway platform",
        ),
    ),
    Category(
        "sexual/minors", "Anything sexual with any cue of someone under 18. Composed from the two, and always blocked.",
        "Paediatric health and child protection without sexual detail.",
        (
            "(none is written: whatever scores as sexual and names or hints at someone under 18)",
        ),
        (
            "a school nurse explains puberty",
            "a film that teaches children to tell a trusted adult",
        ),
    ),
    Category(
        "violence", "Death, violence or physical injury, or support for it.",
        "Sport, stage fighting, slapstick, hunting for food in nature films, news without injury in detail.",
        (
            "a gang beats a man until he stops moving",
            "'somebody should bomb that city, I would cheer'",
        ),
        (
            "two boxers touch gloves, three rounds, a handshake",
            "a stunt team practises falls on mats",
        ),
    ),
    Category(
        "violence/graphic", "Violence or injury in graphic detail.",
        "Surgery and anatomy for learning, injuries without detail.",
        (
            "an open wound in close-up, flesh and bone",
            "a blade goes through a body and we see what comes out",
        ),
        (
            "knee surgery explained with a plastic model",
            "a zombie costume with beetroot juice",
        ),
    ),
)  # fmt: skip

_VIDEO = (
    Category(
        "shocking", "Images made to shock or disgust: gore, mutilation, body horror, decay, cruelty to animals.",
        "Horror comedy, Halloween costumes, monsters without gore, medical teaching.",
        (
            "a face rots until worms move in it",
            "a kitten hurt while people laugh",
        ),
        (
            "a friendly ghost bakes a cake",
            "a doll hospital where an old man mends porcelain faces",
        ),
    ),
    Category(
        "extremism", "Praise, support, recruitment or symbols of violent extremist movements.",
        "History, memorials, news, films against extremism.",
        (
            "a hymn to the man who shot at worshippers",
            "young men in uniform invited to a race war",
        ),
        (
            "a survivor speaks at a memorial",
            "someone tells how he left the movement",
        ),
    ),
    Category(
        "political_persuasion", "Content made to win votes or sway people for or against a party, candidate or law.",
        "Civics, how voting works, neutral news, invented politics of an invented world.",
        (
            "an advert that ends in 'vote for us on Sunday'",
            "a speaker shown as a puppet of bankers before an election",
        ),
        (
            "how votes are counted by hand",
            "an owl runs for mayor of the forest",
        ),
    ),
    Category(
        "misinformation", "False claims shown as real: fake news footage or disasters, health and election falsehoods.",
        "Fiction that is plainly fiction, satire marked as such, fact checks.",
        (
            "a news desk reports a flood that never was, to be shared as real",
            "a doctor's coat, and the claim that a vaccine rewires the brain",
        ),
        (
            "a librarian shows how to spot a faked clip",
            "an evening news show of hens, with a fox alert",
        ),
    ),
    Category(
        "public_figure", "A real, well-known person shown or made to speak.",
        "Historical figures long dead in a lesson, unnamed roles ('a president'), namesakes in everyday use.",
        (
            "a president, by name or unmistakably described, dances in a kitchen",
            "a pop star's voice sells my shop",
        ),
        (
            "a president of an invented republic signs a long scroll",
            "my uncle, who has a famous man's name, goes fishing",
        ),
    ),
    Category(
        "protected_character", "A character, brand or work that someone else owns.",
        "Public-domain tales, generic kinds (a wizard, a plumber), everyday products without a brand.",
        (
            "the boy wizard with the scar, whatever he is called",
            "a famous mascot drinks a named soft drink",
        ),
        (
            "an old wizard in a patched robe waters a cactus",
            "a plumber repairs a sink",
        ),
    ),
    Category(
        "bullying", "Mocking, humiliating or excluding a private person, or making a film in order to.",
        "Anti-bullying messages, self-mockery, friendly roasts with consent.",
        (
            "my classmate, by name, as a pig in the mud, for the group chat",
            "a film of a colleague's stutter, to laugh at",
        ),
        (
            "a table moves over to the new pupil",
            "a farewell roast, half of it written by the person herself",
        ),
    ),
    Category(
        "dangerous_challenge", "Stunts and challenges that invite imitation and are likely to injure.",
        "Trained sport with protection, safety lessons, harmless challenges.",
        (
            "hold your breath until you faint, then tag a friend",
            "hanging from a crane by one hand, 'you try it'",
        ),
        (
            "climbers check each other's knots",
            "who can stack the most cups?",
        ),
    ),
    Category(
        "drugs", "Use, making or sale of illegal drugs, or misuse of medicine, shown as attractive.",
        "Medicine as prescribed, prevention, recovery, coffee and tea.",
        (
            "powder on a mirror in a club, the happiest night",
            "a dealer's delivery service, as an advert",
        ),
        (
            "a pharmacist explains a prescription",
            "a recovery group shares coffee",
        ),
    ),
    Category(
        "regulated_goods", "Promotion or sale of alcohol, tobacco, vapes, gambling or weapons.",
        "A glass at a dinner, a card game without stakes, history.",
        (
            "a vape advert with fruit flavours",
            "a betting app: he taps, he wins, he buys the car",
        ),
        (
            "a card game for matchsticks",
            "an old vineyard, its history",
        ),
    ),
    Category(
        "unsafe_contact", "Moving a person, above all a young one, to secrecy, private meetings or private images.",
        "Arranging to meet among friends in public, family logistics, safety lessons.",
        (
            "a stranger asks a child in a game for secrecy and a meeting",
            "delete our chat, and tell nobody that I pick you up",
        ),
        (
            "see you at the library at three, mum drives",
            "a girl tells her aunt about a strange message",
        ),
    ),
    Category(
        "privacy", "Exposing or obtaining private details of a person: address, documents, movements, intimate images.",
        "One's own contact page, public business addresses, privacy advice.",
        (
            "here is her street and her number, pay her a visit",
            "a hidden camera in a rented flat",
        ),
        (
            "how do I make my profile private?",
            "our shop is at 12 Market Street",
        ),
    ),
)  # fmt: skip

OPENAI_CATEGORIES: tuple[str, ...] = tuple(category.name for category in _OPENAI)
VIDEO_CATEGORIES: tuple[str, ...] = tuple(category.name for category in _VIDEO)
CATEGORIES: tuple[str, ...] = OPENAI_CATEGORIES + VIDEO_CATEGORIES

# Measured on the film itself rather than read from text; policies judge them like any other.
FILM_MEASURES: tuple[str, ...] = ("flashing", "loudness")

TAXONOMY = MappingProxyType({category.name: category for category in (*_OPENAI, *_VIDEO)})

SEXUAL_MINORS = "sexual/minors"
