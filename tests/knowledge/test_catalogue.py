from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge import catalogue_cache
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import GROUPS, MODELS, Catalogue, CatalogueError, decode, version_of
from bot.knowledge.model_lookup import ModelLookup
from bot.knowledge.model_sentences import MOST_GROUPS, sentences
from bot.knowledge.schema import LANGUAGES, Family, Models
from bot.knowledge.spellings import Spellings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(name: Any, *groups: Any) -> dict[str, Any]:
    return {"model_name": name, "enable_groups": list(groups), "quota_type": 0, "model_ratio": 1.25}


def pricing(*rows: Any, **changed: Any) -> dict[str, Any]:
    """What `/api/pricing` answers."""
    usable = {"default": "Everybody", "vip": "Friends"}
    return {"success": True, "data": list(rows), "group_ratio": {"default": 1}, "usable_group": usable} | changed


def listed(*names: Any) -> dict[str, Any]:
    """What `/v1/models` answers."""
    data = [{"id": name, "object": "model", "created": 1626777600, "owned_by": "custom"} for name in names]
    return {"data": data, "object": "list", "success": True}


@pytest.fixture
def catalogue() -> Catalogue:
    rows = (row("gpt-4o", "default", "vip"), row("claude-sonnet-4-6", "vip"), row("deepseek-ai/DeepSeek-V3", "all"))
    return Catalogue.from_pricing(pricing(*rows), NOON, "v1.0.0")


@pytest.fixture
def models() -> Models:
    family = Family(
        provider="OpenAI",
        prefixes=("gpt",),
        models=("gpt-4o", "gpt-5.6"),
        aliases={"gpt-four-o": "gpt-4o", "chat-five": "gpt-5.6"},
        retired={"gpt-3": "gpt-4o", "gpt-2": "gpt-5.6", "gpt-1": None},
    )
    return Models(families={"openai": family})


# Reading


def test_a_model_is_served_by_its_groups(catalogue: Catalogue) -> None:
    assert catalogue.offered("gpt-4o")
    assert catalogue.groups_of("gpt-4o") == {"default", "vip"}
    assert catalogue.groups_of("claude-sonnet-4-6") == {"vip"}
    assert catalogue.groups == {"default", "vip"}
    assert (catalogue.fetched_at, catalogue.version) == (NOON, "v1.0.0")


def test_groups_that_are_not_for_everybody_are_named_nowhere_nor_are_models_that_only_they_serve() -> None:
    read = Catalogue.from_pricing(pricing(row("gpt-4o", "default", "staff"), row("gpt-6", "staff")), NOON)
    assert read.models == {"gpt-4o": {"default"}}
    assert "staff" not in json.dumps(read.as_json())


def test_all_means_every_group(catalogue: Catalogue) -> None:
    assert catalogue.groups_of("deepseek-ai/DeepSeek-V3") == catalogue.groups


def test_a_model_that_stands_there_twice_has_the_groups_of_both() -> None:
    read = Catalogue.from_pricing(pricing(row("gpt-4o", "default"), row("gpt-4o", "vip")), NOON)
    assert read.models == {"gpt-4o": {"default", "vip"}}


def test_prices_without_a_table_of_groups_tell_the_models_alone() -> None:
    answer = pricing(row("gpt-4o", "default"), {"model_name": "gpt-5", "enable_groups": None})
    del answer["usable_group"]
    read = Catalogue.from_pricing(answer, NOON)
    assert read.models == {"gpt-4o": frozenset(), "gpt-5": frozenset()}
    assert read.groups == frozenset()


def test_the_group_without_a_name_which_stands_for_the_users_own_is_none() -> None:
    usable = {"": "Yours", "default": "Everybody"}
    assert Catalogue.from_pricing(pricing(row("m", "default"), usable_group=usable), NOON).groups == {"default"}


def test_a_list_of_models_has_no_groups() -> None:
    read = Catalogue.from_models(listed("gpt-4o", "o3"), NOON)
    assert read.models == {"gpt-4o": frozenset(), "o3": frozenset()}


def test_a_list_in_the_anthropic_form_is_a_list_as_well() -> None:
    answer = {"data": [{"id": "claude-sonnet-4-6", "type": "model"}], "first_id": "x", "has_more": False}
    assert Catalogue.from_models(answer, NOON).offered("claude-sonnet-4-6")


