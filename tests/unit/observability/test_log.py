from __future__ import annotations

import asyncio
import io
import json
import logging
import unicodedata
from collections.abc import Iterator

import pytest
import structlog

from streams.errors import ConfigError
from streams.observability.log import QUIET, Seldom, configure, get_log, printable, shown


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    libraries = {name: logging.getLogger(name).level for name in QUIET}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    configure("INFO", stream)
    return stream


def only(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    return json.loads(line)


def test_an_event_is_one_line_of_json_with_its_fields(lines: io.StringIO) -> None:
    get_log(stage="desk").warning("record_dead_lettered", code="body-empty", offset=7)
    event = only(lines)
    assert event.pop("at")
    assert event == {
        "event": "record_dead_lettered",
        "level": "warning",
        "stage": "desk",
        "code": "body-empty",
        "offset": 7,
    }


def test_control_characters_never_reach_a_terminal(lines: io.StringIO) -> None:
    get_log().info("seen", provider="a\x1b[31mb\u202ec\nd\x00")
    assert only(lines)["provider"] == "a[31mbc d"


def test_text_inside_lists_and_tables_is_as_harmless(lines: io.StringIO) -> None:
    get_log().info("seen", found=["a\x9b31m", {"k\u202e": ("b\x1b[0m",)}])
    assert only(lines)["found"] == ["a31m", {"k": ["b[0m"]}]


@pytest.mark.parametrize(
    "value",
    [b"\xff", object(), {"a": {1}}, "\ud800", float("nan"), 2**70],
    # Names without an address, which would differ from process to process.
    ids=lambda value: type(value).__name__,
)
def test_any_value_can_be_logged(lines: io.StringIO, value: object) -> None:
    get_log().info("seen", value=value)
    assert only(lines)["event"] == "seen"


def test_libraries_speak_from_warning_on(lines: io.StringIO) -> None:
    logging.getLogger("aiokafka.cluster").info("chatter")
    logging.getLogger("aiokafka.cluster").warning("trouble")
    assert only(lines)["event"] == "trouble"


def test_a_library_says_the_same_thing_seldom() -> None:
    now = 100.0
    seldom = Seldom(clock=lambda: now)

    def let_through(logger: str, message: str, *args: object) -> str | None:
        record = logging.LogRecord(logger, logging.WARNING, "", 0, message, args, None)
        return record.getMessage() if seldom.filter(record) else None

    assert let_through("aiokafka", "no broker at %s", 1) == "no broker at 1"
    assert [let_through("aiokafka", "no broker at %s", n) for n in range(5)] == [None] * 5
    assert let_through("aiokafka", "something else") == "something else"
    assert let_through("wireroom", "ours") == let_through("wireroom", "ours") == "ours"
    now += 10
    assert let_through("aiokafka", "no broker at %s", 2) == "no broker at 2 (and 5 times since)"
    assert let_through("aiokafka", "no broker at %s", 2) is None


def test_an_exception_is_one_line_too(lines: io.StringIO) -> None:
    try:
        int("x")
    except ValueError:
        get_log().exception("failed")
    assert "ValueError" in str(only(lines)["exception"])


def test_a_body_that_slips_in_is_cut() -> None:
    assert len(printable("x" * 100_000)) < 3_000


ARTICLE = "Five people died on Monday"


def test_words_of_an_exception_that_may_quote_the_article_are_left_out(lines: io.StringIO) -> None:
    try:
        try:
            float(ARTICLE)
        except ValueError as error:
            raise RuntimeError(f"crashed on {ARTICLE}") from error
    except RuntimeError:
        get_log().exception("desk_crashed", position="feed/1")
    said = lines.getvalue()
    assert ARTICLE not in said
    event = only(lines)
    assert "RuntimeError at test_log.py:" in str(event["exception"])
    assert "ValueError at test_log.py:" in str(event["exception"])
    assert event["position"] == "feed/1"


def test_at_debug_an_exception_says_all(lines: io.StringIO) -> None:
    configure("DEBUG", lines)
    get_log().error("stage_failed", error=shown(ValueError(ARTICLE)))
    assert ARTICLE in lines.getvalue()


def test_words_of_our_own_and_of_the_transport_are_told() -> None:
    assert shown(ConfigError("no topic wire.raw")) == "ConfigError: no topic wire.raw"
    assert "refused" in shown(ConnectionRefusedError("refused by broker:9092"))


@pytest.mark.parametrize("template", ["Crashed reason=%r", "Crashed reason=%s"])
def test_a_library_that_shows_an_exception_quotes_nothing(
    lines: io.StringIO, template: str
) -> None:
    logging.getLogger("faust.app").warning(template, ValueError(ARTICLE))
    assert ARTICLE not in lines.getvalue()
    assert "ValueError" in str(only(lines)["event"])


async def test_a_task_that_nobody_awaited_quotes_nothing(lines: io.StringIO) -> None:
    async def crashes() -> None:
        raise ValueError(ARTICLE)

    task = asyncio.create_task(crashes())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.default_exception_handler(
        {"message": "Task exception was never retrieved", "task": task, "exception": None}
    )
    assert task.exception() is not None
    assert ARTICLE not in lines.getvalue()
    assert "never retrieved" in lines.getvalue()


HOSTILE = "afp:1\n{}\r\x1b[31m\x9b31m\u202e\u2066\u200b\x00\u2028\ud800"


@pytest.mark.parametrize(
    "value",
    [
        HOSTILE,
        [HOSTILE],
        {HOSTILE: {HOSTILE: (HOSTILE,)}},
        {HOSTILE},
        HOSTILE.encode("utf-8", "replace"),
    ],
    ids=["text", "list", "table", "set", "bytes"],
)
def test_ids_from_the_wire_cannot_break_out_of_their_field(
    lines: io.StringIO, value: object
) -> None:
    log = get_log()
    for field in ("position", "item", "desk_seq", "transport", "code", "places", "anything"):
        log.warning("dead_letter_written", **{field: value})
    log.error(HOSTILE)
    log.error("stage_failed", error=shown(ConfigError(HOSTILE)))
    logging.getLogger("aiokafka").error("topic %s", HOSTILE)
    logging.getLogger("aiokafka").error("topics %s", [HOSTILE])
    said = lines.getvalue()
    assert len(said.splitlines()) == said.count("\n") == 11
    for line in said.split("\n")[:-1]:
        assert json.loads(line)
        # As escapes they would come back to life in whatever decodes the line.
        shown_again = json.dumps(json.loads(line), ensure_ascii=False)
        assert not [char for char in shown_again if unicodedata.category(char)[0] == "C"]
        assert "\u2028" not in shown_again
