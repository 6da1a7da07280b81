"""Names of news agencies as they sign datelines, bylines and the ends of texts.

It must not say where a name counts: "PA" and "MAP" are agencies only where one would stand.

Sources: the member lists of EANA, OANA and FAN-ATLAS; the release services (PR Newswire, Business
Wire, GlobeNewswire) sign the same way.
"""

from __future__ import annotations

NAMES = frozenset({
    "aa", "aap", "abi", "adnkronos", "afp", "afx", "agerpres", "agi", "anadolu", "andina", "ani",
    "anp", "ansa", "ansamed", "antara", "ap", "apa", "app", "aps", "armenpress", "askanews", "ats",
    "awp", "azertac", "bbc", "belga", "belta", "bernama", "bloomberg", "bna", "bss", "bta", "cna",
    "cns", "cnw", "colpisa", "cp", "ctk", "dapd", "ddp", "dpa", "dpa-afx", "dpad", "dts", "efe",
    "efeagro", "efecom", "efeverde", "epa", "epd", "fides", "gna", "hina", "ians", "iha",
    "interfax", "ips", "irna", "isna", "itar-tass", "jiji", "kcna", "keystone-ats", "keystone-sda",
    "kna", "kuna", "kyodo", "lusa", "map", "mena", "mti", "nan", "notimex", "ntb", "ona", "ots",
    "pa", "pap", "petra", "pna", "prensa latina", "pti", "qna", "reuter", "reuters", "rfi", "ria",
    "ritzau", "rtr", "sana", "sda", "servimedia", "sid", "spa", "sta", "stt", "tanjug", "tap",
    "tass", "télam", "telam", "tna", "tt", "unb", "upi", "vna", "wafa", "wam", "xinhua", "yonhap",
    "accesswire", "agence france-presse", "agência brasil", "associated press", "business wire",
    "businessdesk", "gracenote", "opta", "sports network",
    "canadian press", "dow jones", "europa press", "globe newswire", "globenewswire", "pa media",
    "pr newswire", "prnewswire", "reuters health", "ria novosti", "thomson reuters foundation",
})  # fmt: skip

WITHOUT_SEPARATOR = frozenset({"ats", "awp", "dpa", "keystone-ats", "keystone-sda", "sda", "sid"})
"""Agencies whose dateline may end without a dash: "Paris (ats afp) Les ..."."""

ENDED_BY_A_STOP = frozenset({
    "afp", "ap", "apa", "dapd", "ddp", "dpa", "epd", "kna", "reuters", "rtr", "sid",
})  # fmt: skip
"""Those after which German papers set a full stop: "Berlin (dpa). Die ..."."""

_LONGEST_INITIALS = 4
_NOT_THE_TEXT = frozenset({"archiv", "archive", "archives", "file", "foto", "photo", "video"})


def named(text: str) -> frozenset[str]:
    """The agencies that the words between two brackets name: "AFP/Reuters", "ats afp", "dpa/lno".

    None for the credit of a picture ("AP Photo/Jane Doe").
    """
    lowered = text.casefold()
    words = {word.strip(".,:") for word in lowered.replace("/", " ").replace("-", " ").split()}
    words |= set(lowered.split())
    if not words.isdisjoint(_NOT_THE_TEXT):
        return frozenset()
    whole = {name.strip().removeprefix("the ") for name in lowered.split("/")}
    return NAMES & (whole | words)


def is_name(word: str) -> bool:
    """Whether a word by itself is an agency's name: "Reuters", "AFP", but not "map" nor "Map"."""
    known = word.lower() in NAMES
    return known and (word.isupper() or word == "dpa" or len(word) > _LONGEST_INITIALS)
