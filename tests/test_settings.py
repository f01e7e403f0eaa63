from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError

TOKEN = "not-shaped-like-any-token"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_a_variable_that_is_set_to_nothing_counts_as_unset() -> None:
    names = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "KNOWLEDGE_DIR", "SUPPORT_CHANNELS", "STAFF_CHANNEL",
             "LOG_LEVEL", "LOG_FORMAT", "METRICS_PORT", "DISCORD_API_URL", "DATABASE_URL",
             "GATEWAY_URL", "GATEWAY_KEY", "SHARD_IDS", "SHARD_COUNT", "ANSWERS_PER_PERSON",
             "ANSWERS_PER_CHANNEL", "ANSWERS_PER_SERVER")  # fmt: skip
    assert Settings.from_env(dict.fromkeys(names, "  ")) == Settings()


def test_the_token_is_taken_as_it_is_and_never_shown() -> None:
    settings = Settings.from_env({"DISCORD_TOKEN": f" {TOKEN}\n"})
    assert settings.discord_token == TOKEN
    assert TOKEN not in repr(settings)


def test_the_token_comes_from_a_file_where_only_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert Settings.from_env({"DISCORD_TOKEN_FILE": str(file)}).discord_token == TOKEN
    both = {"DISCORD_TOKEN_FILE": str(file), "DISCORD_TOKEN": "the-other"}
    assert Settings.from_env(both).discord_token == "the-other"


def test_the_mark_that_windows_begins_a_text_file_with_is_no_part_of_the_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\r\n", encoding="utf-8-sig")
    assert Settings.from_env({"DISCORD_TOKEN_FILE": str(tmp_path / "token")}).discord_token == TOKEN


@pytest.mark.parametrize("content", [None, b"", b"one\ntwo", b"\xff\xfe\x00", b"a\0b"])
def test_a_token_file_that_cannot_hold_a_token_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^DISCORD_TOKEN_FILE"):
        Settings.from_env({"DISCORD_TOKEN_FILE": str(file)})


def test_channels_are_names_or_ids_with_any_case_comma_or_hash() -> None:
    settings = Settings.from_env({"SUPPORT_CHANNELS": "#Support, api-help，报错求助,, 123456789012345678"})
    assert settings.support_channels == {"support", "api-help", "报错求助", "123456789012345678"}


def test_a_voice_channel_may_have_spaces_in_its_name() -> None:
    settings = Settings.from_env({"SUPPORT_CHANNELS": "Help Desk\nsupport", "STAFF_CHANNEL": "Staff Room"})
    assert settings.support_channels == {"help desk", "support"}
    assert settings.staff_channel == "staff room"


def test_staff_has_one_channel_only() -> None:
    assert Settings.from_env({"STAFF_CHANNEL": "#Staff"}).staff_channel == "staff"
    with pytest.raises(SettingsError, match=r"^STAFF_CHANNEL"):
        Settings.from_env({"STAFF_CHANNEL": "staff, owners"})


