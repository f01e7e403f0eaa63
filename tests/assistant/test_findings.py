"""What is visibly wrong in a message is told above the answer, and only where the text leaves no doubt."""

from __future__ import annotations

import re

import pytest

from bot.assistant.assistant import Assistant
from bot.assistant.findings import MOST
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import FINDINGS, Language

KEY = "sk-" + "Zx9Q" * 12
ID = "(request id: 202605200714345261721308268d9d6SjTLSqD4)"


def own(message: str, code: str = "") -> str:
    """An error of the gateway itself."""
    return f'{{"error":{{"code":"{code}","message":"{message} {ID}","type":"new_api_error"}}}}'


def sdk(status: int, message: str) -> str:
    """An error as the Python SDK prints it."""
    return f"Error code: {status} - {{'error': {{'message': \"{message}\", 'type': 'invalid_request_error'}}}}"


def no_channel(model: str, group: str = "vip") -> str:
    return own(f"当前分组 {group} 下对于模型 {model} 无可用渠道")


def curl(header: str, data: str = """'{"model":"gpt-4o","messages":[]}'""") -> str:
    return f"curl https://api.4allapi.com/v1/chat/completions {header} -d {data}\n"


NGINX = "<html><head><title>502 Bad Gateway</title></head><body><hr><center>nginx/1.24.0</center></body></html>"
CLOUDFLARE = "<!DOCTYPE html><title>api.4allapi.com | 524: A timeout occurred</title><p>Cloudflare Ray ID: {}</p>"
CONTEXT = (
    "This model's maximum context length is {} tokens. However, you requested {} tokens "
    "({} in the messages, {} in the completion)."
)
RATE = (
    "Rate limit reached for gpt-4.1 in organization org-x on tokens per min (TPM): Limit 30000, Used {}, Requested {}."
)
NOT_SUPPORTED = "Unsupported parameter: '{}' is not supported with this model."

