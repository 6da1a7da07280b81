"""The words by which agencies fence off what is for editors only, in four languages.

It must not judge where a line stands; ``fences`` does.

Sources: dpa's notebooks in its IPTC 7901 and NewsML-G2 copy; AP's "Eds:" lines and "EDITOR'S NOTE
_"; Reuters' advisory lines ("(Adds details)") and its reporters' addresses in double brackets;
contacts of press releases (GlobeNewswire).
"""

from __future__ import annotations

import re

_ANY = re.IGNORECASE | re.DOTALL

NOT_FOR_PUBLICATION = re.compile(
    r"[^\w\"'“”«»‘’„]*(?:"
    r"(?:the )?following (?:information|notes?|details|contacts?) (?:is|are) not (?:intended )?for "
    r"publication"
    r"|(?:die )?folgenden? (?:informationen?|angaben|hinweise) (?:sind|ist) nicht "
    r"(?:zur|für die) veröffentlichung(?: bestimmt)?"
    r"|les (?:informations|indications|coordonnées) (?:suivantes|ci-dessous) ne sont pas destinées "
    r"à (?:la publication|être publiées|publication)"
    r"|(?:la siguiente información|los siguientes datos) no (?:está destinada|están destinados|es|"
    r"son) (?:a|para) (?:la |su )?publicación"
    r"|not for publication|nicht zur veröffentlichung(?: bestimmt)?|ne pas publier"
    # What was on the next line may have been joined to it.
    r")(?:\W*$|\s*[.:]?\s+(?-i:[^\Wa-zß-ÿ]|[-–#*•<(+]))",
    re.IGNORECASE,
)
"""From here to the end nothing is for publication, whatever follows."""

NOTEBOOK = re.compile(
    r"#{1,3}\s*(?:dpa[- ])?(?:notizblock|notebook|bloc[- ]notes|bloc de notas)\s*:?", re.IGNORECASE
)
BARE_NOTEBOOK = re.compile(r"(?:dpa[- ])?(?:Notizblock|NOTIZBLOCK|Notebook|NOTEBOOK)\s*:?")
"""Without the mark of a heading these are words of the language: what follows must tell."""

NOTEBOOK_SECTION = re.compile(
    r"#{1,3}\s*(?:dpa[- ])?(?:internet(?:[- ]links?)?|orte?|ansprechpartner(?:in)?|kontakte?|"
    r"contacts?|contactos?|(?:editorial|media|press) contacts?|notes? to editors|"
    r"redaktionelle[rn]? hinweise?|hinweise? an die redaktion(?:en)?|redaktionshinweise?)\s*:?",
    re.IGNORECASE,
)
IN_A_NOTEBOOK = frozenset({
    "ansprechpartner", "ansprechpartnerin", "dpa contacts", "dpa kontakte", "editorial contacts",
    "internet", "internet links", "kontakte", "note to editors", "orte", "redaktionelle hinweise",
})  # fmt: skip
"""Folded lines that head a part of one."""

_NOTE = (
    r"(?:notes? to (?:the )?editors?|note (?:aux|à la|à l['’]attention des) rédactions?|"
    r"attention (?:aux )?rédactions?|attention editors|an die redaktion(?:en)?|"
    r"achtung redaktion(?:en)?|hinweis an die redaktion(?:en)?|"
    r"atenci[óo]n (?:a los )?(?:editores|redacciones|redactores)|"
    r"notas? (?:a|para) (?:los |las )?(?:editores|redactores|redacciones))"
)
NOTE_HEADING = re.compile(rf"\W*{_NOTE}\s*:?\s*", re.IGNORECASE)
NOTE = re.compile(rf"[^\w(]*\(?{_NOTE}\s*(?::|[-–—_]{{1,2}}\s).+", _ANY)

EDS = re.compile(
    r"\W{0,3}(?:Eds|EDS)\.?\s*:.+|\(?EDITORS?['’]?S?['’]? NOTE\s*(?:_|--|[–—]).+", re.DOTALL
)
"""In capitals, as AP sets it: "Editor's note: this article was updated" is for readers."""

