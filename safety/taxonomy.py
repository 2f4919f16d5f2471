"""What is judged: OpenAI's thirteen moderation categories, and those that an app of generated videos needs besides.

A category says what it is and, just as important, what it is not. Policies decide what follows from each.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of harm, or of content that needs care."""

    name: str
    means: str
    is_not: str


_OPENAI = (
    Category(
        "harassment", "Demeaning, insulting or intimidating a person or a group.",
        "Disagreement, banter among friends, criticism of what someone did, reports of harassment.",
    ),
    Category(
        "harassment/threatening", "Harassment that also threatens violence or serious harm to its target.",
        "Sporting talk, figures of speech ('this heat will kill me'), threats quoted in order to report them.",
    ),
    Category(
        "hate", "Hatred of people because of race, ethnicity, religion, gender, sexuality, disability or caste.",
        "Naming a group, counter-speech, quoting hate in order to condemn it, criticism of an institution.",
    ),
    Category(
        "hate/threatening", "Hate that also calls for or threatens violence against the group.",
        "History and news of violence against a group.",
    ),
    Category(
        "illicit", "How to do, or encouragement of, something unlawful that is not violent.",
        "Crime fiction without instructions, prevention, law and history.",
    ),
    Category(
        "illicit/violent", "Illicit content that concerns weapons or violence.",
        "Museum pieces, sport shooting, stage props, history of war.",
    ),
    Category(
        "self-harm", "Promoting, showing or encouraging suicide, self-injury or eating disorders.",
        "Recovery, prevention, grief, asking for or offering help.",
    ),
    Category(
        "self-harm/intent", "Someone says that they hurt themselves or mean to.",
        "Past struggles told from recovery; figures of speech.",
    ),
    Category(
        "self-harm/instructions", "How to hurt oneself, or how to hide it.",
        "First aid, safety advice, how to help a friend.",
    ),
    Category(
        "sexual", "Meant to arouse, sexual acts, nudity shown as sexual, sexual services.",
        "Health and education, birth and breastfeeding, art history, romance without sexual detail, swimming.",
    ),
    Category(
        "sexual/minors", "Anything sexual with any cue of someone under 18. Composed from the two, and always blocked.",
        "Paediatric health and child protection without sexual detail.",
    ),
    Category(
        "violence", "Death, violence or physical injury, or support for it.",
        "Sport, stage fighting, slapstick, hunting for food in nature films, news without injury in detail.",
    ),
    Category(
        "violence/graphic", "Violence or injury in graphic detail.",
        "Surgery and anatomy for learning, injuries without detail.",
    ),
)  # fmt: skip

_VIDEO = (
    Category(
        "shocking", "Images made to shock or disgust: gore, mutilation, body horror, decay, cruelty to animals.",
        "Horror comedy, Halloween costumes, monsters without gore, medical teaching.",
    ),
    Category(
        "extremism", "Praise, support, recruitment or symbols of violent extremist movements.",
        "History, memorials, news, films against extremism.",
    ),
    Category(
        "political_persuasion", "Content made to win votes or sway people for or against a party, candidate or law.",
        "Civics, how voting works, neutral news, invented politics of an invented world.",
    ),
    Category(
        "misinformation", "False claims shown as real: fake news footage or disasters, health and election falsehoods.",
        "Fiction that is plainly fiction, satire marked as such, fact checks.",
    ),
    Category(
        "public_figure", "A real, well-known person shown or made to speak.",
        "Historical figures long dead in a lesson, unnamed roles ('a president'), namesakes in everyday use.",
    ),
    Category(
        "protected_character", "A character, brand or work that someone else owns.",
        "Public-domain tales, generic kinds (a wizard, a plumber), everyday products without a brand.",
    ),
    Category(
        "bullying", "Mocking, humiliating or excluding a private person, or making a film in order to.",
        "Anti-bullying messages, self-mockery, friendly roasts with consent.",
    ),
    Category(
        "dangerous_challenge", "Stunts and challenges that invite imitation and are likely to injure.",
        "Trained sport with protection, safety lessons, harmless challenges.",
    ),
    Category(
        "drugs", "Use, making or sale of illegal drugs, or misuse of medicine, shown as attractive.",
        "Medicine as prescribed, prevention, recovery, coffee and tea.",
    ),
    Category(
        "regulated_goods", "Promotion or sale of alcohol, tobacco, vapes, gambling or weapons.",
        "A glass at a dinner, a card game without stakes, history.",
    ),
    Category(
        "unsafe_contact", "Moving a person, above all a young one, to secrecy, private meetings or private images.",
        "Arranging to meet among friends in public, family logistics, safety lessons.",
    ),
    Category(
        "privacy", "Exposing or obtaining private details of a person: address, documents, movements, intimate images.",
        "One's own contact page, public business addresses, privacy advice.",
    ),
)  # fmt: skip

OPENAI_CATEGORIES: tuple[str, ...] = tuple(category.name for category in _OPENAI)
VIDEO_CATEGORIES: tuple[str, ...] = tuple(category.name for category in _VIDEO)
CATEGORIES: tuple[str, ...] = OPENAI_CATEGORIES + VIDEO_CATEGORIES

# Measured on the film itself rather than read from text; policies judge them like any other.
FILM_MEASURES: tuple[str, ...] = ("flashing", "loudness")

TAXONOMY = MappingProxyType({category.name: category for category in (*_OPENAI, *_VIDEO)})

SEXUAL_MINORS = "sexual/minors"
