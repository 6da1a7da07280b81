import re
import unicodedata

import pytest

from streams.folding import fold, fold_lines

LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})


def folded_letter_by_letter(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    lowered = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", lowered).strip()


def test_typography_does_not_matter() -> None:
    assert fold("L'État — «œuvre»") == fold("l’Etat  oeuvre") == "l etat oeuvre"


def test_every_character_folds_as_one_by_one() -> None:
    for start in range(0, 0x3000, 64):
        text = "".join(f"a{chr(code)}b " for code in range(start, start + 64))
        assert fold(text) == folded_letter_by_letter(text)


@pytest.mark.parametrize("text", ["", "\n", "É\n\n x_y \nШ", "a\nb", " A  b\t\n"])
def test_lines_fold_as_each_of_them(text: str) -> None:
    assert fold_lines(text) == [fold(line) for line in text.split("\n")]
