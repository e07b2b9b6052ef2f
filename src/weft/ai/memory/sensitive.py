"""What is never noted unless its author asked for it: health, religion, sexuality, politics, money,
where exactly somebody lives, and how to reach them. Pure; English, German, French, Spanish.

Rather too much than too little: a note that was not made is told again, one that was made has been read.
"""

from __future__ import annotations

import re

from weft.ai.knowledge.words import plain

# Beginnings of words, folded (no case, no accents).
_HEALTH = """health allerg asthma diabet cancer tumor tumour disease disorder diagnos depress anxiety
    anxious bipolar adhd autis hiv aids epilep pregnan miscarr abort disab wheelchair blind deaf medic
    therap doctor hospital clinic surgery pill antidepress insulin addict alcoholi rehab suicid self-harm
    anorex bulimi obes migraine infect covid virus vaccin celiac coeliac intoleran symptom sick ill illness
    mental psych burnout dement transplant
    krank gesund krebs schwanger behinder arzt arztin medikament therapie diagnose sucht suchtig abhangig
    zuckerkrank unvertrag schmerz impf klinik rollstuhl
    sante malad cancer enceinte grossesse handicap medecin hopital traitement drogue sida allergie
    enferm salud embaraz discapac medico hospital cancer tratamiento alergi adicc depresi"""
_RELIGION = """relig christian catholic protestant evangelical muslim moslem islam jew jewish judais hindu
    buddhis sikh atheis agnostic mormon church mosque synagogue pray baptis koran quran bible god allah
    jesus halal kosher ramadan faith
    christlich katholisch evangelisch muslimisch judisch glaub kirche moschee gebet atheist konfession
    chretien catholique musulman juif juive bouddhis eglise mosquee athee foi priere
    cristian catolic musulman judi iglesia mezquita ateo atea fe reza budis"""
_SEXUALITY = """gay women men frauen manner femmes hommes mujeres hombres lesbian bisexual homosexual heterosexual asexual pansexual queer transgender transsex
    transwoman transman nonbinary lgbt sexual sex kink fetish polyamor intersex coming-out
    schwul lesbisch hetero bisexuell trans sexuell
    homosexuel lesbienne bisexuel hetero
    homosexual lesbiana gai"""
_POLITICS = """politic democrat republican socialist communis conservative liberal labour tory libertarian
    anarchis fascis marxis voted voter vote votes voting election party-member trump biden maga brexit union
    unionist activist protest abortion-rights
    politik partei wahl wahle wahlt gewahlt linke grune spd cdu csu afd fdp gewerkschaft sozialist
    politique parti gauche droite syndicat socialiste vote voter election
    polit partido izquierda derecha sindicato socialista voto votar"""
_MONEY = """salary wage income earn earns debt debts loan mortgage bankrupt rich poor broke bank iban account-number
    credit-card savings invest investment investor tax taxes pension welfare unemploy money dollar euro pounds net-worth
    gehalt lohn schulden kredit konto verdien einkommen geld arbeitslos rente steuer ersparn
    salaire dette pret banque compte revenu argent gagne chomage impot retraite
    salario sueldo deuda prestamo banco cuenta dinero gano ahorro impuesto desemple"""
_PLACE = """street avenue ave road lane boulevard blvd apartment flat floor postcode postal zip address
    block building coordinates doorbell next-door
    strasse str weg gasse allee platz wohnung stock adresse plz hausnummer
    rue avenue boulevard appartement etage adresse quai impasse
    calle avenida plaza piso apartamento direccion codigo"""
_REACH = "phone mobile telephone telefon handy telephone telefono movil whatsapp password passwort contrasena pin"
# Whole words only, as other words begin with them.
_SHORT_WORDS = """ill gay sex god jew pill st ave str weg foi fe reza gai rich poor broke bank union vote
    voter votes voted voting party flat floor block lane road street stock piso rue ateo atea
    trans blind deaf sick hetero parti pin zip wahl afd cdu csu spd fdp linke grune droite
    gauche tory maga money geld argent dinero lohn net quai jesus handy mobile phone church
    faith savings account gano gagne earn earns platz plaza konto banque banco cuenta compte
    labour liberal address building calle pret tax taxes invest investment investor hiv trump
    wage"""
_SHORT = frozenset(_SHORT_WORDS.split())


def _words(*lists: str) -> re.Pattern[str]:
    known = sorted({one.replace("-", r"[\s-]") for every in lists for one in every.split()})
    return re.compile(
        r"\b(?:" + "|".join(rf"{one}\b" if one in _SHORT else one for one in known) + ")"
    )


_TOUCHES = _words(_HEALTH, _RELIGION, _SEXUALITY, _POLITICS, _MONEY, _PLACE, _REACH)
_EXACT = re.compile(
    r"""\d{4,}|\d+[.,]\d{3,}|\+\d|\b\d{1,4}\s?[a-z]?\ [a-z]{3,}|[a-z]{4,}\ \d{1,4}[a-z]?\b  # codes, numbers of houses
      |[\w.+-]+@[\w-]+\.\w|https?://|[€$£]|(?:stra(?:ss|ß)e|str\.|weg|gasse|allee|platz)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_DATES = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+)?(?:of\s+)?(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])"
    r"[a-z]*\.?(?:\s+\d{1,2}(?:st|nd|rd|th)?\b)?"
)


def touched(text: str) -> bool:
    """Whether a text is about something that is noted only when its author asks for it."""
    flat = plain(text)
    return bool(_TOUCHES.search(flat) or _EXACT.search(_DATES.sub(" ", flat)))
