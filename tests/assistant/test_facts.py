"""What is read as the model, the group, the address and the like, and what only looks like it."""

from __future__ import annotations

import json

import pytest

from bot.assistant.assistant import Assistant
from tests.assistant.error_texts import no_channel, own

# The group


@pytest.mark.parametrize(
    "text",
    [
        own("无权访问该分组"),
        "503 无权访问此分组",
        "403 无权访问 当前 分组",
        "令牌分组 这个 已被禁用",
        "403 無權訪問該分組",
        "令牌分组 本 已被禁用",
    ],
)
def test_a_word_that_only_points_at_a_group_is_none(assistant: Assistant, text: str) -> None:
    answer = assistant.ask(text)
    assert answer.evidence.group is None
    assert "group-refused" not in {finding.id for finding in answer.findings}


def test_where_one_error_points_at_a_group_and_another_names_it_the_name_is_read(assistant: Assistant) -> None:
    assert assistant.ask(no_channel("gpt-4o", "svip") + "\n无权访问该分组").evidence.group == "svip"


def test_a_model_group_is_a_model(assistant: Assistant) -> None:
    evidence = assistant.ask("400 BadRequestError: bad. Received Model Group=house-blend-7\nAvailable").evidence
    assert (evidence.model, evidence.group) == ("house-blend-7", None)


# The model


@pytest.mark.parametrize(
    "text",
    [
        "404 Not Found https://api.4allapi.com/v1beta/models/gemini-2.5-pro:generateContent",
        "POST https://api.4allapi.com/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse 429",
        "models/gemini-2.5-pro:countTokens HTTP 503",
        "/v1/publishers/google/models/gemini-2.5-pro HTTP 503",
    ],
)
def test_a_path_is_no_part_of_a_models_name(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.model == "gemini-2.5-pro"


@pytest.mark.parametrize("name", ["openai/gpt-4o", "deepseek-r1:free", "deepseek-r1:8b", "qwen3:latest"])
def test_a_provider_before_a_name_and_a_variant_behind_it_are_parts_of_it(assistant: Assistant, name: str) -> None:
    assert assistant.ask(f"{name} gives HTTP 429").evidence.model == name


@pytest.mark.parametrize(
    "name", ["Gemini 2.5 Pro", "Claude Sonnet 4.5", "通义千问", "通义千问 2.5", "gpt-4o官方", "模型甲"]
)
@pytest.mark.parametrize(
    "text",
    [
        "No available channel for model {} under group default (distributor)",
        "分组 default 下模型 {} 无可用渠道（distributor）",
        "当前分组 default 下对于模型 {} 无可用渠道",
        "获取分组 default 下模型 {} 的可用渠道失败（retry）: x",
        "模型 {} 的价格未配置",
        "模型 {} 倍率或价格未配置, 请联系管理员设置",
        "该令牌无权访问模型 {}",
        "该令牌无权使用模型：{}",
    ],
)
def test_in_the_gateways_own_text_a_models_name_is_whatever_was_sent(
    assistant: Assistant, text: str, name: str
) -> None:
    assert assistant.ask(own(text.format(name))).evidence.model == name


def test_a_chinese_name_is_read_where_it_is_escaped(assistant: Assistant) -> None:
    body = json.dumps({"error": {"message": "当前分组 vip 下对于模型 通义千问 无可用渠道"}})
    assert "\\u" in body
    assert assistant.ask(body).evidence.model == "通义千问"


@pytest.mark.parametrize(
    "text",
    [
        "503 我的分组 vip 下模型都无可用渠道",
        "503 分组vip下模型全部无可用渠道",
        no_channel(""),
        no_channel("undefined"),
        "403 该令牌无权访问模型怎么办",
    ],
)
def test_no_word_beside_the_place_of_a_model_is_its_name(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.model is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gpt 4o: 429", "gpt 4o"),
        ("模型gpt 4o报错429", "gpt 4o"),
        ("gpt 4o mini keeps giving me error 429", "gpt 4o mini"),
        ("Claude Sonnet 4.5 HTTP 529", "Claude Sonnet 4.5"),
        ("Claude 3.5 Sonnet HTTP 529", "Claude 3.5 Sonnet"),
        ("Gemini 2.5 Flash Lite HTTP 503", "Gemini 2.5 Flash Lite"),
        ("deepseek v3.2 HTTP 503", "deepseek v3.2"),
        ("model: Gemini 2.5 Pro, HTTP 503", "Gemini 2.5 Pro"),
        ("模型：GPT 4o 报错 429", "GPT 4o"),
        ("gpt 429", "gpt"),
        ("claude 5-hour limit reached, error 429", "claude"),
        ("gpt-4o 3 times HTTP 429", "gpt-4o"),
    ],
)
def test_a_name_may_be_written_with_spaces(assistant: Assistant, text: str, name: str) -> None:
    assert assistant.ask(text).evidence.model == name


