"""Names that the fields of news go by in JSON that follows no standard; one list for all readers.

It must not read records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# In order of preference; compared without case, "_" and "-".
WELL_KNOWN: dict[str, tuple[str, ...]] = {
    "body": (
        "body", "articlebody", "bodytext", "fulltext", "maintext", "text", "content", "article",
        "story", "rawtext", "html", "bodyhtml", "bodyxhtml", "contenthtml", "contenttext",
    ),
    "received_at": (
        "receivedat", "date", "datetime", "datepublished", "publishedat", "pubdate", "published",
        "publicationdate", "publishdate", "versioncreated", "created", "createdat", "timestamp",
        "time",
    ),
    "headline": ("headline", "title", "hl", "heading"),
    "provider": ("provider", "agency", "wire"),
    "content_type": ("contenttype", "mimetype"),
    "id": ("id", "guid", "uuid", "docid", "newid"),
}  # fmt: skip


def plain_name(name: str) -> str:
    """A field's name as it is compared."""
    return name.replace("_", "").replace("-", "").lower()


class Named:
    """A record's fields under their plain names."""

    def __init__(self, record: Mapping[str, object]) -> None:
        self.record = record
        self._names: dict[str, str] = {}
        for name in record:
            self._names.setdefault(plain_name(name), name)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def origin(self, name: str) -> str:
        """The field's name as the record writes it."""
        return self._names.get(name, name)

    def get(self, name: str) -> object:
        """The value of the field that goes by a plain name, None where absent."""
        return self.record.get(self._names[name]) if name in self._names else None

    def present(self, names: Iterable[str]) -> list[str]:
        """Those of the plain names that hold something, in the order given."""
        return [name for name in names if self.get(name) not in (None, "", [], {})]
