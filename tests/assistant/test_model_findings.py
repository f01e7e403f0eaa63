"""What the service's own catalogue tells of a model and its group, and where it keeps quiet."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.assistant.assistant import Assistant
from bot.assistant.findings.model import MOST_GROUPS
from bot.cli import app
from bot.knowledge import catalogue_cache
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import FRESH, Catalogue
from bot.knowledge.schema import Language
from bot.knowledge.spellings import LONGEST

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = "(request id: 202605200714345261721308268d9d6SjTLSqD4)"
CALLED = "POST https://api.4allapi.com/v1/chat/completions\n"

OFFERED = {
    "gpt-4o": {"default", "vip"},
    "gpt-4o-mini": {"default", "vip"},
    "claude-opus-4-5": {"vip"},
    "claude-sonnet-4-5-20250929": {"vip"},
    "gpt-5.6-sol": {"default"},
    "deepseek-ai/DeepSeek-V3": {"default"},
    "house-blend-7": {"default"},
    "gpt-4o官方": {"vip"},
    "o1": {"default"},
}
GROUPS = frozenset({"default", "vip", "svip"})


def offers(models: dict[str, set[str]], groups: frozenset[str] = GROUPS) -> Catalogue:
    return Catalogue({name: frozenset(served) for name, served in models.items()}, groups, NOON)


Live = Callable[..., Assistant]


@pytest.fixture
def live(knowledge: Knowledge) -> Live:
    """Make an assistant that has a catalogue, some time after it was fetched."""

    def make(catalogue: Catalogue | None = None, later: timedelta = timedelta(minutes=5)) -> Assistant:
        return Assistant(knowledge, catalogue or offers(OFFERED), clock=lambda: NOON + later)

    return make


def own(message: str, code: str = "") -> str:
    """An error of the gateway itself."""
    return f'{{"error":{{"code":"{code}","message":"{message} {ID}","type":"new_api_error"}}}}'


def old_chinese(model: str, group: str) -> str:
    return own(f"当前分组 {group} 下对于模型 {model} 无可用渠道")


def new_chinese(model: str, group: str) -> str:
    return own(f"分组 {group} 下模型 {model} 无可用渠道（distributor）", "model_not_found")


def traditional(model: str, group: str) -> str:
    return own(f"分組 {group} 下模型 {model} 無可用管道（distributor）", "model_not_found")


def english(model: str, group: str) -> str:
    return own(f"No available channel for model {model} under group {group} (distributor)", "model_not_found")


def failed(model: str, group: str) -> str:
    return own(f"获取分组 {group} 下模型 {model} 的可用渠道失败（distributor）：auto groups is not enabled")


def one_hub(model: str, group: str) -> str:
    return f"There are no channels available for model {model} under the current group {group}"


def in_python(model: str, group: str) -> str:
    error = {"error": {"code": "model_not_found", "message": f"当前分组 {group} 下对于模型 {model} 无可用渠道"}}
    return f"openai.InternalServerError: Error code: 503 - {error}"


TEXTS = [old_chinese, new_chinese, traditional, english, failed, one_hub, in_python]


def told(assistant: Assistant, text: str, lang: Language = "en") -> dict[str, str]:
    """What is told of the model in a message."""
    findings = assistant.ask(text, lang=lang).findings
    return {finding.id: finding.text for finding in findings if finding.id.startswith("model-")}


# The group


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("written", TEXTS)
def test_the_groups_that_offer_a_model_are_told_where_the_group_of_the_error_does_not(
    live: Live, written: Callable[[str, str], str], lang: Language
) -> None:
    (text,) = told(live(), written("gpt-4o", "svip"), lang).items()
    assert text[0] == "model-other-groups"
    values = ["`gpt-4o`", "`svip`", "`default`", "`vip`"]
    assert sorted(re.findall("`[^`]+`", text[1])) == sorted(values)
    assert bool(re.search("[\u4e00-\u9fff]", text[1])) == (lang == "zh")


@pytest.mark.parametrize("written", TEXTS)
def test_where_the_group_offers_the_model_it_is_the_channel_that_is_missing(
    live: Live, written: Callable[[str, str], str]
) -> None:
    assert told(live(), written("claude-opus-4-5", "vip")).keys() == {"model-right"}
    assert "`vip`" in told(live(), written("claude-opus-4-5", "vip"))["model-right"]


def test_a_name_of_the_service_alone_is_right(live: Live, assistant: Assistant) -> None:
    assert told(live(), english("house-blend-7", "default")).keys() == {"model-right"}
    assert not told(assistant, english("house-blend-7", "default"))


@pytest.mark.parametrize("sent", ["deepseek-ai/DeepSeek-V3", "gpt-4o"])
def test_a_name_that_is_commonly_known_is_right_only_where_the_service_offers_it(
    live: Live, assistant: Assistant, sent: str
) -> None:
    assert told(live(), english(sent, "default")).keys() == {"model-right"}
    assert not told(assistant, english(sent, "default"))


def test_a_name_that_its_maker_retired_is_right_where_the_service_offers_it(live: Live, assistant: Assistant) -> None:
    assert told(assistant, english("o1", "default")).keys() == {"model-retired"}
    assert told(live(), english("o1", "default")).keys() == {"model-right"}


@pytest.mark.parametrize("group", ["staff", "auto", "纯AZ", "default-2", "vip(fast)", "auto(staff)", "staff,auto"])
@pytest.mark.parametrize("written", TEXTS)
def test_of_a_group_that_is_not_public_it_is_not_said_that_it_lacks_the_model(
    live: Live, written: Callable[[str, str], str], group: str
) -> None:
    (told_,) = told(live(), written("gpt-4o", group)).items()
    assert told_[0] == "model-offered"
    assert "`default`, `vip`" in told_[1]
    assert group not in told_[1]


@pytest.mark.parametrize(
    ("group", "id_"),
    [("auto(vip)", "model-right"), ("auto(default)", "model-other-groups"), ("default,vip", "model-right"),
     ("default,svip", "model-other-groups"), ("default,staff", "model-offered"), ("staff,vip", "model-right")],
)  # fmt: skip
@pytest.mark.parametrize("written", [new_chinese, english])
def test_of_several_groups_one_is_enough(live: Live, written: Callable[[str, str], str], group: str, id_: str) -> None:
    assert told(live(), written("claude-opus-4-5", group)).keys() == {id_}


def test_a_group_with_a_comma_in_its_name_is_one(live: Live) -> None:
    catalogue = offers({"gpt-4o": {"a,b"}, "o1": {"a"}}, frozenset({"a", "a,b"}))
    assert told(live(catalogue), english("gpt-4o", "a,b")).keys() == {"model-right"}
    assert told(live(catalogue), english("o1", "a,b")).keys() == {"model-other-groups"}


def test_where_the_service_names_no_groups_nothing_is_said_of_them(live: Live) -> None:
    catalogue = offers({"gpt-4o": set()}, frozenset())
    assert told(live(catalogue), english("gpt-4o", "svip")).keys() == {"model-right"}


def test_many_groups_are_not_all_named(live: Live) -> None:
    groups = {f"g{i:02}" for i in range(MOST_GROUPS + 1)}
    text = told(live(offers({"gpt-4o": groups}, GROUPS | groups)), english("gpt-4o", "svip"))["model-other-groups"]
    assert f"`g{MOST_GROUPS - 1:02}`, `…`" in text
    assert f"g{MOST_GROUPS:02}" not in text


# The name


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("group", ["default", "svip", "staff", "auto"])
@pytest.mark.parametrize("written", TEXTS)
def test_a_name_that_is_not_offered_is_told_with_the_nearest_that_are(
    live: Live, written: Callable[[str, str], str], group: str, lang: Language
) -> None:
    (text,) = told(live(), written("gpt-4o-mni", group), lang).items()
    assert text[0] == "model-not-offered"
    assert re.findall("`[^`]+`", text[1])[:2] == ["`gpt-4o-mni`", "`gpt-4o-mini`"]
    assert bool(re.search("[\u4e00-\u9fff]", text[1])) == (lang == "zh")


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ("houseblend7", ["house-blend-7"]),
        ("gpt-4o-2024-01-01", ["gpt-4o"]),
        ("claude-sonnet-4-5", ["claude-sonnet-4-5-20250929"]),
        ("DeepSeek-V3", ["deepseek-ai/DeepSeek-V3"]),
        ("siliconflow/deepseek-v3", ["deepseek-ai/DeepSeek-V3"]),
        ("openai/gpt-4o-mni", ["gpt-4o-mini"]),
        ("gpt-4\u043e-mini", ["gpt-4o-mini"]),
        ("opus-claude-4-5", ["claude-opus-4-5"]),
    ],
)
def test_what_is_near_is_what_the_service_offers(live: Live, sent: str, nearest: list[str]) -> None:
    text = told(live(), english(sent, "default"))["model-not-offered"]
    assert re.findall("`([^`]+)`", text)[1:] == nearest


def test_no_more_than_three_are_named(live: Live) -> None:
    catalogue = offers({f"house-blend-{letter}": {"vip"} for letter in "abcdef"})
    text = told(live(catalogue), english("house-blend-x", "vip"))["model-not-offered"]
    assert len(re.findall("`house-blend-[a-f]`", text)) == 3


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "sent", ["my-company-bot", "gpt-4.1", "claude-opus-4-6", "claude-sonnet-4-5-20260101", "house-blend-8", "模型"]
)
def test_another_version_or_date_is_not_near(live: Live, sent: str, lang: Language) -> None:
    text = told(live(), old_chinese(sent, "default"), lang)
    assert text.keys() == {"model-not-offered-none"}
    assert re.findall("`([^`]+)`", text["model-not-offered-none"]) == [sent]


@pytest.mark.parametrize(
    ("sent", "id_", "put"),
    [
        ("openai/gpt-4o", "model-prefix", "gpt-4o"),
        ("claude-opus-4.5", "model-alias", "claude-opus-4-5"),
        ("GPT-4o", "model-alias", "gpt-4o"),
        ("House_Blend 7", "model-spaces", "house-blend-7"),
        (" gpt-4o", "model-spaces", "gpt-4o"),
        ("gpt-4o\u200b", "model-spaces", "gpt-4o"),
        ("gpt-4-turbo", "model-retired", "gpt-5.6-sol"),
    ],
)
def test_another_spelling_of_what_is_offered_is_told_as_ever(live: Live, sent: str, id_: str, put: str) -> None:
    text = told(live(), old_chinese(sent, "default"))
    assert text.keys() == {id_}
    assert f"`{put}`" in text[id_]


@pytest.mark.parametrize("sent", ["openai/gpt-4o", "claude-opus-4.5", "GPT-4o", "gpt-4-turbo", " gpt-4o"])
def test_no_name_is_proposed_that_the_service_does_not_offer(live: Live, assistant: Assistant, sent: str) -> None:
    error = old_chinese(sent, "default")
    assert told(assistant, error)
    text = told(live(offers({"house-blend-7": {"default"}})), error)
    assert text.keys() == {"model-not-offered-none"}
    assert re.findall("`([^`]+)`", text["model-not-offered-none"]) == [sent.strip()]


def test_a_name_that_is_gone_for_good_is_told_so(live: Live) -> None:
    assert told(live(), english("sora-2", "default")).keys() == {"model-gone"}


def test_where_no_model_was_sent_that_is_all(live: Live) -> None:
    assert told(live(), old_chinese("", "svip")).keys() == {"model-missing"}


def test_a_name_with_a_space_in_it_is_right_where_the_service_writes_it_so(live: Live) -> None:
    assert told(live(offers({"House Blend": {"vip"}})), english("House Blend", "vip")).keys() == {"model-right"}


def test_names_that_differ_in_letters_of_other_scripts_are_not_one(live: Live) -> None:
    catalogue = offers({"模型甲": {"vip"}, "模型乙": {"vip"}, "---": {"vip"}})
    assert told(live(catalogue), english("模型丙", "vip")).keys() == {"model-not-offered-none"}
    assert "model-alias" not in told(live(), english("gpt-4o-大", "vip"))


# Who says so, and when


@pytest.mark.parametrize(
    "called",
    [
        "POST https://gateway.example/v1/chat/completions\n",
        "base_url='https://gateway.example/v1'\n",
        "base_url='https://gateway.example'\nPOST https://api.4allapi.com/v1/chat/completions\n",
        "curl http://localhost:3000/v1/chat/completions\n",
        "https://gateway.example/v1/chat/completions answers\n",
        "OPENAI_BASE_URL=https://api.openai.com/v1\n",
    ],
)
@pytest.mark.parametrize("error", [english("gpt-4o", "svip"), english("house-blend-9", "vip")])
def test_of_another_host_the_catalogue_says_nothing(live: Live, assistant: Assistant, called: str, error: str) -> None:
    assert told(live(), called + error) == told(assistant, called + error)
    assert told(live(), CALLED + error) != told(assistant, CALLED + error)


@pytest.mark.parametrize("called", [CALLED, "base_url='https://4allapi.com/v1'\n", "see https://docs.example/errors\n"])
def test_an_address_that_is_the_services_or_was_not_called_changes_nothing(live: Live, called: str) -> None:
    assert told(live(), called + english("gpt-4o", "svip")).keys() == {"model-other-groups"}


@pytest.mark.parametrize(("sent", "id_"), [("claud-opus-4-5", "model-not-offered"), ("gpt-4o", "model-offered")])
def test_what_a_provider_says_is_no_word_of_the_service_unless_its_gateway_says_it(
    live: Live, assistant: Assistant, sent: str, id_: str
) -> None:
    words = f"The model `{sent}` does not exist or you do not have access to it."
    error = f"Error code: 404 - {{'error': {{'message': '{words}', 'type': 'invalid_request_error'}}}}"
    for text in (error, CALLED + error):
        assert told(live(), text) == told(assistant, text)
    assert told(live(), CALLED + own(words)).keys() == {id_}


def test_an_error_of_another_kind_says_nothing_of_the_model(live: Live) -> None:
    assert not told(live(), own("您已达到请求数限制：1分钟内最多请求20次") + " model=gpt-4o-mni group=svip")
    assert not told(live(), own("该令牌无权访问模型 gpt-4o"))
    assert not told(live(), "503")


@pytest.mark.parametrize("error", [english("gpt-4o", "svip"), english("house-blend-9", "vip"), english("o1", "vip")])
def test_a_catalogue_that_is_older_than_a_day_is_as_none(live: Live, assistant: Assistant, error: str) -> None:
    for later in (FRESH + timedelta(seconds=1), -FRESH - timedelta(seconds=1)):
        assert told(live(later=later), error) == told(assistant, error)
    for later in (FRESH, -timedelta(seconds=1)):
        assert told(live(later=later), error) != told(assistant, error)


def test_a_catalogue_grows_old_while_it_is_used(knowledge: Knowledge) -> None:
    now = [NOON]
    assistant = Assistant(knowledge, offers(OFFERED), clock=lambda: now[0])
    assert told(assistant, english("gpt-4o", "svip")).keys() == {"model-other-groups"}
    now[0] += timedelta(days=2)
    assert not told(assistant, english("gpt-4o", "svip"))


# Shown


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_names_of_a_catalogue_stand_between_backticks_and_are_cut(live: Live, lang: Language) -> None:
    groups = frozenset(f"`**@everyone** {{sent}} {i:02} ".ljust(LONGEST, "`") for i in range(100))
    models = {f"gpt-4o`[x](https://evil.example)<@1>{end}".ljust(LONGEST, "`"): set(groups) for end in "abcde"}
    assistant = live(offers({"gpt-4o": set(groups), **models}, groups | {"svip"}))
    texts = {
        "model-other-groups": told(assistant, english("gpt-4o", "svip"), lang),
        "model-not-offered": told(assistant, english("gpt-4o-x-https-evil.example-@1-f", "svip"), lang),
    }
    for id_, text in texts.items():
        assert text.keys() == {id_}
        assert len(text[id_]) < 1000
        shown = re.sub("`[^`]+`", "", text[id_])
        assert "`" not in shown
        assert not {"@", "*", "{", "<"} & set(shown)


# In the terminal


SERVICE = "http://127.0.0.1:1"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A catalogue on disk, of today."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    catalogue = Catalogue({"gpt-4o": frozenset({"vip"})}, GROUPS, datetime.now(UTC))
    catalogue_cache.keep(SERVICE, catalogue)
    return catalogue


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("environ", "says"),
    [({}, False), ({"GATEWAY_URL": ""}, False), ({"GATEWAY_URL": "http://127.0.0.1:2"}, False),
     ({"GATEWAY_URL": SERVICE}, True), ({"GATEWAY_URL": f" {SERVICE}/v1/ "}, True),
     ({"GATEWAY_URL": SERVICE, "DATABASE_URL": "nonsense"}, True)],
)  # fmt: skip
def test_the_catalogue_that_was_kept_is_used_where_the_service_is_set(environ: dict[str, str], says: bool) -> None:
    alone: dict[str, str | None] = {"GATEWAY_URL": None, "GATEWAY_KEY": None, "KNOWLEDGE_DIR": None}
    runner = CliRunner(env=alone | environ)
    error = english("gpt-4o", "svip")
    for words, given in ((["ask", error], ""), (["ask", "--jsonl"], f'{{"id": 1, "text": {json.dumps(error)}}}\n')):
        result = runner.invoke(app, words, input=given)
        assert result.exit_code == 0
        assert ("Groups that offer it: `vip`" in result.stdout) == says


def test_an_address_of_the_service_that_cannot_be_meant_is_told() -> None:
    result = CliRunner(env={"GATEWAY_URL": "nowhere", "KNOWLEDGE_DIR": None}).invoke(app, ["ask", "429"])
    assert result.exit_code == 2
    assert "GATEWAY_URL" in result.stderr


@pytest.mark.usefixtures("kept")
def test_nothing_is_fetched_for_an_answer_and_without_a_service_nothing_more_is_loaded() -> None:
    program = (
        "import sys; sys.argv = ['bot', 'ask', '429']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in sys.modules if name in "
        "{'aiohttp', 'asyncio', 'discord', 'bot.settings', 'bot.knowledge.catalogue_cache'}])"
    )
    loaded = {}
    for url in ("", SERVICE):
        environ = os.environ | {"GATEWAY_URL": url}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environ, check=True)
        loaded[url] = done.stdout.splitlines()[-1]
    assert loaded[""] == "[]"
    assert sorted(re.findall(r"[\w.]+", loaded[SERVICE])) == ["bot.knowledge.catalogue_cache", "bot.settings"]
