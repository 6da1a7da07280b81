import pytest

from streams.clean.dateline import find

REST = "Les ministres se sont réunis mardi."


@pytest.mark.parametrize(
    ("opening", "place", "date", "agency"),
    [
        ("PARIS, 21 fév 2016 (AFP) - ", "PARIS", "21 fév 2016", "AFP"),
        ("Paris, 1er août 2019 (AFP) - ", "Paris", "1er août 2019", "AFP"),
        ("Strasbourg, 10 juil 2024 (AFP) – ", "Strasbourg", "10 juil 2024", "AFP"),
        (
            "Gaza City, Palestinian Territories, May 16, 2021 (AFP) - ",
            "Gaza City, Palestinian Territories",
            "May 16, 2021",
            "AFP",
        ),
        ("Jan 3 (Reuters) - ", None, "Jan 3", "Reuters"),
        ("CHATHAM, Mass. (AP) _ ", "CHATHAM, Mass.", None, "AP"),
        ("NEW YORK (AP) — ", "NEW YORK", None, "AP"),
        ("GROSSETO, Italy (AP) -- ", "GROSSETO, Italy", None, "AP"),
        ("Nueva Delhi, 21 ene (EFE).- ", "Nueva Delhi", "21 ene", "EFE"),
        ("Paris (ats afp) ", "Paris", None, "ats afp"),
        ("Berlin/Potsdam (dpa/bb) - ", "Berlin/Potsdam", None, "dpa/bb"),
        ("SAITAMA, Japan, Dec. 9 Kyodo - ", "SAITAMA, Japan", "Dec. 9", "Kyodo"),
        ("WASHINGTON, Feb 27 - ", "WASHINGTON", "Feb 27", None),
        ("LA HAYE (AFP/Reuters) - ", "LA HAYE", None, "AFP/Reuters"),
        ("(AFP) - ", None, None, "AFP"),
    ],
)
def test_datelines(opening: str, place: str | None, date: str | None, agency: str | None) -> None:
    found = find(opening + REST)
    assert found is not None
    assert (found.place, found.date, found.agency) == (place, date, agency)
    assert found.raw == opening.rstrip()
    assert found.length == len(opening)


@pytest.mark.parametrize(
    "text",
    [
        "Il a dit (AP) que les ministres partiraient.",
        "Il a dit (AP) - que les ministres partiraient.",
        "Le président (LR) - qui partira - l'a dit.",
        "The Associated Press (AP) reported it first.",
        "Les ministres (10 juin) - et leurs conseillers - sont partis.",
        "UPDATE - Les ministres sont partis.",
        "PARIS (AFP) - ",
        "PARIS (AFP)",
        "",
        "- ",
        "(((((AFP) - x",
    ],
)
def test_text_that_is_no_dateline(text: str) -> None:
    assert find(text) is None
