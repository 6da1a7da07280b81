from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.topics import DAY_MS, TopicName
from streams.desk import WatchRule
from streams.errors import ConfigError
from streams.settings import load_settings


def toml(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_file_and_no_server() -> None:
    loaded = load_settings(environ={})
    assert loaded.settings.broker == "sqlite:///./wireroom.db"
    assert loaded.settings.topic_name(TopicName.RAW_URGENT) == "wire.raw.urgent"
    assert {origin for _, _, origin in loaded.rows()} == {"default"}


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    file = toml(tmp_path, 'broker = "sqlite:///file"\nprefix = "file."\nlog_level = "error"')
    environ = {"WIREROOM_BROKER": "sqlite:///env", "WIREROOM_PREFIX": "env."}
    loaded = load_settings(
        file, environ=environ, flags={"broker": "sqlite:///flag", "prefix": None}
    )
    assert loaded.settings.broker == "sqlite:///flag"
    assert loaded.settings.prefix == "env."
    assert loaded.settings.log_level == "error"
    rows = {key: (value, origin) for key, value, origin in loaded.rows()}
    assert rows["broker"] == ("sqlite:///flag", "flag")
    assert rows["prefix"] == ("env.", "env WIREROOM_PREFIX")
    assert rows["log_level"] == ("error", f"file {file}")


def test_a_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "wireroom.toml").write_text('prefix = "here."')
    assert load_settings(environ={}).settings.prefix == "here."