_PART = (
    r"(?:paragraphs?|paras?|grafs?|headline|lead|byline|dateline|spelling|"
    r"paragraphes?|alinéas?|titre|chapô|orthographe|graphie|"
    r"absatz|absätze|absätzen|überschrift|schreibweise|vorspann|"
    r"párrafos?|titular|entradilla|grafía)"
)
_THIS_VERSION = (
    r"(?:this (?:story|version|article|item|report) (?:corrects|clarifies|(?:has been|was|is) "
    r"(?:corrected|refiled|amended) (?:to|throughout))"
    r"|(?:cette|la présente) (?:dépêche|version) (?:corrige|rectifie|remplace et corrige)"
    r"|diese (?:fassung|meldung|version) (?:berichtigt|korrigiert)"
    r"|esta (?:nota|versión|noticia|información) (?:corrige|rectifica))"
)

ADVISES = re.compile(
    r"\(\s*(?:"
    r"(?:adds?|adding|updates|updating|updated|recasts?|recasting|corrects?|correcting|corrected|"
    r"refiles?|refiling|repeats?|repeating|rewrites|removes|clarifies|inserts|drops|deletes|"
    r"fixes|restores|changes)\b"
    r"|in (?:the )?[A-Z][a-z]{2,8}\.? \d{1,2}\b[^()]{0,60}?\b(?:story|item|copy|lead|report)\b"
    r"|(?:actualise|actualisée?|ajoute|complète|corrige|précise|bien lire|bien corriger|"
    r"rectifie|réécrit)\b"
    r"|(?:actualiza|amplía|amplia|añade|agrega|corrección|rectifica|repite)\b"
    r"|(?:neu|aktualisiert|ergänzt|berichtigt|berichtigung|korrigiert|wiederholt|wiederholung)\b"
    rf"|{_THIS_VERSION}"
    r")",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    r"\(\s*(?:correct(?:s|ing|ed)|corrige|rectifie|rectifica|korrigiert|berichtigt|berichtigung)\b"
    rf"|\(\s*{_THIS_VERSION}",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:corrections?|clarification|correctif|rectificatif|berichtigung|korrektur|"
    r"richtigstellung|corrección|correcciones|rectificación|aclaración|fe de errores)"
    r"(?: \([^()]{3,40}\))?\s*:\s"
)
CORRECTION = re.compile(
    r"(?:"
    r"(?:correct(?:s|ing|ed)|corrige|rectifie|rectifica|berichtigt|korrigiert)\b"
    rf"(?:\s*:\s.+|[^.]{{0,120}}\b{_PART}\b.{{0,300}})"
    rf"|{_LABEL}.{{0,120}}\b{_PART}\b.{{0,300}}"
    rf"|{_THIS_VERSION}\b.{{2,400}}"
    r")",
    _ANY,
)
"""What is corrected, said to editors; "Corrects course, sails north" names no part of a text."""

CORRECTION_OPENS = (
    "berichtig", "cette ", "clarification", "correc", "correct", "corrig", "diese ", "esta ",
    "fe de", "korrektur", "korrigiert", "la presente", "rectif", "richtigstellung", "this ",
)  # fmt: skip
"""How, folded, whatever ``CORRECTION`` finds begins."""

_EARLIER = (
    r"(?:an? (?:earlier|previous) version of this (?:article|story|report|item)"
    r"|une (?:première version|version (?:précédente|antérieure)|précédente version) de "
    r"(?:cet article|cette dépêche|cette information)"
    r"|in einer (?:früheren|vorherigen|ersten|älteren) (?:version|fassung) (?:dieses (?:artikels|"
    r"berichts|textes|beitrags)|dieser meldung)"
    r"|una versión (?:anterior|previa) de (?:este artículo|esta (?:nota|noticia|información)))\b"
)
EARLIER = re.compile(_EARLIER, re.IGNORECASE)
CORRECTION_FOR_READERS = re.compile(
    rf"\W{{0,3}}(?:{_LABEL}.+|(?:{_LABEL})?(?:en )?{_EARLIER}.+)", _ANY
)
"""Set for readers to see: the one kind of note that is publishable."""

