"""How the labeller is trained: which lines are the article, and the same weights from the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from streams.bench.clean_pages import part_of
from streams.train.alignment import lines_of_article

FIRST = "The council voted on Tuesday to close both bridges until the spring."
SECOND = "Engineers had warned since 2019 that the older one could not carry lorries."
THIRD = "A ferry will run every half hour, the harbour said."


class TestAlignment:
    def test_lines_of_the_article_are_told_from_the_rest(self) -> None:
        lines = ["Home", FIRST, "Share", SECOND, THIRD, "More news"]
        assert lines_of_article(lines, f"{FIRST}\n\n{SECOND}\n{THIRD}") == [
            False, True, False, True, True, False,
        ]  # fmt: skip

    def test_of_two_copies_the_one_beside_the_rest_is_meant(self) -> None:
        lines = [SECOND, "Home", "World", FIRST, SECOND, THIRD]
        chosen = lines_of_article(lines, f"{FIRST}\n{SECOND}\n{THIRD}")
        assert chosen == [False, False, False, True, True, True]

    def test_what_is_set_in_another_order_is_found(self) -> None:
        chosen = lines_of_article([SECOND, FIRST, THIRD], f"{FIRST}\n{SECOND}\n{THIRD}")
        assert chosen == [True, True, True]

    def test_a_line_of_a_few_words_counts_where_the_article_has_it_as_a_line(self) -> None:
        lines = ["Bridges", FIRST, "The older one", SECOND]
        assert lines_of_article(lines, f"{FIRST}\n\nThe older one\n\n{SECOND}") == [
            False, True, True, True,
        ]  # fmt: skip

    def test_scripts_without_spaces(self) -> None:
        story = "市議会は火曜日、春まで二つの橋を閉鎖することを決めた。"
        assert lines_of_article(["ホーム", story, "共有"], story) == [False, True, False]

    @pytest.mark.parametrize("article", ["", " \n", "Something else entirely was said here."])
    def test_no_line_is_of_another_article(self, article: str) -> None:
        assert lines_of_article([FIRST, "Home"], article) == [False, False]

    def test_no_lines(self) -> None:
        assert lines_of_article([], FIRST) == []


def a_page(number: int) -> dict[str, str]:
    story = [
        f"Paragraph {n} of story {number} says that the council of town {number} met on day {n}."
        for n in range(3, 9)
    ]
    links = ["Home", "World", f"Section {number % 3}", "Log in", "Subscribe"]
    return {
        "id": str(number),
        "url": f"https://site{number}.example/{number}",
        "title": f"Council of town {number} meets",
        "text": "\n".join(
            [*links, f"Council of town {number} meets", "", *story, "", *links[::-1]]
        ),
        "articleBody": "\n\n".join(story),
    }


@pytest.mark.timeout(300)
def test_the_same_pages_give_the_same_weights_and_those_held_out_none(tmp_path: Path) -> None:
    pages = [a_page(number) for number in range(60)]
    corpus = tmp_path / "pages.jsonl"

    def trained(name: str, rows: list[dict[str, str]]) -> list[bytes]:
        corpus.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        (out := tmp_path / name).mkdir()
        command = [sys.executable, "-m", "streams.train.labeller", corpus, "--out", out]
        subprocess.run([*command, "--trees", "4"], check=True, capture_output=True)
        return [path.read_bytes() for path in sorted(out.iterdir())]

    first = trained("first", pages)
    learned = [page for page in pages if part_of(page["url"], 5) != 1]
    assert len(learned) < len(pages)
    assert first == trained("second", learned)
    assert first != trained("third", learned[5:])