def test_sections_merge_key_by_key(tmp_path: Path) -> None:
    file = toml(tmp_path, '[kafka]\nsasl_username = "me"\nsecurity_protocol = "SASL_SSL"')
    environ = {"WIREROOM_KAFKA__SASL_PASSWORD": "s3cret"}
    security = load_settings(file, environ=environ).settings.kafka_security()
    assert (security.username, security.password) == ("me", "s3cret")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('brokr = "x"', "did you mean broker?"),
        ("[desk]\nnear_hour = 3", "did you mean desk.near_hours?"),
        ("[topics.item]\npartitions = 1", "did you mean topics.items?"),
        ("[desk.providers.afp]\nnear_hour = 1", "did you mean desk.providers.NAME.near_hours?"),
        ("zzzzzz = 1", "`wireroom config` lists them all"),
    ],
)
def test_an_unknown_key_in_the_file_is_an_error_naming_the_nearest(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match="unknown setting") as error:
        load_settings(toml(tmp_path, text), environ={})
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("WIREROOM_BROKR", "WIREROOM_BROKER"),
        ("WIREROOM_KAFKA_SASL_PASSWORD", "WIREROOM_KAFKA__SASL_PASSWORD"),
        ("WIREROOM_TOPICS__ITEM__PARTITIONS", "WIREROOM_TOPICS__ITEMS__PARTITIONS"),
    ],
)
def test_an_unknown_variable_is_an_error_naming_the_nearest(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown environment variable {name}; did you mean"):
        load_settings(environ={name: "1"})
    with pytest.raises(ConfigError) as error:
        load_settings(environ={name: "1"})
    assert words in str(error.value)


def test_variables_of_tests_and_of_the_kafka_launcher_are_not_settings() -> None:
    environ = {
        "WIREROOM_TEST_BOOTSTRAP": "x",
        "WIREROOM_REQUIRE_KAFKA": "1",
        "WIREROOM_KAFKA_LIBS": "x",
        "WIREROOMS": "x",
        "PATH": "x",
    }
    assert load_settings(environ=environ).settings.prefix == "wire."


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"WIREROOM_MAX_BODY_BYTES": "many"}, "env WIREROOM_MAX_BODY_BYTES"),
        ({"WIREROOM_DESK": "x"}, "desk"),
        ({"WIREROOM_KAFKA__SECURITY_PROTOCOL": "TLS"}, "SASL_SSL"),
        ({"WIREROOM_PREFIX": "no spaces "}, "prefix"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_setting(
    environ: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(environ=environ)
    assert words in str(error.value)


@pytest.mark.parametrize("text", ["x =", "\x00", "a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_settings(toml(tmp_path, text), environ={})


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read settings file"):
        load_settings(tmp_path / "none.toml", environ={})
    with pytest.raises(ConfigError, match="cannot read settings file"):
        load_settings(environ={"WIREROOM_CONFIG": str(tmp_path / "none.toml")})


def test_secrets_come_from_files_and_are_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    environ = {
        "WIREROOM_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "WIREROOM_KAFKA__SASL_USERNAME": "me",
        "WIREROOM_KAFKA__SASL_PASSWORD_FILE": str(secret),
        "WIREROOM_KAFKA__SSL_KEY_PASSWORD": "opensesame",
    }
    loaded = load_settings(environ=environ, flags={"broker": "kafka://me:hunter2@host:1"})
    assert loaded.settings.kafka_security().password == secret.read_text().strip()
    shown = repr(list(loaded.rows())) + repr(loaded.settings)
    assert "opensesame" not in shown
    assert "hunter2" not in repr(list(loaded.rows()))


def test_a_secret_twice_or_in_a_missing_file_is_an_error(tmp_path: Path) -> None:
    environ = {"WIREROOM_KAFKA__SASL_PASSWORD_FILE": str(tmp_path / "none")}
    with pytest.raises(ConfigError, match="cannot read"):
        load_settings(environ=environ).settings.kafka_security()
    environ |= {"WIREROOM_KAFKA__SASL_PASSWORD": "x"}
    with pytest.raises(ConfigError, match="keep one"):
        load_settings(environ=environ).settings.kafka_security()


def test_a_wrong_value_of_a_secret_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(environ={"WIREROOM_KAFKA": '{"sasl_password": ["hunter2"]}'})
    assert "hunter2" not in str(error.value)


def test_partitions_and_retention_of_every_topic_are_settings() -> None:
    environ = {
        "WIREROOM_TOPICS__RAW_URGENT__PARTITIONS": "5",
        "WIREROOM_TOPICS__ITEMS__RETENTION_DAYS": "forever",
        "WIREROOM_TOPICS__DEAD__RETENTION_DAYS": "1.5",
    }
    settings = load_settings(environ=environ).settings
    assert settings.topic(TopicName.RAW_URGENT).partitions == 5
    assert settings.topic(TopicName.ITEMS).retention_ms is None
    assert settings.topic(TopicName.DEAD).retention_ms == DAY_MS * 3 // 2
    assert set(settings.catalogue()) == set(TopicName)
    rows = {key: value for key, value, _ in load_settings(environ=environ).rows()}
    assert rows["topics.raw.urgent.partitions"] == 5
    assert rows["topics.items.partitions"] == 12


def test_what_is_watched_is_set_for_all_and_for_one_provider(tmp_path: Path) -> None:
    text = """
    [desk]
    silence_minutes = 30
    [desk.providers.afp]
    silence_minutes = "off"
    [desk.providers.dpa]
    gaps = false
    """
    desk = load_settings(toml(tmp_path, text), environ={}).settings.pipeline_config().desk
    assert desk.watch_rule("reuters") == WatchRule(gaps=True, silence=timedelta(minutes=30))
    assert desk.watch_rule("afp") == WatchRule(gaps=True, silence=None)
    assert desk.watch_rule("dpa") == WatchRule(gaps=False, silence=timedelta(minutes=30))


@pytest.mark.parametrize("value", ['"never"', "0", "-5", "100000"])
def test_minutes_of_silence_that_mean_nothing_are_an_error(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="silence_minutes"):
        load_settings(toml(tmp_path, f"[desk]\nsilence_minutes = {value}"), environ={})


def test_topic_rules_of_a_file_come_before_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "topics.toml"
    file.write_text('[mine]\ntopic = "15000000"\nslugs = ["games"]\n', encoding="utf-8")
    environ = {"WIREROOM_ENRICH__TOPIC_RULES": str(file)}
    config = load_settings(environ=environ).settings.pipeline_config()
    assert config.enrich.topic_rules is not None
    assert config.enrich.topic_rules.rules[0].source == "rule:mine"
    assert len(config.enrich.topic_rules.rules) > 1
    assert load_settings(environ={}).settings.pipeline_config().enrich.topic_rules is None


@pytest.mark.parametrize("text", [None, "[mine]"])
def test_topic_rules_that_cannot_be_read_are_a_mistake_of_the_settings(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "topics.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    settings = load_settings(environ={"WIREROOM_ENRICH__TOPIC_RULES": str(file)}).settings
    with pytest.raises(ConfigError, match="topic_rules"):
        settings.pipeline_config()


def test_a_provider_has_a_home(tmp_path: Path) -> None:
    file = toml(tmp_path, '[enrich.providers.efe]\nhome = "ES"\n[enrich.providers.ap]')
    config = load_settings(file, environ={}).settings.pipeline_config()
    assert config.enrich.homes == (("efe", "ES"),)
    with pytest.raises(ConfigError):
        load_settings(toml(tmp_path, '[enrich.providers.efe]\nhome = "Spain"'), environ={})
