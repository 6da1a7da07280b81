"""A model of names, installed like any of spaCy's, that never comes back from some texts."""

from __future__ import annotations

from pathlib import Path

LANGUAGE = "sw"
HANG = "HANG"
"""A text with it is never done."""
_PACKAGE = "sw_hanging_sm"
# As much of a pipeline as is used of one; the word "Nairobi" is a place.
_MODEL = """
import re, time
from contextlib import nullcontext
from types import SimpleNamespace

class Pipeline:
    memory_zone = staticmethod(nullcontext)

    def get_pipe(self, _name):
        return SimpleNamespace(model=SimpleNamespace(walk=lambda: ()))

    def pipe(self, texts, batch_size):
        for text in texts:
            if "HANG" in text:
                while True:  # whatever is raised into it
                    try:
                        time.sleep(3600)
                    except Exception:
                        pass
            yield SimpleNamespace(ents=[
                SimpleNamespace(start_char=one.start(), end_char=one.end(), label_="LOC")
                for one in re.finditer("Nairobi", text)
            ])

def load(**_):
    return Pipeline()
"""


def install(folder: Path) -> None:
    """Install it in a folder; whoever has that on the path finds it by its language."""
    package = folder / _PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text(_MODEL)
    (package / "meta.json").write_text(
        '{"lang": "sw", "name": "hanging_sm", "version": "1.0", "components": ["ner"]}'
    )
    told = folder / f"{_PACKAGE}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {_PACKAGE}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[spacy_models]\n{_PACKAGE} = {_PACKAGE}\n")
