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
        "competitor": "I don't talk about other companies. I'm glad to help with what I know here.",
        "off_topic": "I only talk about {topics}. Please ask me something about that.",
        "refuse": "I'm sorry, I can't say anything about that.",
        "young": "I don't talk about that. Please ask me something else.",
        "closed": "I'm not available right now. I'm back {when}.",
        "closed_for_good": "I'm not available right now.",
        "handed_over": "I've told {person}, a person, who can look at this.",
        "guarded": "I'm sorry, I can't help with that.",
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
        "competitor": "Über andere Firmen spreche ich nicht. Gern helfe ich mit dem, was ich weiß.",
        "off_topic": "Ich spreche nur über {topics}. Frag mich gern danach.",
        "refuse": "Dazu kann ich leider nichts sagen.",
        "young": "Darüber spreche ich nicht. Frag mich gern etwas anderes.",
        "closed": "Ich bin gerade nicht da. Ich bin wieder da: {when}.",
        "closed_for_good": "Ich bin gerade nicht da.",
        "handed_over": "Ich habe {person} Bescheid gesagt, einem Menschen, der sich das ansehen kann.",
        "guarded": "Dabei kann ich leider nicht helfen.",
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
        "competitor": "Je ne parle pas d’autres entreprises. J’aide volontiers avec ce que je connais.",
        "off_topic": "Je ne parle que de : {topics}. Posez-moi une question là-dessus.",
        "refuse": "Désolé, je ne peux rien dire à ce sujet.",
        "young": "Je ne parle pas de cela. Posez-moi une autre question.",
        "closed": "Je ne suis pas disponible pour le moment. Je reviens : {when}.",
        "closed_for_good": "Je ne suis pas disponible pour le moment.",
        "handed_over": "J’ai prévenu {person}, une personne, qui pourra regarder cela.",
        "guarded": "Désolé, je ne peux pas aider pour cela.",
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
        "competitor": "No hablo de otras empresas. Ayudo con gusto con lo que conozco.",
        "off_topic": "Solo hablo de: {topics}. Pregúntame algo sobre eso.",
        "refuse": "Lo siento, no puedo decir nada sobre eso.",
        "young": "No hablo de eso. Pregúntame otra cosa.",
        "closed": "Ahora no estoy disponible. Vuelvo: {when}.",
        "closed_for_good": "Ahora no estoy disponible.",
        "handed_over": "He avisado a {person}, una persona, que puede verlo.",
        "guarded": "Lo siento, no puedo ayudar con eso.",
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