def test_the_version_is_read_from_the_status() -> None:
    assert version_of({"success": True, "data": {"version": "v0.9.1", "system_name": "4All"}}) == "v0.9.1"
    assert version_of({"success": True, "data": {}}) is None


@pytest.mark.parametrize(
    "answer",
    [
        None, [], "text", 7, {}, {"success": False, "message": "no"}, {"data": None}, {"data": {}}, {"data": "gpt"},
        {"data": []}, {"data": ["gpt-4o"]}, {"data": [None]}, {"data": [{}]},
        pricing(row(None)), pricing(row(7)), pricing(row("")), pricing(row("  ", "vip")), pricing(row(["x"], "vip")),
        pricing(row("gpt\n4", "vip")), pricing(row("gpt\x1b[31m", "vip")), pricing(row("gpt\u202e", "vip")),
        pricing(row("gpt\ud800", "vip")), pricing(row("x" * 10_000, "vip")),
        pricing(row("gpt-4o", None)), pricing(row("gpt-4o", {})), pricing({"model_name": "a", "enable_groups": "vip"}),
        pricing(row("gpt-4o", "vip"), usable_group=["vip"]), pricing(row("m", "vip"), usable_group={"v\x07": ""}),
        pricing(row("gpt-4o", "vip"), usable_group={"x" * 10_000: ""}), pricing(row("gpt-4o", "staff")),
        pricing(row("gpt-4o", "vip"), usable_group={f"group {i}": "" for i in range(GROUPS + 1)}),
        pricing(*[row("a", "vip")] * (MODELS + 1)),
    ],
)  # fmt: skip
def test_prices_that_are_none_are_refused_whole(answer: Any) -> None:
    with pytest.raises(CatalogueError):
        Catalogue.from_pricing(answer, NOON)


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, listed(), listed(None), listed(""), listed("a\tb"), listed("a" * 10_000), listed("a", 7),
     {"data": [{"name": "gpt-4o"}]}, {"success": False, "data": [{"id": "a"}]}, listed(*map(str, range(MODELS + 1)))],
)  # fmt: skip
def test_a_list_that_is_none_is_refused_whole(answer: Any) -> None:
    with pytest.raises(CatalogueError):
        Catalogue.from_models(answer, NOON)


@pytest.mark.parametrize("answer", [None, {"success": False}, {"data": {"version": 7}}, {"data": {"version": "1\n2"}}])
def test_a_status_that_is_none_is_refused(answer: Any) -> None:
    with pytest.raises(CatalogueError):
        version_of(answer)


@pytest.mark.parametrize("body", [b"", b"<!doctype html>", b'{"data": [', b"\xff\xfe", b"[" * 200_000, b"9" * 9_999])
def test_what_is_no_json_is_refused_in_words_of_our_own(body: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"^it is not JSON$"):
        decode(body)


def test_a_refusal_quotes_nothing_of_what_was_sent() -> None:
    for answer in (pricing(row("hunter2\n", "vip")), pricing(row("hunter2" * 99, "vip"))):
        with pytest.raises(CatalogueError) as refused:
            Catalogue.from_pricing(answer, NOON)
        assert "hunter2" not in str(refused.value)


# Asking


@pytest.mark.parametrize("asked", ["gpt-4o", "GPT-4O", " gpt 4o ", "gpt4o", "gpt_4o", "openai/gpt-4o"])
def test_a_name_is_found_however_it_is_written(catalogue: Catalogue, asked: str) -> None:
    assert Spellings(catalogue.models).exact(asked) == "gpt-4o"


def test_only_the_exact_name_is_offered(catalogue: Catalogue) -> None:
    assert not catalogue.offered("GPT-4o")
    assert catalogue.groups_of("GPT-4o") == frozenset()
    assert Spellings(catalogue.models).exact("gpt-4") is None


def test_of_two_names_that_differ_in_case_each_is_its_own() -> None:
    read = Catalogue.from_models(listed("Qwen-Max", "qwen-max"), NOON)
    assert read.offered("Qwen-Max")
    assert read.offered("qwen-max")
    assert not read.offered("QWEN-MAX")
    assert Spellings(read.models).exact("QWEN-MAX") == "Qwen-Max"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("gpt-4p", "gpt-4o"), ("claude-sonet-4.6", "claude-sonnet-4-6"), ("deepseek-v3", "deepseek-ai/DeepSeek-V3"),
     ("claude-sonnet", "claude-sonnet-4-6")],
)  # fmt: skip
def test_what_is_like_a_name_is_near_it(catalogue: Catalogue, asked: str, meant: str) -> None:
    assert Spellings(catalogue.models).nearest(asked)[0] == meant


