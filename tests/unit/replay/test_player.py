from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.raw import RawMessage
from schemas.topics import CATALOGUE
from streams.errors import ArchiveError, ConfigError
from streams.ingest.sources import find_files
from streams.log import SqliteStore, open_log
from streams.log.base import NewRecord
from streams.log.headers import raw_of
from streams.replay.checkpoint import Checkpoint, fingerprint, load_checkpoint, save_checkpoint
from streams.replay.dry_run import tally
from streams.replay.pacing import Pace
from streams.replay.player import REPLAY_HEADER, Player
from streams.replay.selection import Chosen, Range

T = datetime(1987, 2, 26, 15, tzinfo=UTC)


def a_message(number: int, **changes: object) -> RawMessage:
    fields: dict[str, object] = {
        "body": b"x",
        "provider": "afp",
        "position": f"a.jsonl:{number}",
        "received_at": T + timedelta(days=number),
    }
    return RawMessage.model_validate(fields | changes)


class Archive:
    """A log to play into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/log.db"
        with SqliteStore(folder / "log.db") as store:
            store.create_topics(list(CATALOGUE.values()), prefix="replay.r.")

    async def play(
        self,
        messages: Sequence[RawMessage],
        *,
        wanted: Range | None = None,
        speed: float = 0,
        stop_after: int | None = None,
    ) -> Checkpoint:
        file = self.folder / "checkpoint.json"
        start = load_checkpoint(file) or Checkpoint(
            archive="a", log=self.url, prefix="replay.r.", replay_id="r"
        )
        async with open_log(self.url) as log:
            player = Player(
                log=log,
                start=start,
                wanted=Chosen(wanted or Range()),
                pace=Pace(speed, 0.02),
                spool_dir=self.folder / "spool",
                max_body_bytes=1024,
                file=file,
            )
            batches: list[Checkpoint] = []
            async for noted in player.play(messages):
                batches.append(noted)
                if len(batches) == stop_after:
                    break
        return batches[-1]

    @property
    def played(self) -> list[RawMessage]:
        with SqliteStore(self.folder / "log.db") as store:
            batch = store.read("replay.r.raw", dict.fromkeys(range(12), 0), max_records=10_000)
        return [raw_of(record) for record in batch.records]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


async def test_messages_keep_their_times_positions_and_order(archive: Archive) -> None:
    messages = [a_message(number) for number in range(1200)]
    done = await archive.play(messages)
    assert (done.read, done.played) == (1200, 1200)
    assert [m.position for m in archive.played] == [m.position for m in messages]
    assert [m.received_at for m in archive.played] == [m.received_at for m in messages]
    assert archive.played[0].headers == ((REPLAY_HEADER, "r"),)


async def test_pacing_changes_nothing_but_the_pace(archive: Archive) -> None:
    messages = [a_message(number) for number in range(5)]
    done = await archive.play(messages, speed=1)
    assert done.played == 5
    assert [m.position for m in archive.played] == [m.position for m in messages]


async def test_it_goes_on_where_it_was_stopped(archive: Archive) -> None:
    messages = [a_message(number) for number in range(1200)]
    assert (await archive.play(messages, stop_after=1)).played == 500
    assert (await archive.play(messages)).played == 1200
    assert [m.position for m in archive.played] == [m.position for m in messages]
    assert (await archive.play(messages)).played == 1200
    assert len(archive.played) == 1200


async def test_what_was_appended_but_not_noted_is_not_played_twice(archive: Archive) -> None:
    messages = [a_message(number) for number in range(1200)]
    noted = await archive.play(messages, stop_after=1)
    await archive.play(messages, stop_after=1)
    # The crash came between the second batch and its checkpoint.
    save_checkpoint(archive.folder / "checkpoint.json", noted)
    # Somebody else's record, at a position of ours, is not ours.
    with SqliteStore(archive.folder / "log.db") as store:
        store.append([NewRecord("replay.r.raw", b"afp", b"y", (("source-id", b"a.jsonl:1100"),))])
    await archive.play(messages)
    ours = [m.position for m in archive.played if m.body == b"x"]
    assert ours == [m.position for m in messages]


async def test_a_body_over_the_limit_is_spooled_and_named(archive: Archive) -> None:
    await archive.play([a_message(1, body=b"z" * 5000)])
    (record,) = archive.played
    assert record.body == b""
    assert [path.stat().st_size for path in (archive.folder / "spool").iterdir()] == [5000]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Range(), [1, 2, 3]),
        (Range(since=T + timedelta(days=2)), [2]),
        (Range(until=T + timedelta(days=1)), [1]),
        (Range(providers=frozenset({"ap"})), [2]),
    ],
)
async def test_a_range_leaves_the_others_out(
    archive: Archive, wanted: Range, numbers: list[int]
) -> None:
    messages = [a_message(1), a_message(2, provider="ap"), a_message(3, received_at=None)]
    done = await archive.play(messages, wanted=wanted)
    assert done.read == 3
    assert [int(m.position.split(":")[1]) for m in archive.played] == numbers
    found = tally(messages, Chosen(wanted))
    assert (found.messages, found.left_out) == (len(numbers), 3 - len(numbers))


class TestCheckpoint:
    def test_it_comes_back_as_it_was(self, tmp_path: Path) -> None:
        checkpoint = Checkpoint(
            archive="a", log="sqlite:///x", prefix="p.", replay_id="r", read=5, offsets={3: 4}
        )
        save_checkpoint(tmp_path / "c", checkpoint)
        assert load_checkpoint(tmp_path / "c") == checkpoint
        assert [path.name for path in tmp_path.iterdir()] == ["c"]

    def test_none_yet_is_none(self, tmp_path: Path) -> None:
        assert load_checkpoint(tmp_path / "c") is None

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"read": 1'])
    def test_a_file_that_is_something_else_is_an_error(
        self, tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / "c").write_bytes(content)
        with pytest.raises(ArchiveError, match="not a checkpoint"):
            load_checkpoint(tmp_path / "c")

    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        checkpoint = Checkpoint(archive="a", log="l", prefix="p.", replay_id="r")
        with pytest.raises(ArchiveError, match="No such file"):
            save_checkpoint(tmp_path / "none" / "c", checkpoint)

    def test_a_changed_archive_has_another_fingerprint(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_text("x" * 200_000)
        before = fingerprint(find_files([str(file)]))
        assert fingerprint(find_files([str(file)])) == before
        with file.open("r+") as handle:
            handle.seek(199_999)
            handle.write("y")
        assert fingerprint(find_files([str(file)])) != before

    def test_standard_input_cannot_be_resumed(self) -> None:
        with pytest.raises(ConfigError, match="standard input"):
            fingerprint(find_files(["-"]))
