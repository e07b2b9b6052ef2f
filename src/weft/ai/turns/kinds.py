"""What kind of line is it? A question, thanks, a greeting, a command; cheap signs, no grammar."""

import re
from typing import NamedTuple

#: A longer line is judged by its beginning (its last character counts still).
MOST_TEXT = 2000


def vocabulary(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_URL = re.compile(r"https?://\S+")
_QUESTION_MARK = re.compile(r"\?(?:\s|$|[\"')])")
_NOTICE = re.compile(
    r"^(?:<@\w+(?:\|[^>]*)?> )?(?:"
    r"(?:has )?(?:joined|left) (?:the (?:channel|room|chat|group)|#\S+)|has (?:joined|left|quit)$|"
    r"(?:has )?set the (?:channel|room) (?:topic|purpose|name)|is now known as \S+$|"
    r"pinned a message to this|renamed the channel)"
)
_BOT = re.compile(r"bot[\W_\d]*$|^ubot[tu]+[\W_\d]*$|\[bot\]$|(?:chan|nick)serv$", re.IGNORECASE)
_STOP = vocabulary(
    "a about after all also am an and any are as at be been but by can did do does doing for from "
    "get got had has have he her here him his how i i'm if im in into is it it's its just know like "
    "me my no not now of off ok on one or other out over so some than that that's the their them "
    "then there these they this those to too up us use using want was way we well were what when "
    "where which who why will with would yeah yes you you're your"
)
_ASKING = vocabulary(
    "who what what's whats when where which why how how's is are am was were do does did can could "
    "should would will has have anyone anybody any isn't aren't don't doesn't didn't can't"
)
_BEFORE = vocabulary(
    "hi hello hey morning all everyone everybody folks guys people there so and ok"
)
_BEGINS = vocabulary(
    "who what what's whats when where which why how how's does do did can could should would is are "
    "has anyone anybody any someone somebody"
)
_OPEN = vocabulary(
    "anyone anybody someone somebody everyone everybody all folks guys people y'all any1 "
    "jemand alguien alguém quelqu"
)
_NEED = vocabulary(
    "help need how problem trouble error fails failed doesn't won't can't cannot cant issue stuck "
    "trying wondering broken wrong question"
)
_THANKS = vocabulary(
    "thanks thank thx thankyou ty tnx cheers thnx tx thanx merci danke gracias obrigado"
)
_HELLO = frozenset(
    [
        "hi",
        "hello",
        "hey",
        "hiya",
        "morning",
        "greetings",
        "hola",
        "hallo",
        "bonjour",
        "yo",
        "howdy",
    ]
)
_BYE = frozenset(
    ["bye", "cya", "brb", "bbl", "goodbye", "goodnight", "gtg", "cu", "laters", "ciao", "afk"]
)
_ACK = vocabulary(
    "ok okay k kk yes yeah yep yup no nope sure right true ah oh aha lol haha heh hehe hmm hm cool "
    "nice great good done thanks thank thx ty cheers np welcome indeed exactly agreed same wow "
    "perfect awesome fine :) :d ;) i see got it lmao rofl ha yw"
)
_YOU = frozenset(
    [
        "you",
        "your",
        "you're",
        "youre",
        "u",
        "ur",
        "yours",
        "you've",
        "you'll",
        "thou",
        "du",
        "tu",
        "vous",
        "sie",
        "usted",
    ]
)
_ME = frozenset(["i", "my", "i'm", "im", "me", "i've", "mine", "i'd", "i'll"])
_SAYS = vocabulary(
    "yes yeah yep yup no nope nah sure right true ok okay k ah oh aha hmm hm well maybe probably "
    "indeed exactly correct actually i'm not lol haha heh si oui ja nein sim"
)
_ONWARD = vocabulary("and but or so also then because cause cuz anyway plus though btw i.e")
_REFERS = vocabulary("it its it's that that's thats this these those which they them he she")
_ADVICE = vocabulary(
    "try use check run type install look see read click open edit add remove set make sure should "
    "could might need want just go google search restart reboot download paste"
)


class Kind(NamedTuple):
    """What a line is. Truths are 0 or 1, so that a model can read them."""

    question: int
    asks: int  #: begins as questions do, with or without a mark
    open: int  #: to anybody
    need: int  #: wants help
    thanks: int
    hello: int
    bye: int
    ack: int  #: a few words that say yes, no, I see
    you: int
    me: int
    says: int  #: begins with a yes, a no, an I see
    onward: int  #: begins as one goes on or corrects oneself
    refers: int  #: begins with a word for what was just said
    advice: int  #: tells how
    command: int
    link: int
    words: int
    notice: int  #: joined, left: said by the room, not by a person
    begins: int  #: its first word, after a greeting, begins a question


def kind(text: str) -> tuple[Kind, tuple[str, ...]]:
    """The kind of a line, and the words it is about (at most 24, without the commonest)."""
    head = text[:MOST_TEXT]
    low = head.lower()
    link = "://" in low
    plain = _URL.sub(" ", low) if link else low
    words = _WORD.findall(plain)
    here = set(words)
    few = len(words) <= 4
    start = words[:3]
    first = head[:1]
    return (
        Kind(
            question=int("?" in plain and _QUESTION_MARK.search(plain + " ") is not None),
            asks=int(any(word in _ASKING for word in start)),
            open=int(not here.isdisjoint(_OPEN)),
            need=int(not here.isdisjoint(_NEED)),
            thanks=int(not here.isdisjoint(_THANKS)),
            hello=int(any(word in _HELLO for word in start)),
            bye=int(not here.isdisjoint(_BYE)),
            ack=int(few and bool(words) and sum(word in _ACK for word in words) * 2 >= len(words)),
            you=int(not here.isdisjoint(_YOU)),
            me=int(not here.isdisjoint(_ME)),
            says=int(bool(words) and words[0] in _SAYS),
            onward=int(first in "*^" if first else 0) | int(bool(words) and words[0] in _ONWARD),
            refers=int(any(word in _REFERS for word in words[:4])),
            advice=int(not here.isdisjoint(_ADVICE)),
            command=int(first in ("!", "/") and head[1:2].isalpha()),
            link=int(link),
            words=len(words),
            notice=int(_NOTICE.match(low) is not None),
            begins=int(next((word for word in words[:4] if word not in _BEFORE), "") in _BEGINS),
        ),
        tuple(dict.fromkeys(word for word in words if len(word) > 2 and word not in _STOP))[:24],
    )


def is_bot(name: str) -> bool:
    """Whether a name is a bot's by its look: helpbot, ubottu, Git[bot]."""
    return _BOT.search(name) is not None