def test_log_choices_are_taken_in_any_case() -> None:
    settings = Settings.from_env({"LOG_LEVEL": "debug", "LOG_FORMAT": "JSON"})
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LOG_LEVEL", "loud", "WARNING"),
        ("LOG_FORMAT", "xml", "json"),
        *(
            ("METRICS_PORT", port, "from 1 to 65535")
            for port in ("0", "65536", "-1", "9100.5", "http", "９１００", "9" * 99)
        ),
        ("KNOWLEDGE_DIR", "/no/such/place", "/no/such/place"),
        ("KNOWLEDGE_DIR", "~nosuch/kb", "~nosuch"),
        ("KNOWLEDGE_DIR", "x" * 300, "too long"),
        ("DISCORD_API_URL", "discord.com/api/v10", "https://"),
        ("DISCORD_API_URL", "http://[", "https://"),
        *((name, f"http://127.0.0.1:{port}/api", "port from 1 to 65535")
          for name in ("DISCORD_API_URL", "GATEWAY_URL") for port in ("99999", "0", "abc")),
        ("DISCORD_API_URL", "https://user:pw@host/api", "no user or password"),
        ("DISCORD_TOKEN", "one\ntwo", "single line"),
        ("DISCORD_TOKEN", "a\x01b", "cannot be printed"),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_with_the_name_of_its_variable(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({name: value})
    assert name in str(caught.value)
    assert told in str(caught.value)


def test_a_folder_that_nobody_may_look_at_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", forbidden)
    with pytest.raises(SettingsError, match=r"^KNOWLEDGE_DIR: cannot look at /root/kb: Permission denied$"):
        Settings.from_env({"KNOWLEDGE_DIR": "/root/kb"})


def test_metrics_are_off_until_they_are_given_a_port() -> None:
    assert Settings.from_env({}).metrics_port is None
    for port in (1, 9100, 65535):
        assert Settings.from_env({"METRICS_PORT": str(port)}).metrics_port == port


def test_answers_are_limited_as_the_operator_says() -> None:
    per = {"ANSWERS_PER_PERSON": " 3 ", "ANSWERS_PER_CHANNEL": "9999", "ANSWERS_PER_SERVER": "1"}
    settings = Settings.from_env(per)
    assert (settings.answers_per_person, settings.answers_per_channel, settings.answers_per_server) == (3, 9999, 1)
    assert Settings.from_env({**per, "ANSWERS_PER_PERSON": ""}).answers_per_person == 6


@pytest.mark.parametrize("name", ["ANSWERS_PER_PERSON", "ANSWERS_PER_CHANNEL", "ANSWERS_PER_SERVER"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "10000", "６"])
def test_a_limit_that_is_no_number_of_answers_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is .*from 1 to 9999"):
        Settings.from_env({name: value})


@pytest.mark.parametrize(
    ("ids", "count", "taken"),
    [
        ("", "", set()),
        ("", "16", set()),
        ("0", "1", {0}),
        ("0-3", "8", {0, 1, 2, 3}),
        (" 4 - 5, 7 ", " 8 ", {4, 5, 7}),
        ("7,0,2-2", "08", {0, 2, 7}),
    ],
)
def test_shards_are_numbers_and_ranges_of_as_many_as_there_are(ids: str, count: str, taken: set[int]) -> None:
    settings = Settings.from_env({"SHARD_IDS": ids, "SHARD_COUNT": count})
    assert settings.shard_ids == taken
    assert settings.shard_count == (int(count) if count else None)


@pytest.mark.parametrize(
    ("ids", "count", "told"),
    [
        *(("", count, r"^SHARD_COUNT is .*from 1 to 9999") for count in ("0", "-1", "2.0", "many", "８", "9" * 9)),
        ("0-3", "", r"^SHARD_IDS needs SHARD_COUNT"),
        ("8", "8", r"^SHARD_IDS has '8'.*the shards are 0 to 7"),
        ("0,6-9", "8", r"^SHARD_IDS has '6-9'.*the shards are 0 to 7"),
        *(
            (f"0,{part}", "8", rf"^SHARD_IDS has '{part}'.*such as 0-3")
            for part in ("", "3-1", "-1", "1-", "two", "1-2-3", "1 2", "０", "1.5")
        ),
        ("0-3,2", "8", r"^SHARD_IDS names shard 2 twice, the second time with '2'"),
        ("1,1", "8", r"^SHARD_IDS names shard 1 twice"),
    ],
)
def test_shards_that_cannot_be_are_told_with_the_place(ids: str, count: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        Settings.from_env({"SHARD_IDS": ids, "SHARD_COUNT": count})


def test_a_proxy_address_keeps_its_path_and_its_password_stays_out_of_the_error() -> None:
    assert (
        Settings.from_env({"DISCORD_API_URL": "http://proxy:8080/api/v10/"}).discord_api_url
        == "http://proxy:8080/api/v10"
    )
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"DISCORD_API_URL": "ftp://me:hunter2@proxy/"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("sqlite+aiosqlite:///desk.sqlite3", "sqlite+aiosqlite:///desk.sqlite3"),
        ("sqlite+aiosqlite:////var/lib/desk.sqlite3", "sqlite+aiosqlite:////var/lib/desk.sqlite3"),
        ("sqlite+aiosqlite://", "sqlite+aiosqlite://"),
        ("sqlite:///desk.sqlite3", "sqlite+aiosqlite:///desk.sqlite3"),
        ("postgres://me:pw@host:5432/desk", "postgresql://me:pw@host:5432/desk"),
        ("postgresql://me:pw@host/desk", "postgresql://me:pw@host/desk"),
        ("postgresql+asyncpg://me:p%40w@[::1]:5433/desk", "postgresql://me:p%40w@[::1]:5433/desk"),
        ("PostgreSQL://host/desk", "postgresql://host/desk"),
        ("postgres://one:5432,two:5433/desk", "postgresql://one:5432,two:5433/desk"),
        ("postgresql:///desk?host=/run/postgresql", "postgresql:///desk?host=%2Frun%2Fpostgresql"),
        ("postgres://host/desk?sslmode=require", "postgresql://host/desk?sslmode=require"),
        ("postgresql+asyncpg://host/desk?ssl=verify-full", "postgresql://host/desk?sslmode=verify-full"),
    ],
)
def test_a_database_may_be_named_in_every_usual_form(given: str, taken: str) -> None:
    assert Settings.from_env({"DATABASE_URL": given}).database_url == taken


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
def test_every_ssl_mode_of_postgresql_is_taken(mode: str) -> None:
    url = f"postgresql://host/desk?sslmode={mode}"
    assert Settings.from_env({"DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("hunter2", "sqlite+aiosqlite://"),
        ("mysql://me:hunter2@host/desk", "postgresql://"),
        ("sqlite+aiosqlite://hunter2.sqlite3", "three slashes"),
        ("postgres://me:hunter2@2@host/desk", "%40"),
        ("postgres://me:hunter2/2@host/desk", "%2F"),
        ("postgres://me:5432/hunter2@host/desk", "%2F"),
        ("postgres://me:hunter2#2@host/desk", "%23"),
        ("postgres://me:hunter2?2@host/desk", "%3F"),
        ("postgres://me:hunter2@[host/desk", "cannot be read"),
        ("postgres://me:hunter2@host:port/desk", "cannot be read"),
        ("postgres://me:hunter2@host:0/desk", "cannot be read"),
        ("postgres://me:hunter2@host/desk?sslmode", "cannot be read"),
        ("postgres://me:hunter2@host/desk?sslmode=sure", "verify-full"),
    ],
)
def test_a_database_that_cannot_be_meant_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL") as caught:
        Settings.from_env({"DATABASE_URL": url})
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_database_password_is_never_shown() -> None:
    assert "hunter2" not in repr(Settings.from_env({"DATABASE_URL": "postgres://me:hunter2@host/desk"}))


