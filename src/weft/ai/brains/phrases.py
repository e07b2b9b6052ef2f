"""The few sentences that Weft itself puts into an AI's mouth, in the languages it has them in."""

from __future__ import annotations

from weft.ai.brains.port import Persona

# Enough to give an idea; a list of all documents would be a wall of text.
_MAX_TOPICS = 5

_PHRASES: dict[str, dict[str, str]] = {
    "en": {
        "found": "Here is what I found, word for word:",
        "none": "I don't have that in my documents, so I'd rather not guess.",
        "no_documents": "I have no documents yet, so I can't answer that.",
        "can_help": "You can ask me about: {topics}.",
        "avoid": "I don't talk about {topic}. Please ask me something else.",
        "ai": "I'm {name}, and I'm an AI, not a person.",
        "operator": "{operator} runs me.",
        "card": "What is written about me: {text}",
        "hello": "Hello! I'm {name}, an AI.",
        "thanks": "You're welcome!",
        "bye": "Goodbye! You know where to find me.",
        "no_words": "I'm {name}, an AI, and I have no good answer to that.",
    },
    "de": {
        "found": "Das habe ich gefunden, Wort für Wort:",
        "none": "Das steht nicht in meinen Unterlagen, und raten möchte ich nicht.",
        "no_documents": "Ich habe noch keine Unterlagen und kann das nicht beantworten.",
        "can_help": "Frag mich gern nach: {topics}.",
        "avoid": "Über {topic} spreche ich nicht. Frag mich gern etwas anderes.",
        "ai": "Ich bin {name}, eine KI und kein Mensch.",
        "operator": "Mich betreibt {operator}.",
        "card": "Über mich steht geschrieben: {text}",
        "hello": "Hallo! Ich bin {name}, eine KI.",
        "thanks": "Gern geschehen!",
        "bye": "Bis bald!",
        "no_words": "Ich bin {name}, eine KI, und weiß darauf keine gute Antwort.",
    },
    "fr": {
        "found": "Voici ce que j’ai trouvé, mot pour mot :",
        "none": "Ce n’est pas dans mes documents, et je préfère ne pas deviner.",
        "no_documents": "Je n’ai pas encore de documents, je ne peux donc pas répondre.",
        "can_help": "Vous pouvez m’interroger sur : {topics}.",
        "avoid": "Je ne parle pas de ce sujet : {topic}. Posez-moi une autre question.",
        "ai": "Je suis {name}, une IA et non une personne.",
        "operator": "C’est {operator} qui me gère.",
        "card": "Ce qui est écrit sur moi : {text}",
        "hello": "Bonjour ! Je suis {name}, une IA.",
        "thanks": "Avec plaisir !",
        "bye": "À bientôt !",
        "no_words": "Je suis {name}, une IA, et je n’ai pas de bonne réponse à cela.",
    },
    "es": {
        "found": "Esto es lo que he encontrado, palabra por palabra:",
        "none": "Eso no está en mis documentos y prefiero no adivinar.",
        "no_documents": "Todavía no tengo documentos, así que no puedo responder a eso.",
        "can_help": "Puedes preguntarme sobre: {topics}.",
        "avoid": "No hablo de este tema: {topic}. Pregúntame otra cosa.",
        "ai": "Me llamo {name} y soy una IA, no una persona.",
        "operator": "Me gestiona {operator}.",
        "card": "Lo que está escrito sobre mí: {text}",
        "hello": "¡Hola! Soy {name}, una IA.",
        "thanks": "¡De nada!",
        "bye": "¡Hasta pronto!",
        "no_words": "Soy {name}, una IA, y no tengo una buena respuesta a eso.",
    },
}


def say(persona: Persona, what: str, **values: str) -> str:
    """The phrase in the first of the persona's languages that Weft has, else in English."""
    codes = [code.split("-")[0].lower() for code in persona.languages]
    table = next((_PHRASES[code] for code in codes if code in _PHRASES), _PHRASES["en"])
    return table[what].format(name=persona.name, **values)


def who(persona: Persona) -> str:
    """That it is an AI, and who runs it where that is known."""
    runs = say(persona, "operator", operator=persona.operator) if persona.operator else ""
    return f"{say(persona, 'ai')} {runs}".strip()


def can_help(persona: Persona) -> str:
    """What it can be asked about, or nothing."""
    if not persona.topics:
        return ""
    return say(persona, "can_help", topics=", ".join(persona.topics[:_MAX_TOPICS]))
