import pytest

from streams.clean.dateline import find, parse

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


@pytest.mark.parametrize(
    ("raw", "place", "date", "agency"),
    [
        ("Paris, 21 jan 2019 (AFP) -", "Paris", "21 jan 2019", "AFP"),
        ("Strasbourg, 10 juil 2024 (AFP)", "Strasbourg", "10 juil 2024", "AFP"),
        ("4/4/2018", None, "4/4/2018", None),
        ("2.4.2019 16:02:09 CEST", None, "2.4.2019", None),
        ("2019-04-02T16:02:09+02:00", None, "2019-04-02", None),
        ("BEIJING, July 23", "BEIJING", "July 23", None),
        ("January 21", None, "January 21", None),
        ("MOSCOW, January 21. /TASS/.", "MOSCOW", "January 21", "TASS"),
        ("HANOVER, Germany (dpa) --", "HANOVER, Germany", None, "dpa"),
        ("Rio de Janeiro", "Rio de Janeiro", None, None),
        ("LONDON (House News) -", "LONDON", None, "House News"),
        ("by our own correspondent", None, None, None),
        ("x" * 1_000, None, None, None),
    ],
)
def test_datelines_in_fields_of_their_own(
    raw: str, place: str | None, date: str | None, agency: str | None
) -> None:
    found = parse(raw, "House News")
    assert found is not None
    assert (found.place, found.date, found.agency) == (place, date, agency)
    assert raw.startswith(found.raw)


@pytest.mark.parametrize("raw", ["", " \t\n ", "-", " - . "])
def test_an_empty_field_is_no_dateline(raw: str) -> None:
    assert parse(raw) is None
