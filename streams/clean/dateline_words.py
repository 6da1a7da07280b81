"""What datelines are made of: months, days, particles of place names, places that stand alone.

It must not decide what is a dateline; ``dateline`` does.
"""

from __future__ import annotations

MONTH = (
    r"(?:janv?(?:ier|uary)?|jän(?:ner)?|januar|enero?|ene|gennaio|gen|"
    r"f[eé]v(?:r(?:ier)?)?|feb(?:r(?:uary|ero|uar)|braio)?|mar(?:s|ch|zo|z)?|märz?|mär|"
    r"a(?:pr(?:il(?:e)?)?|vr(?:il)?|br(?:il)?)|ma(?:i|y|yo|ggio|g)|juin|june?|jun(?:i|io)?|"
    r"giugno|giu|juil(?:let)?|jul(?:y|i|io)?|luglio|lug|ao[uû]t?|aug(?:ust)?|ago(?:sto)?|"
    r"sep(?:t(?:embre|ember|iembre)?)?|settembre|set|o[ck]t(?:obre|ober|ubre)?|ott(?:obre)?|"
    r"nov(?:embre|ember|iembre)?|d[eé]c(?:embre|ember)?|dez(?:ember)?|dic(?:iembre|embre)?)"
)

WEEKDAY = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    r"lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)"
)

PARTICLES = frozenset({
    "a", "al", "am", "an", "and", "auf", "aux", "bei", "by", "d", "da", "de", "del", "den", "der",
    "des", "di", "do", "dos", "du", "el", "en", "et", "im", "in", "la", "las", "le", "les", "los",
    "near", "o", "ob", "of", "près", "pres", "sous", "sur", "the", "to", "und", "upon", "vor", "y",
})  # fmt: skip

NOT_FIRST = frozenset({
    "According", "After", "Am", "As", "At", "Au", "Aus", "Aux", "Before", "By", "Chez", "Dans",
    "Depuis", "Desde", "During", "En", "For", "From", "If", "Im", "In", "Laut", "Meanwhile", "Nach",
    "On", "Outside", "Par", "Por", "Pour", "Seit", "Selon", "Según", "Since", "Under", "Von", "Vor",
    "When", "While", "With", "À",
})  # fmt: skip
"""Prepositions and such, which in small letters open sentences and no datelines."""

NOT_OF_PLACES = frozenset({
    "agence", "agencia", "agency", "agentur", "associated", "news", "press", "presse", "updated",
})  # fmt: skip
"""Folded words that name an agency: "Agence France-Presse (AFP) - ..." says what AFP is."""

DESKS = ("Redacción", "REDACCIÓN", "Redacciones", "REDACCIONES")
"""What EFE writes where there is no place: "Redacción Deportes, 20 feb (EFE).-"."""

STATES = (
    r"(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|"
    r"N\.C|N\.D|N\.H|N\.J|N\.M|N\.Y|Neb|Nev|Okla|Ore|Pa|R\.I|S\.C|S\.D|Tenn|Va|Vt|W\.Va|Wash|Wis|"
    r"Wyo)\.|Alaska|D\.C\.|Hawaii|Idaho|Iowa|Maine|Ohio|Texas|Utah|Puerto Rico"
)
"""States of the U.S. as AP abbreviates them in datelines."""

STANDING_ALONE = frozenset({
    "AMSTERDAM", "ANKARA", "ATHENS", "ATLANTA", "BAGHDAD", "BALTIMORE", "BANGKOK", "BEIJING",
    "BEIRUT", "BERLIN", "BOGOTA", "BOSTON", "BRUSSELS", "CAIRO", "CHICAGO", "CINCINNATI",
    "CLEVELAND", "DALLAS", "DENVER", "DETROIT", "DJIBOUTI", "DUBLIN", "GENEVA", "GIBRALTAR",
    "GUATEMALA CITY", "HAVANA", "HELSINKI", "HONG KONG", "HONOLULU", "HOUSTON", "INDIANAPOLIS",
    "ISLAMABAD", "ISTANBUL", "JERUSALEM", "JOHANNESBURG", "KABUL", "KUWAIT CITY", "LAS VEGAS",
    "LONDON", "LOS ANGELES", "LUXEMBOURG", "MACAU", "MADRID", "MEXICO CITY", "MIAMI", "MILAN",
    "MILWAUKEE", "MINNEAPOLIS", "MONACO", "MONTREAL", "MOSCOW", "MUNICH", "NEW DELHI",
    "NEW ORLEANS", "NEW YORK", "OKLAHOMA CITY", "PANAMA CITY", "PARIS", "PHILADELPHIA", "PHOENIX",
    "PITTSBURGH", "PRAGUE", "QUEBEC CITY", "RIO DE JANEIRO", "ROME", "SALT LAKE CITY",
    "SAN ANTONIO", "SAN DIEGO", "SAN FRANCISCO", "SAN MARINO", "SAO PAULO", "SEATTLE", "SHANGHAI",
    "SINGAPORE", "ST. LOUIS", "STOCKHOLM", "SYDNEY", "TEHRAN", "TEL AVIV", "TOKYO", "TORONTO",
    "UNITED NATIONS", "VATICAN CITY", "VIENNA", "WARSAW", "WASHINGTON", "ZURICH",
})  # fmt: skip
"""Cities that AP's stylebook lets stand alone in datelines."""
