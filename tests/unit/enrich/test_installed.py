from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from schemas.item import EntityType
from streams.enrich.recognise import best_of, has_model, load
from streams.enrich.recognise.installed import installed_package

INIT = """
from spacy.util import load_model_from_init_py

def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)
"""


def install(folder: Path, package: str, *, listens: bool) -> None:
    """A package like spaCy's own, with a model that has learned one name."""
    language, name = package.split("_", 1)
    pipeline = spacy.blank(language)
    if listens:
        pipeline.add_pipe("tok2vec")
    model = {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}
    ner = pipeline.add_pipe("ner", config={"model": model} if listens else {})
    for label in ("PER", "LOC"):
        ner.add_label(label)
    pipeline.add_pipe("sentencizer")
    text = "Anna Morel wohnt in Basel ."
    entities = {"entities": [(0, 10, "PER"), (20, 25, "LOC")]}
    example = spacy.training.Example.from_dict(pipeline.make_doc(text), entities)
    pipeline.initialize(lambda: [example])
    for _ in range(30):
        pipeline.update([example])
    pipeline.meta.update({"name": name, "version": "1.0"})
    (folder / package).mkdir()
    pipeline.to_disk(folder / package / f"{package}-1.0")
    (folder / package / "__init__.py").write_text(INIT)
    meta = (folder / package / f"{package}-1.0" / "meta.json").read_text()
    (folder / package / "meta.json").write_text(meta)
    told = folder / f"{package}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[spacy_models]\n{package} = {package}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    installed_package.cache_clear()
    yield tmp_path
    installed_package.cache_clear()
    for name in [name for name in sys.modules if name.startswith("de_")]:
        del sys.modules[name]


@pytest.mark.parametrize("listens", [False, True], ids=["own layers", "shared layers"])
def test_a_model_that_a_user_installed_is_used(folder: Path, *, listens: bool) -> None:
    install(folder, "de_test_sm", listens=listens)
    assert has_model("spacy", "de")
    assert best_of("fast", "de") == "spacy"
    recogniser = load("spacy", "de-AT")
    assert recogniser.version == "spacy/de_test_sm-1.0"
    text = "Anna Morel wohnt in Basel ."
    (spans,) = recogniser.recognise([text])
    assert [(text[span.start : span.end], span.type) for span in spans] == [
        ("Anna Morel", EntityType.PERSON),
        ("Basel", EntityType.PLACE),
    ]


def test_the_larger_model_is_taken_and_no_transformer(folder: Path) -> None:
    for package in ("de_a_sm", "de_b_md", "de_dep_news_trf"):
        told = folder / f"{package}-1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (told / "entry_points.txt").write_text(f"[spacy_models]\n{package} = {package}\n")
    assert installed_package("de") == "de_b_md"
    assert installed_package("dep") is None


def test_without_one_the_gazetteer_is_left() -> None:
    assert not has_model("spacy", "tlh")
    assert best_of("spacy", "tlh") == "gazetteer"
