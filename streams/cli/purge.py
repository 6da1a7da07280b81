"""``wireroom purge``: an item's text out of the topics and archives that can give it up.

It must not print any of that text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from streams.cli.common import Common, finish
from streams.cli.inputs import progress
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, Output, OutputOption, no_option, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.purge import Copies, Survey
    from streams.record.rewriting import Rewritten
    from streams.settings import Settings

_Flag = Annotated[bool, Parameter(negative="")]
_Key = Annotated[str, Parameter(validator=no_option)]


def purge(
    item_key: _Key,
    /,
    *,
    archive: Annotated[tuple[Path, ...], Parameter(negative="", consume_multiple=True)] = (),
    desk_stopped: _Flag = False,
    dry_run: _Flag = False,
    yes: _Flag = False,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Take an item's text out of every compacted topic and recorded archive, for good.

    Says where copies stay until when. A kill tells readers; a purge only removes: kill first. The
    exit status is 1 where something is left that you must see to.

    Args:
        item_key: as items have it, such as afp:TX-123; not the version after the @.
        archive: directories of recordings to be rewritten without it.
        desk_stopped: every desk is stopped: take out an item that is held as well.
        dry_run: only look.
        yes: I mean it: there is no way back.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    settings = common.settings()
    if not (yes or dry_run):
        raise ConfigError("--dry-run shows what would go; --yes takes it out, for good")
    for directory in archive:
        if not directory.is_dir():
            raise ConfigError(f"--archive {directory}: no such directory")
    with open_output(output) as out:
        report = _Report(out, item_key, is_done=not dry_run)
        finish(_purge(settings, item_key, archive, report, is_desk_stopped=desk_stopped))
    verdict = "nothing was changed" if dry_run else f"{item_key} is purged"
    if not report.has_found:
        verdict = f"nothing is known of {item_key}: name an item key, without its version"
    left = f"; {report.left} to see to" if report.left else ""
    terminal(stderr=True).print(printable(f"{verdict}{left}"), soft_wrap=True)
    return 1 if report.left or not report.has_found else 0


class _Looked:
    """As progress takes it; how much there is to read is not known."""

    bytes_read = 0
    total_bytes: int | None = None


async def _purge(
    settings: Settings,
    key: str,
    archives: tuple[Path, ...],
    report: _Report,
    *,
    is_desk_stopped: bool,
) -> None:
    from streams.log import SqliteStore, sqlite_path  # noqa: PLC0415  (start quickly)
    from streams.pipeline import Intake  # noqa: PLC0415  (as above)
    from streams.purge import Purge, purge_archive, sources_in, survey  # noqa: PLC0415  (as above)

    path = sqlite_path(settings.broker)
    if path is None:
        await _refuse_what_is_hidden(settings)
    store = SqliteStore(path) if path is not None else None
    try:
        if store is not None and report.is_done and store.path.exists():
            store.acquire_writer(f"{settings.prefix}runner")
        with progress("looking", _Looked()) as show:
            async with open_settings_log(settings) as log:
                found = await survey(log, settings.catalogue(), settings.prefix, key, show)
                work = Purge(log, found, settings.prefix)
                report.survey(found)
                for directory in archives:
                    sources_in(directory, found.sources)
                if report.is_done:
                    # The embedded log has no desk at work while its runner's place is ours.
                    work.check(is_desk_stopped=is_desk_stopped or store is not None)
                intake = Intake(settings.pipeline_config())
                for directory in archives:
                    done = purge_archive(
                        directory, found.sources, intake, dry_run=not report.is_done, show=show
                    )
                    for topic, rewritten in done.items():
                        report.archive(directory, topic, rewritten)
                stay = found.copies
                if report.is_done:
                    buried = await work.bury()
                    if store is not None and store.path.exists():
                        _, stay = work.erase(store)
                    report.log(found.copies, buried, stay, is_erased=store is not None)
                else:
                    report.log(found.copies, {}, stay, is_erased=False)
                report.warn(found)
    finally:
        if store is not None:
            store.close()


async def _refuse_what_is_hidden(settings: Settings) -> None:
    """A topic that we may not see looks as if it did not exist: its copies would be passed over."""
    from streams.preflight.rights import Role  # noqa: PLC0415  (start quickly)
    from streams.preflight.worker import refuse_to_start  # noqa: PLC0415  (brings aiokafka)

    await refuse_to_start(
        settings.broker,
        settings.kafka_security(),
        [Role.PURGE],
        prefix=settings.prefix,
        may_be_absent=True,
    )


class _Report:
    """What is said, line by line; text is never."""

    def __init__(self, out: Output, key: str, *, is_done: bool) -> None:
        self._out = out
        self._key = key
        self.is_done = is_done
        self.has_found = False
        self.left = 0

    def survey(self, found: Survey) -> None:
        """Take note of whether the log has ever had it."""
        self.has_found = found.is_known

    def archive(self, directory: Path, topic: str, done: Rewritten) -> None:
        """What became of one recorded topic."""
        self.has_found = self.has_found or done.records + done.before > 0
        if done.records:
            verb = "taken out of" if self.is_done else "would be taken out of"
            files = f"{done.files} files of {directory}/{topic}"
            self._say(
                f"archive: {done.records} records {verb} {files}",
                what="archive",
                archive=str(directory),
                topic=topic,
                records=done.records,
                files=done.files,
            )
        for left in done.left:
            self.left += 1
            self._say(
                f"archive: {directory}: {left}", what="left", archive=str(directory), why=left
            )

    def log(
        self,
        copies: list[Copies],
        buried: dict[str, int],
        stay: list[Copies],
        *,
        is_erased: bool,
    ) -> None:
        """What became of each topic that has it."""
        staying = {each.topic for each in stay}
        for each in copies:
            fields = {"topic": each.topic, "records": len(each.places)}
            if is_erased and each.topic not in staying:
                self._say(
                    f"{each.topic}: {len(each.places)} records erased", what="erased", **fields
                )
                continue
            tombstone = ""
            if each.topic in buried:
                tombstone = "a tombstone is written; "
            elif each.role in _COMPACTED and not self.is_done:
                tombstone = "a tombstone would be written; "
            until = "for ever" if each.until is None else f"until {each.until:%Y-%m-%d %H:%M}Z"
            if each.role in _COMPACTED:
                at_most = "" if each.until is None else f", at most {until}"
                until = f"until compaction{at_most}: run it again in a day"
            self._say(
                f"{each.topic}: {tombstone}{len(each.places)} records stay {until}",
                what="tombstone" if tombstone else "stays",
                until=each.until,
                **fields,
            )

    def warn(self, found: Survey) -> None:
        """What the operator should know besides."""
        from schemas.journal import Status  # noqa: PLC0415  (start quickly)

        if found.state is not None and found.state.status is Status.LIVE:
            self._warn(
                "it was not killed: readers that have it keep it, and a new version is published"
            )
        if found.in_takes:
            self._warn(
                "a take of it is remembered to be joined: a kill of it, or a restart of the desk "
                "after the journal's retention, ends that"
            )
        for path in sorted(found.spooled):
            is_there = Path(path).is_file()
            self.left += is_there
            where = (
                "remove it" if is_there else "on the machine that took it in, if it is still there"
            )
            self._say(f"spooled file {path}: {where}", what="spooled", path=path, why=where)
        for key, why in sorted(found.related.items()):
            self._say(
                f"look at {key}: {why}; it is not purged", what="related", item_key=key, why=why
            )

    def _warn(self, words: str) -> None:
        self._say(f"warning: {words}", what="warning", why=words)

    def _say(self, words: str, **fields: object) -> None:
        if self._out.format is Format.TEXT:
            self._out.show(printable(words))
        else:
            said = {name: value for name, value in fields.items() if value is not None}
            self._out.line(orjson.dumps({"purge": self._key, "done": self.is_done, **said}))


_COMPACTED = frozenset({"items", "enriched", "held"})
