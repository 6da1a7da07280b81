"""The language an item is written in.

It must not guess: below a measured confidence it says so and answers None.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# (code points read, confidence asked for). On seven-word openings (CoNLL English, EFE Spanish,
# French sentences) 0.4 answers 74, 86 and 98 in 100 and is right in 98.4, 96.1 and 99.6 of those;
# 0.3 in 96.0, 95.7 and 99.2. What a headline tells beyond doubt is not read further: each 100
# characters cost 18 us. The last row is for tables, names and telegraphese.
_SURE = 0.4
_READINGS = ((80, 0.99), (300, _SURE), (2_000, _SURE))
_CODES = {
    "ara": "ar", "ces": "cs", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "ell": "el",
    "eng": "en", "fra": "fr", "fre": "fr", "ger": "de", "ita": "it", "jpn": "ja", "nld": "nl",
    "por": "pt", "rus": "ru", "spa": "es", "swe": "sv", "zho": "zh", "chi": "zh",
}  # fmt: skip
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_LOADING = Lock()


def declared(tag: str | None) -> str | None:
    """The primary language of a BCP 47 tag ("fr-FR" gives "fr"), None where it is not one."""
    match = _TAG.fullmatch(tag.strip()) if tag else None
    if match is None:
        return None
    code = match[1].lower()
    code = _CODES.get(code, code)
    return None if code in {"und", "mul", "zxx"} else code


@lru_cache(maxsize=8)
def _load(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages([code for code in languages if code in known] or None)
    return identifier


def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    # Without the lock two threads would each read the model (4.5 MB) the first time.
    with _LOADING:
        return _load(languages)


def detect(text: str, languages: tuple[str, ...]) -> str | None:
    """The one of ``languages`` that ``text`` is in, None where that is not sure."""
    if not any(map(str.isalpha, text)):
        return None
    identifier = _identifier(languages)
    for chars, sure in _READINGS:
        code, confidence = identifier.classify(text[:chars])
        whole = len(text) <= chars
        if confidence >= (_SURE if whole else sure):
            return str(code)
        if whole:
            break
    return None