@pytest.mark.parametrize(
    "text",
    [
        own("无权访问 claude-官方 分组"),
        own("令牌分组 gemini 已被禁用"),
        "ANTHROPIC_BASE_URL=https://api.4allapi.com claude -> API Error: 404",
        "$ claude -p hello\nAPI Error: 404 Not Found",
    ],
)
def test_a_group_and_a_program_are_no_models(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.model is None


def test_a_group_that_is_named_like_a_model_hides_none(assistant: Assistant) -> None:
    assert assistant.ask("gpt-4o HTTP 403\n" + own("无权访问 gpt 分组")).evidence.model == "gpt-4o"


# The address


@pytest.mark.parametrize(
    "text",
    [
        "HTTPS_PROXY=http://bob:pa55word99@10.0.0.3:7890\nError: connect ECONNREFUSED 10.0.0.3:7890",
        "export https_proxy='http://10.0.0.3:7890'\nError: connect ETIMEDOUT",
        '"proxy": "http://127.0.0.1:7890"\nError: connect ECONNREFUSED 127.0.0.1:7890',
        "ALL_PROXY=http://u:p4ssw0rdLong77@proxy.example:3128 curl: (7) Failed to connect",
        "代理：http://127.0.0.1:7890 报 ECONNREFUSED",
        "curl -x http://127.0.0.1:7890 : ECONNREFUSED",
    ],
)
def test_a_proxy_is_not_the_address_that_was_called(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.url is None


@pytest.mark.parametrize(
    "text",
    [
        "OPENAI_PROXY_URL=https://relay.example/v1 HTTP 404",
        "代理：https://relay.example/v1 报错 404",
        "API proxy: https://relay.example/v1 HTTP 404",
    ],
)
def test_what_programs_call_a_proxy_may_be_the_base_url(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.url == "https://relay.example/v1"


def test_beside_a_proxy_the_address_that_was_called_is_read(assistant: Assistant) -> None:
    text = "HTTPS_PROXY=http://10.0.0.3:7890\nPOST https://relay.example/x\nError: connect ECONNREFUSED 10.0.0.3:7890"
    assert assistant.ask(text).evidence.url == "https://relay.example/x"


@pytest.mark.parametrize(
    "given", ["http://bob:pa55word99@relay.example/v1", "https://sk-aB3dEfGh1234567890aB3dEfGh@a.example/v1"]
)
def test_who_signs_in_is_no_part_of_an_address(assistant: Assistant, given: str) -> None:
    url = assistant.ask(f"POST {given} HTTP 404 Not Found").evidence.url
    assert url is not None
    assert url.endswith(".example/v1")
    assert "@" not in url


# Ids and names of errors


@pytest.mark.parametrize("ray", ["9e1ee26d5f8495ba-NRT", "9e1ee26d5f8495ba"])
@pytest.mark.parametrize("text", ["HTTP 524 cf-ray: {}", "error 524 Ray ID: <strong>{}</strong>", '524 "CF-RAY": "{}"'])
def test_a_ray_id_is_read_as_cloudflare_writes_it(assistant: Assistant, text: str, ray: str) -> None:
    assert assistant.ask(text.format(ray)).evidence.ray_id == ray


@pytest.mark.parametrize(
    "text",
    [
        "< HTTP/1.1 503 Service Unavailable\n< content-type: application/json\n< server: x",
        "HTTP 400 Content-Type: text/html",
        "HTTP 400 type: Expected object, received string",
        '400 {"type": "image/png", "error": "bad"}',
    ],
)
def test_what_is_sent_is_no_type_of_error(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).evidence.type is None


@pytest.mark.parametrize("before", ["Claude Code: API Error: 401", "Claude Code: 401", "VS Code: 401"])
def test_a_program_before_an_error_gives_it_no_code(assistant: Assistant, before: str) -> None:
    evidence = assistant.ask(f"{before} {own('无效的令牌').replace('code', 'kode')}").evidence
    assert evidence.code is None
    assert evidence.type == "new_api_error"


@pytest.mark.parametrize(
    ("text", "code", "type_"),
    [
        ("HTTP 429 code: rate_limit_exceeded type: rate_limit_error", "rate_limit_exceeded", "rate_limit_error"),
        ("HTTP 400 code: 11210 type: BadRequestError in the log", "11210", "BadRequestError"),
        (
            '400 {"code": "Client specified an invalid argument", "type": "x"}',
            "Client specified an invalid argument",
            "x",
        ),
        ("HTTP 400 code: Throttling type: quota", "Throttling", "quota"),
        ("HTTP 400 code=400 type=invalid_request_error", "400", "invalid_request_error"),
        ('HTTP 400 {"code": "InvalidParameter", "type": "BadRequest"}', "InvalidParameter", "BadRequest"),
        ('HTTP 404 {"code": 5, "type": "error"}', "5", "error"),
        ("APIError: 402 { type: 'error', code: 'balance' }", "balance", "error"),
    ],
)
def test_the_code_and_the_type_of_an_error_are_read_in_any_notation(
    assistant: Assistant, text: str, code: str, type_: str
) -> None:
    evidence = assistant.ask(text).evidence
    assert (evidence.code, evidence.type) == (code, type_)


@pytest.mark.parametrize("lines", [0, 20, 400])
def test_of_a_log_the_model_is_the_one_before_the_error_however_long_it_is(assistant: Assistant, lines: int) -> None:
    log = "started with gpt-4o\n" + "10:00:01 a request was served\n" * lines
    found = assistant.ask(f"{log}calling claude-sonnet-4-20250514 now\nError code: 429\n" + "bye\n" * lines)
    assert found.evidence.model == "claude-sonnet-4-20250514"


def test_a_line_break_as_programs_write_it_ends_an_address(assistant: Assistant) -> None:
    found = assistant.ask(r'{"error": "404 at https://api.4allapi.com/v1/chat/completions\nplease check the url"}')
    assert found.evidence.url == "https://api.4allapi.com/v1/chat/completions"