@pytest.mark.parametrize("asked", ["", "x", "/", "banana", "\u202e", "gpt" * 10_000])
def test_what_is_like_no_name_is_near_none(catalogue: Catalogue, asked: str) -> None:
    assert Spellings(catalogue.models).nearest(asked) == ()


@pytest.mark.parametrize(
    ("group", "serves"),
    [("vip", True), ("default", False), ("auto(vip)", True), ("auto", None), ("staff", None), ("", None)],
)
def test_a_group_serves_a_model_or_not_where_that_can_be_known(
    catalogue: Catalogue, group: str, serves: bool | None
) -> None:
    assert catalogue.serves("claude-sonnet-4-6", group) is serves


def test_nothing_is_known_of_a_group_and_a_model_that_is_not_there(catalogue: Catalogue) -> None:
    assert catalogue.serves("banana", "vip") is None


def test_without_groups_no_group_is_said_not_to_serve() -> None:
    assert Catalogue.from_models(listed("gpt-4o"), NOON).serves("gpt-4o", "vip") is None


# Keeping


def test_what_is_kept_comes_back(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert catalogue_cache.load("https://one.example") is None
    catalogue_cache.keep("https://one.example", catalogue)
    assert catalogue_cache.load("https://one.example") == catalogue
    assert catalogue_cache.load("https://two.example") is None
    assert len(list((tmp_path / "error-desk").iterdir())) == 1


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"{", b"[]", b"{}",
     b'{"models": {}, "groups": [], "fetched_at": "2026-11-22T12:00:00+00:00", "version": null}',
     b'{"models": {"a": 7}, "groups": [], "fetched_at": "2026-11-22T12:00:00+00:00", "version": null}',
     b'{"models": {"a": []}, "groups": [], "fetched_at": "yesterday", "version": null}',
     b'{"models": {"a": []}, "groups": [], "fetched_at": "2026-11-22T12:00:00", "version": null}',
     b'{"models": {"a": []}, "groups": [7], "fetched_at": "2026-11-22T12:00:00+00:00", "version": null}'],
)  # fmt: skip
def test_a_broken_file_is_no_catalogue(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rubbish: bytes
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    catalogue_cache.keep("https://one.example", catalogue)
    (file,) = (tmp_path / "error-desk").iterdir()
    file.write_bytes(rubbish)
    assert catalogue_cache.load("https://one.example") is None


def test_without_a_home_nothing_is_kept(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert catalogue_cache.load("https://one.example") is None
    with pytest.raises(OSError, match="home"):
        catalogue_cache.keep("https://one.example", catalogue)


def test_a_newer_catalogue_that_cannot_be_written_leaves_the_last(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    catalogue_cache.keep("https://one.example", catalogue)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.knowledge.kept.json.dump", full)
    with pytest.raises(OSError, match="No space"):
        catalogue_cache.keep("https://one.example", Catalogue({"b": frozenset()}, frozenset(), NOON))
    assert catalogue_cache.load("https://one.example") == catalogue
    assert len(list((tmp_path / "error-desk").iterdir())) == 1


# What is known of a name


@pytest.mark.parametrize(
    ("asked", "standing", "name"),
    [("gpt-4o", "right", "gpt-4o"), ("GPT 4o", "other-spelling", "gpt-4o"), ("gpt-four-o", "other-spelling", "gpt-4o"),
     ("gpt-3", "retired", "gpt-4o"), ("GPT-3", "retired", "gpt-4o"), ("gpt-1", "retired", None),
     ("banana", "unknown", None)],
)  # fmt: skip
def test_without_a_catalogue_the_known_names_tell(models: Models, asked: str, standing: str, name: str | None) -> None:
    facts = ModelLookup(models).look_up(asked)
    assert (facts.standing, facts.name, facts.live, facts.groups) == (standing, name, False, ())


@pytest.mark.parametrize(
    ("asked", "standing", "name", "groups"),
    [("gpt-4o", "right", "gpt-4o", ("default", "vip")),
     ("gpt-four-o", "other-spelling", "gpt-4o", ("default", "vip")),
     ("gpt-3", "retired", "gpt-4o", ("default", "vip")),
     ("gpt-2", "retired", None, ()),
     ("gpt-5.6", "unknown", None, ()),
     ("chat-five", "unknown", None, ()),
     ("claude-sonnet-4-6", "right", "claude-sonnet-4-6", ("vip",))],
)  # fmt: skip
def test_with_a_catalogue_only_what_it_offers_is_right(
    models: Models, catalogue: Catalogue, asked: str, standing: str, name: str | None, groups: tuple[str, ...]
) -> None:
    facts = ModelLookup(models, catalogue).look_up(asked)
    assert (facts.standing, facts.name, facts.live, facts.groups) == (standing, name, True, groups)


def test_a_name_that_its_maker_retired_is_right_where_the_service_still_offers_it(models: Models) -> None:
    lookup = ModelLookup(models, Catalogue.from_models(listed("gpt-3", "gpt-4o"), NOON))
    assert lookup.look_up("gpt-3").standing == "right"
    assert (lookup.look_up("GPT-3").standing, lookup.look_up("GPT-3").name) == ("other-spelling", "gpt-3")


def test_names_are_listed_by_provider_and_strangers_last(models: Models) -> None:
    lookup = ModelLookup(models, Catalogue.from_models(listed("zebra", "gpt-9", "openai/gpt-8", "gpt-4o"), NOON))
    assert lookup.by_family == {"OpenAI": ["gpt-4o", "gpt-9", "openai/gpt-8"], "": ["zebra"]}


def test_letters_are_completed_with_what_they_begin_then_what_holds_them_then_what_is_like_them(
    models: Models, catalogue: Catalogue
) -> None:
    right = ModelLookup(models, catalogue).right
    assert right.complete("", 25) == ["gpt-4o", "claude-sonnet-4-6", "deepseek-ai/DeepSeek-V3"]
    assert right.complete("sonnet", 25) == ["claude-sonnet-4-6"]
    assert right.complete("deepseekv3", 25) == ["deepseek-ai/DeepSeek-V3"]
    assert right.complete("claud sonet 46", 25) == ["claude-sonnet-4-6"]
    assert right.complete("gpt" * 10_000, 25) == []


def test_every_shipped_name_alias_and_retired_name_is_what_the_file_says(knowledge: Knowledge) -> None:
    lookup = ModelLookup(knowledge.families)
    for family in knowledge.families.families.values():
        for name in family.models:
            assert lookup.look_up(name).name == name
        for alias, name in family.aliases.items():
            assert lookup.look_up(alias).name == name
        for name, successor in family.retired.items():
            facts = lookup.look_up(name)
            assert (facts.standing, facts.name) == ("retired", successor)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("asked", ["gpt-4o", "gpt4o", "gpt-3", "gpt-1", "banana", "{name}", ""])
def test_every_standing_can_be_said(models: Models, catalogue: Catalogue, lang: Any, asked: str) -> None:
    for lookup in (ModelLookup(models), ModelLookup(models, catalogue)):
        facts = lookup.look_up(asked)
        said = "\n".join(sentences(facts, lang, lambda name: f"<{name}>"))
        assert f"<{asked}>" in said
        assert facts.name is None or f"<{facts.name}>" in said
        assert all(f"<{group}>" in said for group in facts.groups)


def test_many_groups_are_counted_in_place_of_named(models: Models) -> None:
    groups = {f"group {i:02}": "" for i in range(MOST_GROUPS + 7)}
    catalogue = Catalogue.from_pricing(pricing(row("gpt-4o", "all"), usable_group=groups), NOON)
    said = "\n".join(sentences(ModelLookup(models, catalogue).look_up("gpt-4o"), "en", str))
    assert "group 14, and 7 more" in said
    assert "group 15" not in said


def test_the_time_of_a_catalogue_is_kept_to_the_microsecond() -> None:
    late = NOON + timedelta(microseconds=1)
    read = Catalogue.from_models(listed("a"), late)
    assert Catalogue.from_json(json.loads(json.dumps(read.as_json()))).fetched_at == late