APPEARS = [
    # The key
    ("key-placeholder", sdk(401, "Incorrect API key provided: your-api-key."), ["`your-api-key`"]),
    ("key-placeholder", sdk(401, "Incorrect API key provided: ${OPENAI_API_KEY}."), ["`${OPENAI_API_KEY}`"]),
    ("key-placeholder", curl("-H 'Authorization: Bearer $KEY'") + own("无效的令牌") + " HTTP 401", ["`$KEY`"]),
    (
        "key-empty",
        "httpx.LocalProtocolError: Illegal header value b'Bearer '\nopenai.APIConnectionError: Connection error.",
        [],
    ),
    ("key-bearer-twice", f"Authorization: Bearer Bearer {KEY}\n" + own("无效的令牌"), ["`Bearer`"]),
    ("key-bearer-twice", "Authorization: Bearer Bearer <key>\n" + own("无效的令牌"), ["`Bearer`"]),
    ("key-quoted", f'Authorization: Bearer "{KEY}"\n' + own("无效的令牌"), []),
    ("key-spaced", f'api_key = "{KEY} "\n' + own("无效的令牌"), []),
    ("key-other-provider", f"api_key={'sk-ant-api03-' + 'aB3-' * 24}\n" + own("无效的令牌"), ["`Anthropic`"]),
    ("key-tail", f"Authorization: Bearer {KEY}-123\n" + own("普通用户不支持指定渠道"), []),
    # The address
    (
        "address-doubled",
        "Invalid URL (POST /v1/v1/chat/completions)",
        ["`/v1/v1/chat/completions`", "`https://api.4allapi.com`"],
    ),
    (
        "address-endpoint",
        "Invalid URL (POST /v1/chat/completions/chat/completions)",
        ["`/v1/chat/completions/chat/completions`", "`https://api.4allapi.com/v1`"],
    ),
    ("address-endpoint", "Invalid URL (POST /v1/messages/v1/messages)", ["`https://api.4allapi.com`"]),
    (
        "address-website",
        "POST https://4allapi.com/v1/chat/completions\nHTTP 405 Method Not Allowed",
        ["`https://api.4allapi.com/v1/chat/completions`"],
    ),
    (
        "address-website-set",
        "base_url='https://4allapi.com'\nUnexpected token '<', \"<!doctype \"... is not valid JSON",
        ["`https://4allapi.com`", "`https://api.4allapi.com/v1`"],
    ),
    (
        "address-extra-v1",
        "ANTHROPIC_BASE_URL=https://api.4allapi.com/v1 claude\nAPI Error: 404 Not Found",
        ["`https://api.4allapi.com/v1`", "`https://api.4allapi.com`"],
    ),
    (
        "address-no-v1",
        "HTTP 404 Not Found from https://api.4allapi.com/chat/completions",
        ["`https://api.4allapi.com/v1/chat/completions`"],
    ),
    (
        "address-no-v1",
        "client = OpenAI(base_url=\"https://api.4allapi.com\")\nUnexpected token '<' is not valid JSON",
        ["`https://api.4allapi.com/v1`"],
    ),
    (
        "address-http",
        "POST http://api.4allapi.com/v1/chat/completions -> HTTP 405",
        ["`https://api.4allapi.com/v1/chat/completions`"],
    ),
    ("address-misspelt", "Error: getaddrinfo ENOTFOUND api.4alapi.com", ["`api.4alapi.com`", "`api.4allapi.com`"]),
    (
        "address-elsewhere",
        'POST https://api.openai.com/v1/chat/completions "HTTP/1.1 401 Unauthorized"\n'
        + sdk(401, "Incorrect API key provided: sk-Ab***yz."),
        ["`api.openai.com`", "`https://api.4allapi.com/v1`"],
    ),
    ("address-local", "Error: connect ECONNREFUSED 127.0.0.1:7890", ["`127.0.0.1:7890`"]),
    # The model
    ("model-missing", no_channel(""), []),
    ("model-missing", "当前分组 vip 下对于模型 无可用渠道", []),
    ("model-spaces", no_channel(" gpt-4o"), ["`␣gpt-4o`", "`gpt-4o`"]),
    ("model-spaces", no_channel("gpt-4o "), ["`gpt-4o␣`"]),
    ("model-spaces", no_channel("gpt-4o\u200b"), ["`gpt-4o‹U+200B›`"]),
    ("model-spaces", own("No available channel for model gpt 4o under group default (distributor)"), ["`gpt␣4o`"]),
    ("model-prefix", no_channel("openai/gpt-4o"), ["`openai/gpt-4o`", "`gpt-4o`"]),
    ("model-alias", no_channel("claude-opus-4.5"), ["`claude-opus-4-5`"]),
    ("model-retired", no_channel("gpt-4-turbo"), ["`gpt-4-turbo`"]),
    ("model-gone", no_channel("sora-2"), ["`sora-2`"]),
    ("model-near", no_channel("gpt-4o-mni"), ["`gpt-4o-mni`", "`gpt-4o-mini`"]),
    ("model-near", no_channel("GPT-4o"), ["`gpt-4o`"]),
    ("model-near", sdk(404, "The model `claud-sonnet-4-5` does not exist"), ["`claude-sonnet-4-5`"]),
    ("model-right", no_channel("gpt-4o-mini", "默认"), ["`gpt-4o-mini`", "`默认`"]),
    (
        "model-right",
        own("No available channel for model gpt-4o under group default,vip (distributor)", "model_not_found"),
        ["`default,vip`"],
    ),
    # The request
    (
        "request-renamed",
        sdk(400, NOT_SUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead."),
        ["`max_tokens`", "`max_completion_tokens`"],
    ),
    (
        "request-system-role",
        sdk(400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        ["`messages[0]`"],
    ),
    (
        "request-value",
        sdk(
            400,
            "Unsupported value: 'temperature' does not support 0.2 with this model.",
        ),
        ["`0.2`", "`temperature`"],
    ),
    ("request-parameter", sdk(400, NOT_SUPPORTED.format("top_p")), ["`top_p`"]),
    ("request-parameter", sdk(400, "Unrecognized request argument supplied: thinking"), ["`thinking`"]),
    ("request-field", own("field messages is required"), ["`messages`"]),
    ("request-field", sdk(400, "Missing required parameter: 'input'."), ["`input`"]),
    ("request-quotes", own("Invalid request: invalid character '\\\\'' looking for beginning of value"), ["`'`"]),
    (
        "request-json-character",
        own("Invalid request, invalid character '}' looking for beginning of object key string"),
        ["`}`"],
    ),
    ("request-json-end", own("Invalid request: unexpected end of JSON input"), []),
    ("request-type-missing", curl("") + own("未指定模型名称，模型名称不能为空"), ["`Content-Type`"]),
    ("request-type", curl("-H 'Content-Type: text/plain'") + own("未指定模型名称，模型名称不能为空"), ["text/plain`"]),
    # Numbers and names
    ("group-refused", own("令牌分组 svip 已被禁用"), ["`svip`"]),
    ("group-refused", own("无权访问 纯AZ 分组"), ["`纯AZ`"]),
    (
        "ip-refused",
        own("该令牌只能在指定网段使用：10.0.0.0/8，当前 ip：203.0.113.9"),
        ["`203.0.113.9`", "`10.0.0.0/8`"],
    ),
    (
        "quota-token",
        own(
            "token quota is not enough, token remain quota: ＄0.1, need quota: ＄0.35", "pre_consume_token_quota_failed"
        ),
        ["`＄0.1`", "`＄0.35`"],
    ),
    (
        "quota-account",
        own("预扣费额度失败, 用户剩余额度: ＄-0.2, 需要预扣费额度: ＄2.627750", "insufficient_user_quota"),
        ["`＄-0.2`", "`＄2.627750`"],
    ),
    ("quota-left", own("用户额度不足, 剩余额度: ＄0.000000", "insufficient_user_quota"), ["`＄0.000000`"]),
    ("context-room", sdk(400, CONTEXT.format(4097, 4203, 3703, 500)), ["`3,703`", "`394`", "`500`"]),
    ("context-over", sdk(400, CONTEXT.format(4097, 5203, 4703, 500)), ["`5,203`", "`4,097`", "`1,106`"]),
    ("context-over", sdk(400, "prompt is too long: 200251 tokens > 200000 maximum"), ["`251`"]),
    (
        "output-over",
        sdk(400, "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for x"),
        ["`64,000`", "`8,192`"],
    ),
    ("rate-too-large", sdk(429, RATE.format(0, 41000)), ["`41,000`", "`30,000`"]),
    ("rate-used", sdk(429, RATE.format(28039, 3906)), ["`28,039`", "`3,906`"]),
    ("rate-day", 'HTTP 429 RESOURCE_EXHAUSTED "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"', []),
    ("limiter", own("您已达到请求数限制：1分钟内最多请求20次"), ["`20`", "`1`"]),
    (
        "limiter-total",
        own("You have reached the total request limit: maximum 60 requests in 3 minutes, including failed attempts"),
        ["`60`", "`3`"],
    ),
    ("wait-moment", "HTTP 429 Please try again in 174ms.", []),
    ("wait-moment", "HTTP 429 please try again after 1 seconds", []),
    ("wait-seconds", "HTTP 429 Please retry in 58.821668433s.", ["`59`"]),
    ("wait-minutes", "HTTP 429 Please try again in 7m12s.", ["`8`"]),
    ("wait-hours", "HTTP 429 Please try again in 5h30m.", ["`6`"]),
    ("wait-days", "HTTP 429 Please retry after 259200 seconds.", ["`3`"]),
    # Who said it
    ("sender-cloudflare", CLOUDFLARE.format("6e38aaae2b924b8c"), ["`6e38aaae2b924b8c`"]),
    ("sender-cdn", "error code: 524\nthat is the whole answer", []),
    ("sender-nginx", NGINX, []),
    ("sender-upstream", own("do request failed: Post ***: EOF", "do_request_failed"), []),
    ("sender-upstream-status", own("bad response status code 524", "bad_response_status_code"), ["`524`"]),
    ("sender-gateway", own("无效的令牌"), ["`new_api_error`"]),
]

DOES_NOT = [
    ("key-placeholder", curl('-H "Authorization: Bearer $OPENAI_API_KEY"') + own("无效的令牌"), "a shell expands it"),
    ("key-placeholder", sdk(401, "Incorrect API key provided: sk-xxxxxxx."), "somebody hid the key"),
    ("key-placeholder", "api_key: your-api-key\n" + own("无效的令牌"), "somebody hid the key"),
    ("key-empty", "Authorization: Bearer $KEY\n" + own("无效的令牌"), "there is a key"),
    ("key-bearer-twice", f"Authorization: Bearer {KEY}\n" + own("无效的令牌"), "once is right"),
    ("key-quoted", f'client = OpenAI(api_key="{KEY}")\n' + own("无效的令牌"), "quotes of a literal"),
    ("key-spaced", f"Authorization: Bearer {KEY}\n" + own("无效的令牌"), "one space belongs there"),
    (
        "key-other-provider",
        f"x-api-key: {'sk-ant-api03-' + 'aB3-' * 24}\nPOST https://api.anthropic.com/v1/messages\nHTTP 401",
        "it went to its own provider",
    ),
    ("key-other-provider", f"api_key={KEY}\n" + own("无效的令牌"), "it may be this service's"),
    ("key-tail", f"Authorization: Bearer {KEY}\n" + own("无效的令牌"), "nothing is glued to it"),
    ("address-doubled", "Invalid URL (POST /v1/chat/completion)", "there is one"),
    ("address-doubled", "POST https://x.example/v1/v1/models\nInvalid URL (POST /v1/v1/models)", "another service's"),
    ("address-endpoint", "Invalid URL (POST /v1/chat/completions)", "there is one"),
    ("address-website", "HTTP 401, I made the token at https://4allapi.com/console", "a page, not a call"),
    ("address-website-set", "HTTP 429, see https://4allapi.com for prices", "a page, not a setting"),
    ("address-extra-v1", "OPENAI_BASE_URL=https://api.4allapi.com/v1\nHTTP 404", "right for this program"),
    ("address-no-v1", "ANTHROPIC_BASE_URL=https://api.4allapi.com\nHTTP 404", "right for this program"),
    ("address-no-v1", "base_url: https://api.4allapi.com\nHTTP 404", "the program is not known"),
    ("address-http", "POST https://api.4allapi.com/v1/models HTTP/1.1 404", "it is https"),
    ("address-http", "http://localhost:3000/v1/models answers HTTP 404", "another host"),
    ("address-misspelt", "getaddrinfo ENOTFOUND api.4allapi.com", "spelt right"),
    ("address-misspelt", "getaddrinfo ENOTFOUND registry.example.org", "another host"),
    ("address-elsewhere", "POST https://api.4allapi.com/v1/models HTTP 401 " + own("无效的令牌"), "it is this service"),
    (
        "address-elsewhere",
        sdk(
            401,
            "Incorrect API key provided: sk-Ab***yz. You can find it at https://platform.openai.com/account/api-keys.",
        ),
        "the text names a page, not what was called",
    ),
    ("address-local", "Error: connect ECONNREFUSED 203.0.113.7:443", "another machine"),
    ("model-missing", no_channel("gpt-4o"), "there is one"),
    ("model-spaces", no_channel("gpt-4o"), "there is none"),
    ("model-prefix", no_channel("zai-org/GLM-4.6"), "no such name without it"),
    ("model-near", no_channel("gpt-4o"), "it is exact"),
    ("model-near", no_channel("claude-opus-9"), "another version is no slip"),
    ("model-near", no_channel("my-company-bot"), "nothing is near"),
    (
        "model-near",
        own("您已达到请求数限制：1分钟内最多请求20次") + " model=gpt-4o-mni",
        "the error is not about the model",
    ),
    ("model-right", sdk(404, "The model `gpt-4o` does not exist or you do not have access to it"), "no gateway's text"),
    ("model-right", no_channel("gpt-4o-mni"), "it is wrong"),
    ("model-retired", no_channel("gpt-4o"), "it is in use"),
    ("model-retired", 'model = "gpt-4-turbo"\n' + no_channel("gpt-4o"), "the error names another one"),
    ("request-renamed", sdk(400, NOT_SUPPORTED.format("top_p")), "nothing takes its place"),
    (
        "request-parameter",
        sdk(400, NOT_SUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead."),
        "renamed",
    ),
    (
        "request-system-role",
        sdk(400, "Unsupported value: 'messages[0].role' does not support 'tool' with this model."),
        "tool",
    ),
    ("request-value", sdk(400, NOT_SUPPORTED.format("temperature")), "no value"),
    ("request-field", own("Invalid request: invalid JSON request body"), "none is named"),
    (
        "request-json-character",
        own("invalid character '<' looking for beginning of value", "bad_response_body"),
        "the answer's",
    ),
    ("request-json-line", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "the answer's"),
    (
        "request-type-missing",
        curl("-H 'Content-Type: application/json'") + own("未指定模型名称，模型名称不能为空"),
        "it is there",
    ),
    ("request-type-missing", curl("") + own("无效的令牌"), "the error has another cause"),
    ("request-type", curl("-H 'Content-Type: application/json'") + own("未指定模型名称，模型名称不能为空"), "right"),
    ("ip-refused", own("您的 IP 不在令牌允许访问的列表中"), "none is shown"),
    ("quota-account", own("用户额度不足, 剩余额度: ＄0.000000", "insufficient_user_quota"), "no need is named"),
    ("context-over", sdk(400, "This model's maximum context length is 4097 tokens."), "what was sent is not named"),
    ("context-room", sdk(400, CONTEXT.format(4097, 5203, 4703, 500)), "no answer fits"),
    ("rate-too-large", sdk(429, RATE.format(28039, 3906)), "one request fits"),
    ("wait-seconds", sdk(429, RATE.format(0, 41000) + " Please try again in 22s."), "waiting does not help"),
    ("wait-seconds", "INFO Retrying request in 8.4 seconds\nHTTP 429", "what a program waits by itself"),
    ("wait-seconds", "HTTP 401 please try again in 20s", "waiting does not help"),
    ("limiter", "HTTP 429 too many requests", "no figures"),
    (
        "sender-cloudflare",
        "unexpected status 401 Unauthorized: 该令牌已过期, cf-ray: 9e4471c0b8a2d19f-LAX",
        "a passing header",
    ),
    ("sender-cdn", sdk(500, "InvokeModel: operation error Bedrock Runtime"), "an SDK's line"),
    ("sender-nginx", NGINX.replace("nginx/1.24.0", "cloudflare"), "Cloudflare's page"),
    ("sender-upstream", own("无效的令牌"), "the gateway's own"),
    ("sender-gateway", own("InvokeModel: operation error Bedrock Runtime", "aws_invoke_error"), "a provider's error"),
    ("sender-gateway", own(f"无效的令牌 {ID}"), "two gateways, and it is not known which"),
]


def ids(assistant: Assistant, text: str) -> list[str]:
    return [finding.id for finding in assistant.ask(text).findings]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("id_", "text", "shown"), APPEARS)
def test_what_is_visibly_wrong_is_told_with_what_was_sent(
    assistant: Assistant, id_: str, text: str, shown: list[str], lang: Language
) -> None:
    told = {finding.id: finding.text for finding in assistant.ask(text, lang=lang).findings}
    assert id_ in told
    assert all(part in told[id_] for part in shown), told[id_]
    assert bool(re.search("[\u4e00-\u9fff]", re.sub("`[^`]*`", "", told[id_]))) == (lang == "zh")


@pytest.mark.parametrize(("id_", "text", "why"), DOES_NOT)
def test_what_is_not_certain_is_not_told(assistant: Assistant, id_: str, text: str, why: str) -> None:
    assert id_ not in ids(assistant, text), why


def test_every_finding_has_a_message_in_which_it_appears() -> None:
    assert {id_ for id_, _, _ in APPEARS} | {"request-json-line", "request-json-position"} == set(FINDINGS)


@pytest.mark.parametrize(
    ("reader", "id_", "shown"),
    [
        ("Expecting property name enclosed in double quotes: line 3 column 7 (char 41)", "request-json-line", "`3`"),
        ("Unexpected token } in JSON at position 41", "request-json-position", "`41`"),
    ],
)
def test_the_place_where_the_json_breaks_is_told(assistant: Assistant, reader: str, id_: str, shown: str) -> None:
    text = own(f"Invalid request: Invalid request: invalid JSON request body: {reader}")
    (text_of,) = [finding.text for finding in assistant.ask(text).findings if finding.id == id_]
    assert shown in text_of


def test_every_finding_has_its_words_and_shows_values_between_backticks(knowledge: Knowledge) -> None:
    assert list(knowledge.findings.findings) == list(FINDINGS)
    for id_, texts in knowledge.findings.findings.items():
        for text in texts.values():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(FINDINGS[id_]), text
            assert "{" not in re.sub(r"`[^`]*`", "", text), text


def test_no_more_than_four_are_told_and_the_most_useful_come_first(assistant: Assistant) -> None:
    text = (
        f'Authorization: Bearer Bearer "{KEY} "\nPOST http://api.4allapi.com/chat/completions\n'
        'HTTP 401 {"error":{"message":"无效的令牌","type":"new_api_error"}}'
    )
    told = ids(assistant, text)
    assert len(told) <= MOST
    assert told == sorted(told, key=list(FINDINGS).index)
    assert told[0] == "key-bearer-twice"


def test_no_finding_shows_a_key(assistant: Assistant) -> None:
    for text in (
        f'Authorization: Bearer Bearer "{KEY}"\n',
        f"api_key = '{KEY}-12 '\n",
        f"POST https://4allapi.com/v1/x?key={KEY}\n",
    ):
        told = " ".join(finding.text for finding in assistant.ask(text + own("无效的令牌")).findings)
        assert told
        assert KEY[8:-4] not in told


def test_a_backtick_in_a_name_cannot_end_what_is_shown(assistant: Assistant) -> None:
    (told,) = [each.text for each in assistant.ask(own("令牌分组 a`b 已被禁用")).findings if each.id == "group-refused"]
    assert "`aˋb`" in told


def test_a_code_that_is_asked_for_by_its_name_has_no_findings(assistant: Assistant) -> None:
    assert assistant.ask("401").findings == ()


def test_a_name_with_a_space_and_a_slip_is_told_both(assistant: Assistant) -> None:
    told = ids(assistant, no_channel(" gpt-4o-mni"))
    assert told[:2] == ["model-spaces", "model-near"]
    assert "model-right" not in ids(assistant, no_channel(" gpt-4o"))


def test_where_no_entry_fits_nothing_is_found(assistant: Assistant) -> None:
    assert assistant.ask(f"Bearer Bearer {KEY}").findings == ()


def test_in_a_long_log_the_error_is_looked_at_wherever_it_stands(assistant: Assistant) -> None:
    noise = "2026-01-02 10:00:00 INFO nothing to see\n" * 500
    assert "group-refused" in ids(assistant, noise + own("令牌分组 svip 已被禁用") + "\n" + noise)


def test_chinese_written_in_escapes_is_read(assistant: Assistant) -> None:
    escaped = no_channel("gpt-4o-mni").encode("ascii", "backslashreplace").decode()
    assert "\\u" in escaped
    assert "model-near" in ids(assistant, escaped)
