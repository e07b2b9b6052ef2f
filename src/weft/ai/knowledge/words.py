"""Words of any script, for finding and for bounds: folding, light English stemming, filler words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

# Characters that are not seen but cut a word in two; people hide words with them.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
# Accents, Hebrew points and Arabic vowel signs: most people leave them out when they ask.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
# Scripts of South Asia write vowels as marks, which are no "word characters" for `re`.
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0963\u0966-\u0dff])+")
# Scripts without spaces between words: neighbouring pairs of characters stand for words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")

_FILLERS: dict[str, str] = {
    "en": """a about actually all also always am an and any anybody anyone anything are as ask at be
        been before being but by can cannot could did do does doing don done else ever every exactly
        explain find for from get gets give go going got had has have having he hello help her here
        hey hi him his how i if in into is isn it its just kind know let like ll look made make makes
        may me mean might mine more most much must my need no not now of off ok on one or other our
        out over own please possible quite re really s say says see shall she should so some somebody
        someone something sort still such sure t tell than thank thanks that the their them then
        there these they thing things think this those to too try until up us use used using ve very
        want wants was way we well were what whats when where whether which while who whom whose why
        will with without won wonder work works would yes yet you your yours after again another back
        between certain come comes different during each everything happen happens long near only same
        several take takes via""",
    "de": """aber als am an auch auf aus bei bin bis bist bitte da damit dann das dass dein deine dem
        den der des dich die dir doch du ein eine einem einen einer eines er es etwas euch euer für
        gibt haben habt hallo hat hast ich ihr ihre im in ist ja jemand kann kannst kein keine können
        könnt machen man mehr mein meine mich mir mit möchte nach nicht noch nur oder ohne schon sein
        seine sich sie sind so über um und uns unser von vor wann war warum was weil welche welchen
        welcher welches wenn wer werden wie wieviel wird wo wir zu zum zur""",
    "fr": """à ai as au aux avec avez avoir bonjour c ce ces cet cette combien comment d dans de des du
        elle en est et être eu faire fait il ils j je l la le les leur lui m ma mais me merci mes moi
        mon n ne nos notre nous on ont ou où par pas peut peux plus pour pourquoi puis qu quand que
        quel quelle quelles quels qui quoi s sa se ses si sont suis sur t ta te tes toi ton tu un une
        va vos votre vous y""",
    "es": """a al algo así aún como cómo con cuál cuáles cuando cuándo cuánto cuánta de del desde donde
        dónde el él ella ellos en eres es esa ese eso esta está están estas este esto estos ha hacer
        hay he hola la las le les lo los más me mi mis muy ni no nos o os para pero por porque puede
        puedo que qué quién quiénes se ser si sí sin sobre son soy su sus también te tengo tiene
        tienen tu tus un una uno usted y ya yo""",
    "it": """a ai al alla alle anche c che chi ci ciao come con cosa da dal dalla dei del della delle di
        dove e è ed gli ha hai ho i il in io la le lo ma mi mio mia nei nel nella non o per perché più
        posso può puoi quale quali quando quanto quanta qui se sei si sono su sul sulla ti tu tuo tua
        un una uno vi""",
    "pt": """a ao aos as até com como da das de do dos e é ela ele em entre era essa esse esta está este
        eu foi há isso já mais mas me meu minha muito na não nas no nos o olá onde os ou para pela
        pelo por porque posso pode qual quais quando quanto quanta que quem se sem ser seu sua são
        também te tem tenho um uma você""",
    "nl": """aan al als ben bij dan dat de deze die dit doe doet door een en er het hallo hebben heb
        heeft hier hoe hoeveel hun ik in is ja je jij jouw kan kun kunnen maar me meer met mij mijn
        naar niet nog nu of om onder ons ook op over te toch tot uit van voor waar waarom wanneer was
        wat we welk welke wie wij wil worden zal ze zich zijn zo zou""",
}


def plain(text: str) -> str:
    """One spelling for what looks alike: compatibility forms, case, accents, unseen characters."""
    if text.isascii():
        return text.lower()
    text = _UNSEEN.sub("", text)
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'")


# Words that mean the same in a question and in a document, spelling and short forms included. Few on
# purpose: a wrong pair does more harm than a missing one.
_SAME_WORDS = (
    "admin administrator administration administer",
    "ai ais bot bots",
    "app application apps",
    "auth authentication authenticate",
    "begin start",
    "buy order purchase sell stock",
    "cert certificate",
    "color colour",
    "config configure configuration",
    "cost expensive fee price pricing",
    "db database",
    "delete erase remove",
    "deliver delivery ship shipping shipment",
    "directory folder dir",
    "disable deactivate",
    "dm message",
    "doc documentation documents docs document",
    "email mail",
    "enable activate",
    "env environment",
    "film movie",
    "image photo photograph pic pics picture",
    "instance server",
    "license licence",
    "oidc openid",
    "password passwd passphrase",
    "postgres postgresql psql",
    "ram memory",
    "refund return",
    "register registration signup",
    "repo repository",
    "tv television",
    "update upgrade",
)
# Two words that are also written as one, in any of their forms ("backed up", "back-up", "backup").
_COMPOUNDS: tuple[tuple[str, str], ...] = (
    (r"back(?:ing|ed|s)?[ -]ups?", "backup"),
    (r"(?:log|sign)(?:ging|ged|ing|ed|s)?[ -](?:in|on)|sign-?ins?|log-?ons?|logins?", "login"),
    (r"(?:log|sign)(?:ging|ged|ing|ed|s)?[ -]out", "logout"),
    (r"sign(?:ing|ed|s)?[ -]ups?|create an account|creating an account", "signup"),
    (r"set(?:ting|s)?[ -]up", "setup"),
    (r"(?:turn|switch)(?:ing|ed|s|es)? (?:it |them )?on", "enable"),
    (r"(?:turn|switch)(?:ing|ed|s|es)? (?:it |them )?off", "disable"),
    (r"(?:two|2)[ -]?factor(?:[ -]auth\w*)?|2fa|mfa|multi-?factor(?:[ -]auth\w*)?", "2fa"),
    (r"single[ -](?:sign|login)[ -]?on|single login", "sso"),
    (r"openid[ -]connect", "oidc"),
    (r"let'?s[ -]?encrypt", "letsencrypt"),
    (r"command[ -]lines?", "cli"),
    (r"user[ -]names?", "username"),
    (r"file[ -]names?", "filename"),
    (r"host[ -]names?", "hostname"),
    (r"black[ -]lists?", "blacklist"),
    (r"(?:block|deny)[ -]lists?", "blocklist"),
    (r"(?:allow|white)[ -]lists?", "allowlist"),
    (r"web[ -]sites?", "website"),
    (r"web[ -]sockets?", "websocket"),
    (r"web[ -]hooks?", "webhook"),
    (r"plug[ -]ins?", "plugin"),
    (r"time[ -]outs?", "timeout"),
    (r"hash[ -]tags?", "hashtag"),
    (r"on[ -]?line", "online"),
    (r"cross[ -]posts?", "crosspost"),
    (r"e-mails?", "email"),
)
_COMPOUND = re.compile(
    r"\b(?:" + "|".join(f"(?P<n{n}>{how})" for n, (how, _) in enumerate(_COMPOUNDS)) + r")\b"
)
_MAY_BE_COMPOUND = re.compile(
    r"\b(?:back|log|sign|set|turn|switch|two|2|2fa|mfa|multi|single|openid|let|command|user|file|host"
    r"|black|block|deny|allow|white|web|plug|time|hash|on|cross|e|create|creating)"
)
_VOWEL = re.compile("[aeiouy]")


def stem(word: str) -> str:
    """An English word without plural, -ing, -ed, -ly and final e, and without the endings that make a
    noun of a verb; other scripts as they are.

    Light on purpose: "posts", "posting" and "posted" meet, and "notify" and "notification";
    "politics" and "polite" do not.
    """
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y" if len(word) > 4 else word[:-1]
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, least, instead in _NOUNS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)] + instead
    for ending in ("ing", "ed", "ly"):
        root = word.removesuffix(ending)
        # Not "rep-ly" and "fami-ly".
        least = 5 if ending == "ly" else 3
        if root != word and len(root) >= least and _VOWEL.search(root):
            word = root
            if ending != "ly" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 6 and word.endswith("at"):
        return word[:-2]  # federat(e), with federation
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


# (ending, how long the rest must be, what stands there instead)
_NOUNS = (
    ("isation", 4, "iz"),
    ("ization", 4, "iz"),
    ("ification", 3, "ifi"),
    ("ation", 4, ""),
    ("ator", 4, ""),
    ("ise", 5, "iz"),
    ("ising", 5, "iz"),
    ("ised", 5, "iz"),
    ("ssion", 4, "ss"),
    ("ption", 4, "pt"),
    ("ction", 4, "ct"),
    ("ement", 5, ""),
    ("ment", 5, ""),
)

_SAME = {stem(word): stem(group.split()[0]) for group in _SAME_WORDS for word in group.split()}


def _as_one(found: re.Match[str]) -> str:
    return f" {_COMPOUNDS[int((found.lastgroup or 'n0')[1:])][1]} "


@lru_cache(maxsize=50_000)
def _root(word: str) -> str:
    root = stem(word)
    return _SAME.get(root, root)


def tokens(text: str) -> list[str]:
    """The words of a text in order, folded, stemmed, and one for those that mean the same."""
    text = plain(text)
    if _MAY_BE_COMPOUND.search(text):
        text = _COMPOUND.sub(_as_one, text)
    found: list[str] = []
    for word in _WORD.findall(text):
        if word.isascii():
            found.append(_root(word))
            continue
        rest = 0
        for run in _UNSPACED.finditer(word):
            if run.start() > rest:
                found.append(word[rest : run.start()])
            pair = run.group()
            found.extend([pair] if len(pair) == 1 else map("".join, pairwise(pair)))
            rest = run.end()
        if rest < len(word):
            found.append(word[rest:])
    return found


@lru_cache(maxsize=64)
def fillers(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that say nothing about what a question is about, stemmed; English ones always."""
    codes = {"en", *(code.split("-")[0].lower() for code in languages)}
    return frozenset(t for code in codes for t in tokens(_FILLERS.get(code, "")))


# Fillers that are also what something is called: "thinking" of models, "sorting" of posts.
SOFT = frozenset(
    stem(word)
    for word in ["call", "find", "help", "kind", "list", "mean", "sort", "think", "own", "works"]
)


def informative(text: str, languages: Iterable[str] = ("en",)) -> list[str]:
    """The words of a question that say what it is about, each once, in order."""
    dull = fillers(tuple(languages))
    return list(dict.fromkeys(t for t in tokens(text) if t not in dull))