@pytest.mark.parametrize(
    "given",
    [
        "https://api.one.example",
        "https://api.one.example/v1",
        "https://api.one.example/v1/",
        "https://api.one.example/",
    ],
)
def test_the_gateway_is_taken_with_or_without_its_version(given: str) -> None:
    assert Settings.from_env({"GATEWAY_URL": given}).gateway_url == "https://api.one.example"


@pytest.mark.parametrize("url", ["api.one.example", "ftp://api.one.example", "https://me:hunter2@api.one.example"])
def test_a_gateway_that_cannot_be_meant_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^GATEWAY_URL") as caught:
        Settings.from_env({"GATEWAY_URL": url})
    assert "hunter2" not in str(caught.value)


def test_the_gateways_key_is_taken_with_or_without_bearer_and_never_shown() -> None:
    for given in ("sk-hunter2", " Bearer sk-hunter2\n"):
        settings = Settings.from_env({"GATEWAY_KEY": given})
        assert settings.gateway_key == "sk-hunter2"
        assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("key", ["sk-hunter2\r\nHost: evil", "sk-hunter2 sk-other", "sk-密钥hunter2"])
def test_a_gateways_key_that_cannot_be_one_is_told_without_it(key: str) -> None:
    with pytest.raises(SettingsError, match=r"^GATEWAY_KEY") as caught:
        Settings.from_env({"GATEWAY_KEY": key})
    assert "hunter2" not in str(caught.value)


def test_what_nobody_may_read_is_the_token_the_gateways_key_and_the_databases_password() -> None:
    env = {
        "DISCORD_TOKEN": "a-token",
        "GATEWAY_KEY": "a-key",
        "DATABASE_URL": "postgresql://desk:p%40ss-word@localhost/desk",
    }
    assert Settings.from_env(env).secrets == ("a-token", "a-key", "p%40ss-word", "p@ss-word")