PRESS_CONTACT = re.compile(
    r"\W*(?:"
    r"(?:media|press|editorial|newsroom|news desk|pr|investors?|media and investor) "
    r"(?:contacts?|inquir(?:y|ies)|enquir(?:y|ies)|relations|office)"
    r"|contacts? (?:de la )?(?:rédaction|presse|médias?)|service de presse"
    r"|relations (?:médias?|presse|médiatiques)|pressekontakte?|pressestelle|redaktionskontakt"
    r"|ansprechpartner(?:in)? für (?:die )?(?:medien|presse|redaktionen)"
    r"|rückfragen(?: (?:der redaktionen|bitte an|an))?"
    r"|contactos? (?:de|para la|con la) (?:prensa|redacción)"
    r")(?:\s*(?::|[-–—]\s).*|\s*)",
    _ANY,
)
ANY_CONTACT = re.compile(
    r"\W*(?:contacts?(?: details| information)?|ansprechpartner(?:in)?|kontakte?|kontaktdaten|"
    r"contactos?|contatti|for (?:more|further|additional) (?:information|details)"
    r"(?:,? (?:please )?contact)?|pour (?:en savoir plus|plus d['’]informations?)"
    r"(?:,? (?:veuillez )?(?:contacter|communiquer avec))?)\s*(?::.*|$)",
    _ANY,
)
"""These head a part of a page, too: nothing of the text may follow."""

PHONE_LINE = re.compile(
    r"\W*(?:tel|tél|phone|telephone|téléphone|telefon|teléfono|fax|mobile?|mobil|handy|portable|"
    r"e-?mail|mail)\b.*",
    _ANY,
)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w")
NUMBER = re.compile(
    r"(?!(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d\b)(?:\+|\b00|\(|\b)\d{1,4}[)\d ./-]{5,24}\d"
)
"""A phone number may look so; spans of years do not."""

FIRST_WORDS = frozenset({
    "a", "achtung", "aclaracion", "an", "ansprechpartner", "ansprechpartnerin", "atencion",
    "attention", "berichtigt", "berichtigung", "bloc", "cette", "clarification", "contact",
    "contacto", "contactos", "contacts", "contatti", "correccion", "correcciones", "corrected",
    "correctif", "correcting", "correction", "corrections", "corrects", "corrige", "die",
    "diese", "dpa", "editor", "editorial", "editors", "eds", "en", "esta", "fe", "folgende",
    "folgenden", "following", "for", "hinweis", "hinweise", "in", "internet", "investor",
    "investors", "kontakt", "kontaktdaten", "kontakte", "korrektur", "korrigiert", "la", "les",
    "los", "media", "ne", "news", "newsroom", "nicht", "not", "nota", "notas", "note",
    "notebook", "notes", "notizblock", "ort", "orte", "pour", "pr", "press", "pressekontakt",
    "pressekontakte", "pressestelle", "rectifica", "rectificacion", "rectificatif", "rectifie",
    "redaktionelle", "redaktionellen", "redaktioneller", "redaktionshinweis",
    "redaktionshinweise", "redaktionskontakt", "relations", "richtigstellung", "ruckfragen",
    "service", "the", "this", "una", "une",
})  # fmt: skip
"""First words, folded, of every line that opens a fence: others are not looked at."""

PHONE_WORDS = frozenset({
    "e", "email", "fax", "handy", "mail", "mobil", "mobile", "phone", "portable", "tel", "telefon",
    "telefono", "telephone",
})  # fmt: skip
"""First words, folded, of ``PHONE_LINE``."""

GOING_ON: dict[str, str | tuple[str, ...]] = {
    "a": "a previous version",
    "an": ("an die redaktion", "an earlier version"),
    "cette": ("cette depeche", "cette version"),
    "die": "die folgende",
    "diese": ("diese fassung", "diese meldung", "diese version"),
    "en": "en una version",
    "esta": ("esta informacion", "esta nota", "esta noticia", "esta version"),
    "fe": "fe de errores",
    "following": "following ",
    "for": ("for more", "for further", "for additional"),
    "in": "in einer",
    "la": ("la siguiente", "la presente"),
    "les": ("les informations", "les indications", "les coordonnees"),
    "los": "los siguientes",
    "ne": "ne pas publier",
    "not": "not for publication",
    "the": "the following",
    "this": ("this article", "this item", "this report", "this story", "this version"),
    "una": "una version",
    "une": ("une precedente", "une premiere version", "une version"),
}
"""How a fence goes on from those of them that open ordinary paragraphs."""
