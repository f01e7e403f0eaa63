"""Every key here is put together at run time from a fixed alphabet; none was ever valid."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant.secrets import Masked, Secret, mask

ALPHANUMERIC = "a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwZy"
HEX = "0f1e2d3c4b5a6978"
BASE32 = "ABCDEFGHJK234567"
DIGITS = "9182736450"


def run(length: int, alphabet: str = ALPHANUMERIC) -> str:
    return "".join(islice(cycle(alphabet), length))


def pem(name: str) -> str:
    dashes = "-" * 5
    return f"{dashes}BEGIN {name}{dashes}\n{run(64)}\n{run(50)}==\n{dashes}END {name}{dashes}"


GATEWAY = "sk-" + run(48)
ABRIDGED = "sk-a1…6g"
BOT = "M" + run(25) + "." + run(6) + "." + run(38)
WEBHOOK = "https://discord.com/api/" + "webhooks/" + run(19, DIGITS) + "/" + run(68)
JWT = "eyJ" + run(33) + "." + "eyJ" + run(60) + "." + run(43)
UNKNOWN = run(32)

# kind, public prefix, what is secret; and the mask, where it is a word
FORMATS = [
    ("gateway", "sk-", run(48), ""),
    ("gateway", "", run(48), ""),
    ("one-hub", "sk-", run(17) + "_" + run(43), ""),
    ("openai", "sk-", run(20) + "T3Blbk" + "FJ" + run(20), ""),
    ("openai-project", "sk-proj-", run(74) + "T3Blbk" + "FJ" + run(74), ""),
    ("openai-project", "sk-svcacct-", run(60), ""),
    ("openai-project", "sk-admin-", run(60), ""),
    ("anthropic", "sk-ant-api03-", run(93) + "AA", ""),
    ("anthropic", "sk-ant-oat01-", run(93) + "AA", ""),
    ("openrouter", "sk-or-v1-", run(64, HEX), ""),
    ("deepseek", "sk-", run(32, HEX), ""),
    ("sk", "sk-", run(40), ""),
    ("google", "AIza", "Sy" + run(33), ""),
    ("groq", "gsk_", run(52), ""),
    ("xai", "xai-", run(80), ""),
    ("replicate", "r8_", run(37), ""),
    ("huggingface", "hf_", run(34), ""),
    ("huggingface", "api_org_", run(34), ""),
    ("perplexity", "pplx-", run(48), ""),
    ("azure", "", run(52) + "JQQJ9" + "9" + run(26), "[token]"),
    ("aws", "AKIA", run(16, BASE32), ""),
    ("aws", "ABSK", run(120), ""),
    ("elevenlabs", "sk_", run(48, HEX), ""),
    ("stripe", "sk_" + "live_", run(24), ""),
    ("stripe", "rk_" + "test_", run(24), ""),
    ("github", "ghp_", run(36), ""),
    ("github", "github_pat_", run(82), ""),
    ("slack", "xoxb-", run(12, DIGITS) + "-" + run(12, DIGITS) + run(24), ""),
    ("npm", "npm_", run(36), ""),
    ("cloudflare", "cfut_", run(40) + run(8, HEX), ""),
    ("zhipu", "", run(32, HEX) + "." + run(16), "[token]"),
    ("telegram", "", run(10, DIGITS) + ":" + run(35), "[token]"),
    ("discord-bot", "", BOT, "[token]"),
    ("discord-webhook", "", WEBHOOK, "[webhook]"),
    ("jwt", "", JWT, "[token]"),
    ("private-key", "", pem("RSA PRIVATE KEY"), "[private key]"),
]
KEYS = [prefix + value for _, prefix, value, _ in FORMATS]


def only(text: str) -> Secret:
    masked = mask(text)
    (secret,) = masked.secrets
    assert masked.text[secret.start : secret.end] == secret.shown
    return secret


def assert_nothing_readable(key: str, masked: Masked) -> None:
    rest = masked.text
    for secret in masked.secrets:
        rest = rest.replace(secret.shown, "\n")
    assert not [key[at : at + 8] for at in range(len(key) - 7) if key[at : at + 8] in rest]


# --- Formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "prefix", "value", "word"), FORMATS, ids=[kind for kind, *_ in FORMATS])
def test_every_format_is_masked_wherever_it_stands(kind: str, prefix: str, value: str, word: str) -> None:
    shown = word or f"{prefix}{value[:2]}…{value[-2:]}"
    for around in (
        "{}",
        "my {} fails",
        "密钥{}，请看",
        '"api_key": "{}",',
        "KEY={}\n",
        "({})",
        "**{}**",
        "_{}_",
        "`{}`",
    ):
        masked = mask(around.format(prefix + value))
        assert masked.text == around.format(shown)
        assert [(secret.kind, secret.shown) for secret in masked.secrets] == [(kind, shown)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("escape", ["\\n", "\\u003c", "%20", "\\t"])
def test_an_escaped_character_before_a_key_is_no_part_of_a_word(escape: str, key: str) -> None:
    assert_nothing_readable(key, mask(f"x{escape}{key}\\n"))


def test_several_keys_and_the_same_key_twice_are_each_masked_in_the_order_of_the_text() -> None:
    google = "AIza" + run(35)
    masked = mask(f"{GATEWAY} {google}\n{GATEWAY}")
    assert [secret.kind for secret in masked.secrets] == ["gateway", "google", "gateway"]
    assert masked.text == f"{ABRIDGED} AIzaa1…Zy\n{ABRIDGED}"
    assert [masked.text[secret.start : secret.end] for secret in masked.secrets] == masked.text.split()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Authorization: Bearer {GATEWAY}", "gateway"),
        (f"Authorization: Bearer {JWT}", "jwt"),
        (f"https://example.com/v1beta/models?key={'AIza' + run(35)}&alt=sse", "google"),
        (f"OPENAI_API_KEY={'sk-proj-' + run(60)}", "openai-project"),
        (f"openai-insecure-api-key.{GATEWAY}", "gateway"),
        (f"https://api.telegram.org/bot{run(10, DIGITS)}:{run(35)}/getMe", "telegram"),
    ],
)
def test_a_key_whose_format_is_known_is_named_by_it_and_not_by_its_place(text: str, kind: str) -> None:
    assert only(text).kind == kind


def test_a_key_glued_to_bearer_is_still_masked() -> None:
    assert mask(f"Bearer{GATEWAY}").text == f"Bearer{ABRIDGED}"


@pytest.mark.parametrize(
    "before",
    ["Sk-", "SK-", "sK_", "sk- ", "sk - ", "sk-\n", "sk -\n", "sk\u2013", "sk\u2014", "sk_", "ｓｋ－", "sk－", "sk:"],
)
def test_a_gateway_key_is_masked_however_its_prefix_is_written(before: str) -> None:
    masked = mask(f"why? {before}{run(48)} fails")
    assert masked.text == f"why? {before}a1…6g fails"
    assert [secret.kind for secret in masked.secrets] == ["gateway"]


@pytest.mark.parametrize(
    "before",
    [
        "my key is ",
        "token ",
        "api key ",
        "密钥是",
        "我的令牌是 ",
        "ANTHROPIC_AUTH_TOKEN ",
        "令牌：",
        "金鑰：",
        "key:",
        "APIキー：",
        "ключ: ",
        "clave: ",
        "Authorization: ",
        "Authorization: Bearer ",
        "ANTHROPIC_AUTH_TOKEN=",
        "- ",
        "> ",
        "`",
        "~~",
    ],
)
def test_a_gateway_key_without_its_prefix_is_masked_whatever_names_it(before: str) -> None:
    masked = mask(f"{before}{run(48)}\n401")
    assert masked.text == f"{before}a1…6g\n401"
    assert [secret.kind for secret in masked.secrets] == ["gateway"]


def test_a_key_as_older_gateways_draw_it_is_masked_without_its_prefix() -> None:
    identifier = "0f8fad5bd9cb469fa16570867728950e"
    alternating = "".join(char if at % 2 else char.upper() for at, char in enumerate(identifier))
    assert mask(f"token {run(16)}{alternating}").text == f"token a1…{alternating[-2:]}"


@pytest.mark.parametrize("behind", ["-123", "#12"])
def test_a_channel_behind_a_gateway_key_without_its_prefix_is_a_tail(behind: str) -> None:
    masked = mask(f"token {run(48)}{behind}, why?")
    assert masked.text == "token a1…6g, why?"
    assert masked.secrets[0].tail


@pytest.mark.parametrize("between", [" ", "\n", "\r\n", "\n  ", "\u00a0", "**"])
@pytest.mark.parametrize("at", [1, 5, 16, 20, 24, 40])
def test_a_gateway_key_in_two_parts_is_masked_to_its_end(between: str, at: int) -> None:
    key = run(48)
    masked = mask(f"it is sk-{key[:at]}{between}{key[at:]}, why?")
    assert_nothing_readable(key, masked)
    assert masked.text.startswith("it is sk-a")
    assert masked.text.endswith("…6g, why?")
    assert [secret.kind for secret in masked.secrets] == ["gateway"]
    assert mask(masked.text) == Masked(masked.text, ())


@pytest.mark.parametrize("behind", ["-123", "#12"])
def test_a_channel_behind_a_gateway_key_in_two_parts_is_a_tail(behind: str) -> None:
    masked = mask(f"sk-{run(24)} {run(48)[24:]}{behind}, why?")
    assert masked.text == "sk-a1…6g, why?"
    assert masked.secrets[0].tail


@pytest.mark.parametrize("behind", ["_", "__", "_-x", "-_-", "**", "'s"])
def test_a_mark_behind_a_gateway_key_in_two_parts_leaves_nothing_of_it_readable(behind: str) -> None:
    assert_nothing_readable(run(48), mask(f"sk-{run(24)} {run(48)[24:]}{behind}"))


@pytest.mark.parametrize(
    "glued", [f"{run(10, DIGITS)}:{run(35)}", "-" + WEBHOOK, "_" + pem("PRIVATE KEY")], ids=["token", "webhook", "pem"]
)
def test_48_characters_glued_to_a_key_are_read_the_same_when_that_is_masked(glued: str) -> None:
    once = mask(run(48) + glued).text
    assert mask(once).text == once


@pytest.mark.parametrize(
    ("length", "word"),
    [
        (43, "fails"),
        (40, "requests"),
        (38, "everything"),
        (34, "getModelConfig"),
        (24, run(23)),
        (24, run(25)),
        (24, run(24) + "x"),
        (32, "202605112024597472"),
    ],
)
@pytest.mark.parametrize("between", [" ", "\n"])
def test_what_does_not_complete_a_key_is_left_behind_it(length: int, word: str, between: str) -> None:
    key = run(length)
    assert mask(f"sk-{key}{between}{word}").text == f"sk-a1…{key[-2:]}{between}{word}"


def test_a_private_key_cut_off_in_the_middle_is_masked_to_its_last_line() -> None:
    cut = pem("PRIVATE KEY").split("=")[0]
    assert mask(f"{cut}, why?").text == "[private key], why?"


def test_a_letter_that_is_longer_in_lower_case_does_not_move_the_spans() -> None:
    assert mask(f"İİİ Authorization: {run(20)} İ").text == "İİİ Authorization: [key] İ"


# --- Places -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "left"),
    [
        ("Authorization: Bearer {}", "header", "Authorization: Bearer [key]"),
        ("authorization: {}", "header", "authorization: [key]"),
        ("AUTHORIZATION: Basic {}", "header", "AUTHORIZATION: Basic [key]"),
        ("{{'Authorization': 'Bearer {}'}}", "header", "{'Authorization': 'Bearer [key]'}"),
        (r"{{\"x-api-key\": \"{}\"}}", "header", r"{\"x-api-key\": \"[key]\"}"),
        ("X-Api-Key:{}", "header", "X-Api-Key:[key]"),
        ("x-goog-api-key: {}", "header", "x-goog-api-key: [key]"),
        ("mj-api-secret: {}", "header", "mj-api-secret: [key]"),
        ('headers.set("api-key", "{}")', "header", 'headers.set("api-key", "[key]")'),
        ("realtime, openai-insecure-api-key.{}", "header", "realtime, openai-insecure-api-key.[key]"),
        ("sent with bearer {}.", "bearer", "sent with bearer [token]."),
        ("https://example.com/x?key={}&alt=sse", "query", "https://example.com/x?key=[key]&alt=sse"),
        (r"/x?a=b\u0026api_key={}\u0026c", "query", r"/x?a=b\u0026api_key=[key]\u0026c"),
        ("wss://example.com/?token={}", "query", "wss://example.com/?token=[key]"),
        ("OPENAI_API_KEY={}", "assignment", "OPENAI_API_KEY=[key]"),
        ("ANTHROPIC_AUTH_TOKEN: {}", "assignment", "ANTHROPIC_AUTH_TOKEN: [key]"),
        ('"apiKey": "{}"', "assignment", '"apiKey": "[key]"'),
        ("'api_key' => '{}'", "assignment", "'api_key' => '[key]'"),
        ("密钥：{}", "assignment", "密钥：[key]"),
        ("tool --api-key {} run", "assignment", "tool --api-key [key] run"),
        ("password={}", "password", "password=[password]"),
        ('"Password": "{}"', "password", '"Password": "[password]"'),
        ("postgres://me:{}@db.example.com/desk", "password", "postgres://me:[password]@db.example.com/desk"),
        ("https://:{}@example.com", "password", "https://:[password]@example.com"),
    ],
)
def test_a_value_of_no_known_format_is_masked_for_where_it_stands(text: str, kind: str, left: str) -> None:
    masked = mask(text.format(UNKNOWN))
    assert masked.text == left
    assert [secret.kind for secret in masked.secrets] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "api_key={}",
        "api_key: {}",
        "api_key：{}",
        "密码：{}",
        "'api_key', '{}'",
        '"api_key", "{}"',
        "tool --key {}",
        "bearer {}",
        "Bearer {}",
    ],
)
def test_a_short_value_is_masked_where_nothing_else_looks_like_a_key(text: str) -> None:
    assert run(8) not in mask(text.format(run(8))).text


@pytest.mark.parametrize("key", ["sk_live_\u200b" + run(10), "ABSK/" + f"{run(7)}+{run(7)}/" * 5])
def test_a_key_is_masked_that_has_no_long_run_of_letters(key: str) -> None:
    assert run(7) not in mask(f"mine is {key}").text


def test_hexadecimal_digits_next_to_an_azure_host_are_an_azure_key() -> None:
    assert only(f"https://x.openai.azure.com/openai api-key: {run(32, HEX)}").kind == "azure"


@pytest.mark.parametrize("password", ["hunter2!", "Tr0ub4dor&3", "p@ss:w0rd", "it's-1-secret"])
def test_a_quoted_password_is_masked_to_its_closing_quote(password: str) -> None:
    assert mask(f'"password": "{password}", "user": "me"').text == '"password": "[password]", "user": "me"'


def test_a_password_with_an_at_sign_is_masked_to_the_host() -> None:
    assert mask("redis://me:p@ss@host:6379/0").text == "redis://me:[password]@host:6379/0"


# --- Not keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "sk-xxxx sk-... sk-**** sk-your-key sk-your-api-key-goes-here",
        "sk-" + "x" * 48,
        "AIza" + "X" * 35,
        "Authorization: Bearer YOUR_API_KEY",
        "Authorization: Bearer your-api-key",
        "Authorization: Bearer $OPENAI_API_KEY",
        "Authorization: Bearer ${API_KEY_4ALL}",
        "Authorization: Bearer <token>",
        "Authorization: Bearer {{api_key}}",
        "x-api-key: [[key]]",
        "api_key=None, token=null, secret=undefined",
        'api_key = os.environ["OPENAI_API_KEY"]',
        "apiKey: process.env.OPENAI_API_KEY,",
        "apiKey: getOpenRouterApiKeyFromConfiguration()",
        "`Bearer ${process.env.KEY}`",
        "postgres://user:password@localhost/db postgres://${USER}:${PASS}@host/db",
        'password: required; "password": "string"; password = os.getenv("DB_PASS1")',
    ],
)
def test_a_placeholder_stays_as_it_is(text: str) -> None:
    assert mask(text) == Masked(text, ())


@pytest.mark.parametrize("before", ["my key is ", "Sk-", "sk - ", "令牌："])
@pytest.mark.parametrize("filler", ["x" * 48, "X" * 48, "0" * 48, run(40) + "x" * 8, "your" + "Key" * 14 + "1a"])
def test_48_characters_that_stand_for_a_key_stay_as_they_are(before: str, filler: str) -> None:
    assert mask(before + filler) == Masked(before + filler, ())


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-VKMIs*****wjh3. You can find your API key at …",
        "TokenStatusExhausted[sk-abc***xyz]",
        "sk-ab…yz sk-" + run(20) + "...wjh3",
        "Authorization: Bearer sk-a1B2c…9J0k",
        "api_key:*** https://***.com/***/***?key=***",
        "password=********",
    ],
)
def test_a_key_that_was_masked_before_stays_as_it_is(text: str) -> None:
    assert mask(text) == Masked(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "无效的令牌 (request id: 202605200714345261721308268d9d6SjTLSqD4)",
        "req_011CPabcdefghijkLMNOPqrst chatcmpl-9xYzAbCdEfGhIjKlMnOpQr org-AbCdEfGhIjKlMnOpQrStUv12",
        "cf-ray: 8f1b2c3d4e5f6a7b-SJC, 550e8400-e29b-41d4-a716-446655440000",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b, sha256:" + run(64, HEX),
        "task-force-something-long disk-0123456789abcdef0123 ask-me-anything-about-this-1234567890",
        "claude-3-5-sonnet-20241022 gemini-2.5-pro-preview-05-06 deepseek-v3-0324 sk-SK-ViktoriaNeural",
        "/home/me/sk-learn/venv/lib/python3.11/site-packages/openai/_base_client.py",
        "https://api.example.com/v1/chat/completions?stream=true&model=gpt-4o&key=unlimited",
        "http://localhost:3000/@me and https://example.com/@someone/an-article-1234abcd",
        "the bearer of this message; Bearer authentication is required; Bearer token",
        'WWW-Authenticate: Bearer realm="https://auth.example.com/", error="invalid_token"',
        "token=unlimited, max_tokens=40961234, token: 12345678, Unexpected token: function1",
        "Idempotency-Key: 6f1e2d3c-aaaa-4bbb-8ccc-0123456789ab",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "令牌分组 vip 已被禁用，密钥：请填写，密码：错误",
        "xoxo-hugs-and-kisses-to-everyone hf_hub_download_some_long_name npm_config_registry_and_more",
        "md5 " + run(32, HEX) + ", sha256 " + run(64, HEX) + ", sha384 " + run(96, HEX),
        "48 hexadecimal digits " + run(48, HEX) + " or " + run(48, HEX).upper() + ", digits " + run(48, DIGITS),
        "request id: 202605112024597472269388268d9d6jwygcKzZ, key 202605112024597472269388268d9d6jwygcKzZ",
        "one character too few, " + run(47) + ", or too many, " + run(49),
        "getTheConfigurationOfEveryModelInsideOneProvider ClaudeSonnet45ModelConfigurationProviderFactory2",
        "data:image/png;base64," + run(48) + "+" + run(48) + "/" + run(48) + "+" + run(47) + "=",
        "gAAAAA" + run(42) + "-" + run(48) + "_" + run(48) + "-" + run(48) + "==",
        "https://example.com/d/" + run(48) + "/edit?next=%2F" + run(46) + "%2Fx https://example.com/" + run(48),
        "\n" + run(64) + "\n" + run(48) + "\n-----END " + "CERTIFICATE-----",
        "a risk-averse desk-bound task - ask - something, disk–usage sk_SK Sk- sk – SK",
        "Dobrý deň, môj kľúč sk - nefunguje, token je neplatný, heslo aj kľúč som menil už dvakrát, čo s tým?",
        "我的密钥是什么？令牌：无效，金鑰：請填寫，key: 在控制台里，APIキー：どこですか",
    ],
)
def test_what_only_resembles_a_key_stays_as_it_is(text: str) -> None:
    assert mask(text) == Masked(text, ())


# --- Surroundings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer Bearer {}",
        "authorization: bearer  BEARER {}",
        'headers = {{"Authorization": "Bearer Bearer {}"}}',
        'Bearer "Bearer {}"',
        "Bearer Bearer\u200b {}",
    ],
)
def test_bearer_twice_is_reported(text: str) -> None:
    assert only(text.format(GATEWAY)).bearer_twice


@pytest.mark.parametrize("text", ["Authorization: Bearer {}", "the bearer said: Authorization: Bearer {}", "{}"])
def test_one_bearer_is_not_two(text: str) -> None:
    assert not only(text.format(GATEWAY)).bearer_twice


@pytest.mark.parametrize(
    "text",
    [
        'Authorization: Bearer "{}"',
        "Authorization: Bearer '{}'",
        "Authorization: Bearer `{}`",
        "Authorization: Bearer “{}”",
        r'-H "Authorization: Bearer \"{}\""',
        "-H \"x-api-key: '{}'\"",
        "x-api-key: '{}'",
        'curl x\nx-api-key: "{}"\n',
        '"Authorization": "Bearer \'{}\'"',
        "api_key=\"'{}'\"",
        r'"api_key": "\"{}\""',
        "OPENAI_API_KEY=“{}”",
        '"api_key": “{}”',
        'Authorization: Bearer \u200b"{}"',
    ],
)
def test_a_key_in_quotes_is_masked_and_the_quotes_are_reported(text: str) -> None:
    secret = only(text.format(GATEWAY))
    assert secret.quoted
    assert secret.shown == ABRIDGED


@pytest.mark.parametrize(
    "text",
    [
        '"api_key": "{}"',
        'api_key="{}"',
        "client = OpenAI(api_key='{}', base_url='https://example.com')",
        '"Authorization": "Bearer {}"',
        '    Authorization: "Bearer {}",',
        '{{"Authorization": `Bearer {}`}}',
        "-H 'Authorization: Bearer {}'",
        r'{{"body": "{{\"api_key\": \"{}\"}}"}}',
        '-d \'{{"key":"{}"}}\'',
        "my key is “{}”",
        "my key is `{}`, help",
        "'Bearer ' + '{}'",
    ],
)
def test_the_quotes_of_a_literal_or_of_prose_are_not_the_keys(text: str) -> None:
    assert not only(text.format(GATEWAY)).quoted


@pytest.mark.parametrize(
    "text",
    [
        '"{} "',
        'api_key=" {}"',
        "api_key='{}\n'",
        r'"api_key": "{}\n"',
        r'"Authorization": "Bearer {}\n"',
        '"Authorization": "Bearer  {}"',
        'curl -H "Authorization: Bearer {} "',
        "Authorization: Bearer  {}",
        "Authorization: Bearer \u00a0{}",
        "{}\u200b",
        "\ufeff{}",
        "key\u200b{}",
    ],
)
def test_a_space_or_an_invisible_character_at_a_key_is_reported(text: str) -> None:
    assert only(text.format(GATEWAY)).spaced


@pytest.mark.parametrize(
    "text",
    [
        "my key {} fails",
        '"api_key": "{}" ,',
        "Authorization: Bearer {}\n",
        "```\n{}\n```",
        '["a", "{}", "b"]',
        'he said "no" {} "yes"',
        "Bearer\n{}",
    ],
)
def test_a_space_outside_the_quotes_is_none_of_the_keys(text: str) -> None:
    assert not only(text.format(GATEWAY)).spaced


@pytest.mark.parametrize("behind", ["-123", "-", "#12", "-gpt", "-" + run(20)])
def test_text_glued_behind_a_gateway_key_is_masked_with_it_and_reported(behind: str) -> None:
    masked = mask(f"{GATEWAY}{behind} fails")
    assert masked.text == f"{ABRIDGED} fails"
    assert (masked.secrets[0].kind, masked.secrets[0].tail) == ("gateway", True)


@pytest.mark.parametrize("behind", ["", " -123", " #12", "，12", "."])
def test_text_after_a_gateway_key_is_no_tail(behind: str) -> None:
    assert not only(GATEWAY + behind).tail


def test_a_channel_behind_a_one_hub_key_is_a_tail() -> None:
    assert only(f"sk-{run(17)}_{run(43)}#7").tail


def test_invisible_characters_inside_a_key_do_not_hide_it() -> None:
    key = f"s\u200bk-{run(20)}\u200b\u2060{run(27)}\ufeff9"
    masked = mask(f"a\u200bb {key} c\u200bd")
    assert masked.text == f"a\u200bb sk-a1…{key[-3]}9 c\u200bd"
    assert masked.secrets[0].kind == "gateway"
    assert masked.secrets[0].spaced


# --- Any text ---------------------------------------------------------------------------------------

LITTER = [
    "Authorization: ", "Bearer ", "api_key=", '"api_key": "', "token: ", "password=", "x-api-key: ", "?key=", "://me:",
    "@", '"', "'", "`", "“", "\\", "\n", " ", ".", "...", "…", "*", "**", "-", "#", "/", "[key]", "(", "$", "{", "%20",
    "\u200b", "\ufeff", "\u00a0", "，", "密钥", "sk-", "sk-ab…yz", "your-api-key", "word", "=", ":", "&",
]  # fmt: skip
litter = st.text(max_size=40) | st.lists(st.sampled_from(LITTER), max_size=4).map("".join)
with_keys = litter | st.lists(st.sampled_from([*LITTER, *KEYS, UNKNOWN]), max_size=4).map("".join)
separator = st.sampled_from([" ", "\n", '"', "'", "=", ": ", "(", "（", "，", "密钥", "。", "\t"])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(with_keys, max_size=4).map(" ".join))
def test_any_text_is_kept_but_for_its_masks_and_masking_it_again_changes_nothing(text: str) -> None:
    masked = mask(text)
    copied = written = 0
    for secret in masked.secrets:
        assert masked.text[secret.start : secret.end] == secret.shown
        assert secret.start >= copied
        kept = masked.text[copied : secret.start]
        assert kept in text[written:]
        written = text.index(kept, written) + len(kept)
        copied = secret.end
    assert text.endswith(masked.text[copied:])
    assert mask(masked.text) == Masked(masked.text, ())


@settings(max_examples=150, derandomize=True, deadline=None)
@given(litter, separator, st.sampled_from(KEYS), separator, litter)
def test_no_eight_characters_of_a_key_stay_readable(before: str, left: str, key: str, right: str, after: str) -> None:
    assert_nothing_readable(key, mask(f"{before}{left}{key}{right}{after}"))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.text(string.ascii_letters + string.digits, min_size=48, max_size=48).filter(
        lambda body: "x" not in body.lower()
    ),
    st.integers(0, 47),
)
def test_no_eight_characters_of_a_gateway_key_with_an_invisible_one_inside_stay_readable(body: str, at: int) -> None:
    masked = mask(f"key: sk-{body[:at]}\u200b{body[at:]} fails")
    assert masked.text == f"key: sk-{body[:2]}…{body[-2:]} fails"


# --- Time -------------------------------------------------------------------------------------------


def seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "shape",
    [
        "sk-", "Bearer ", "eyJ", "eyJ" + "a" * 14 + ".", '"', " ", "1", "=", "A", "Aa", ".", ":", "-", "_", "\\",
        "-----BEGIN ", "-----BEGIN " + "PRIVATE KEY-----a-", "://", "://a:", "@://a:b", "token=", 'api_key="',
        "authorization: bearer ", 'password="', "\u200b", "a\u200b", "\u200bsk-", "?key=", "a" * 24 + ".aaaaaa.",
        "12345678:", "sk-a_", "aB1aB1aB1.", "İ", 'Bearer "aB1aB1aB ', GATEWAY + " ", run(48) + " ", run(48) + "-",
        run(48) + "_", "Sk_" + run(48) + "_", "sk-a**b-", "sk-a ", "sk-a" + " " * 99, "sk-" + run(24) + " ",
        "sk-" + run(24) + " " + run(24) + "_",
    ],
)  # fmt: skip
def test_the_time_grows_with_the_text_and_not_faster(shape: str) -> None:
    small, large = (shape * (size // len(shape)) for size in (4_000, 32_000))
    assert seconds(lambda: mask(large)) <= 16 * max(seconds(lambda: mask(small)), 0.0005)


@pytest.mark.parametrize("fill", ["-", "_", "#", "-a", " ", "*"])
@pytest.mark.parametrize("key", ["sk-a b", "sk-a", GATEWAY, run(48)])
def test_the_time_grows_with_what_is_glued_to_a_key_and_not_faster(key: str, fill: str) -> None:
    small, large = (key + "-" + fill * (size // len(fill)) + "[" for size in (4_000, 32_000))
    assert seconds(lambda: mask(large)) <= 16 * max(seconds(lambda: mask(small)), 0.0005)


def test_a_log_without_keys_takes_little_more_than_looking_for_numbers() -> None:
    line = '2026-05-20 20:07:14 INFO relay: status=429 model=gpt-4o-mini group=vip POST "/v1/chat/completions" 127 ms\n'
    log = line * (1_000_000 // len(line))
    assert mask(log).secrets == ()
    assert seconds(lambda: mask(log)) <= 8 * seconds(lambda: re.findall(r"\d{3}", log))
