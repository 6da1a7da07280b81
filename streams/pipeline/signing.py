"""What another version of the fingerprint signed, signed anew from the text.

Fingerprints of two versions are never compared; so that an upgrade forgets no text, the journal's
are replaced while a desk is rebuilt. It must not read a log itself.
"""

from __future__ import annotations

from datetime import datetime

from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.journal import JournalRecord
from streams.desk import sign
from streams.desk.fingerprint import FINGERPRINT_VERSION


def is_outdated(record: JournalRecord) -> bool:
    """It indexes a text that was signed by another method."""
    return record.indexed is not None and record.indexed.fingerprint.version != FINGERPRINT_VERSION


class SignedAnew:
    """Fingerprints of published items, by the id of the version.

    Attributes:
        complete_to: an offset of the journal; the items of what it says before it are known, or
            have been replaced by newer versions and are gone.
    """

    def __init__(self, hot_from: datetime | None) -> None:
        """Begin with none.

        Args:
            hot_from: of what is older only the hash of the whole text is kept; None keeps all.
        """
        self._hot_from = hot_from
        self._signed: dict[str, Fingerprint] = {}
        self.complete_to = 0

    def add(self, item: Item) -> None:
        """Sign an item."""
        signed = sign(item)
        received = item.received_at
        if self._hot_from is not None and received is not None and received < self._hot_from:
            signed = Fingerprint(version=signed.version, exact=signed.exact, words=signed.words)
        self._signed[item.id] = signed

    def renewed(self, record: JournalRecord) -> JournalRecord:
        """The record with our fingerprint; as it was where the item is gone."""
        entry, seen = record.indexed, record.sighting
        signed = None if entry is None else self._signed.get(entry.item_id)
        if entry is None or signed is None:
            return record
        if not entry.flash:
            # Only a flash is looked for by its words.
            signed = signed.model_copy(update={"lead": ""})
        update: dict[str, object] = {"indexed": entry.model_copy(update={"fingerprint": signed})}
        if seen is not None and seen.item_id == entry.item_id:
            update["sighting"] = seen.model_copy(update={"exact": signed.exact})
        return record.model_copy(update=update)
