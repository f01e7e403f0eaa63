"""For every finding a message in which it is told: its id, the message, and what it has to show."""

from __future__ import annotations

from tests.assistant.error_texts import (
    CLOUDFLARE,
    CONTEXT,
    ID,
    KEY,
    NGINX,
    NOT_SUPPORTED,
    RATE,
    REFUSED,
    WEB_APP,
    curl,
    no_channel,
    own,
    sdk,
)

APPEARS: list[tuple[str, str, list[str]]] = [
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
    *(
        (
            "key-placeholder",
            sdk(401, f"Incorrect API key provided: {sent}. You can find it in the console."),
            [f"`{sent}`"],
        )
        for sent in (
            "[[API_KEY]]",
            "$OPENAI_*****_KEY",
            "%OPENAI_API_KEY%",
            "{{ api_key }}",
            "process.env.OPENAI_API_KEY",
            "sk-your-********here",
        )
    ),
    (
        "key-placeholder",
        'new OpenAI({ apiKey: "process.env.OPENAI_API_KEY" })\n' + own("无效的令牌"),
        ["`process.env.OPENAI_API_KEY`"],
    ),
    ("key-empty", curl('-H "Authorization: Bearer "') + own("未提供令牌"), ["`Bearer`"]),
    (
        "key-no-header",
        curl('-H "Content-Type: application/json"') + own("未提供令牌"),
        ["`Authorization: Bearer <key>`"],
    ),
    (
        "key-no-header",
        'requests.post("https://api.4allapi.com/v1/messages", headers={"Content-Type": "application/json"})\n'
        "HTTP 401 x-api-key header is required",
        ["`x-api-key: <key>`"],
    ),
    (
        "key-unset",
        "openai.OpenAIError: The api_key client option must be set either by passing api_key to the client "
        "or by setting the OPENAI_API_KEY environment variable",
        ["`OPENAI_API_KEY`"],
    ),
    (
        "key-unset",
        'TypeError: "Could not resolve authentication method. Expected either api_key or auth_token to be set."',
        ["`ANTHROPIC_API_KEY`"],
    ),
    ("key-missing", own("未提供令牌"), ["`Authorization: Bearer <key>`"]),
    (
        "key-missing",
        'HTTP 401 {"type":"error","error":{"type":"authentication_error","message":"x-api-key header is required"}}',
        ["`x-api-key: <key>`"],
    ),
    (
        "key-missing",
        "Method doesn't allow unregistered callers (callers without established identity).",
        ["`x-goog-api-key: <key>`"],
    ),
    (
        "key-missing",
        'HTTP 401 {"error":{"message":"No auth credentials found","code":401}}',
        ["`Authorization: Bearer"],
    ),
    # The address
    (
        "address-doubled",
        "Invalid URL (POST /v1/v1/chat/completions)",
        ["`/v1/v1/chat/completions`", "`https://api.4allapi.com`"],
    ),
    *(
        ("address-doubled-called", f"{call}\nHTTP 404 Not Found", ["`https://api.4allapi.com/v1/chat/completions`"])
        for call in (
            "curl https://api.4allapi.com/v1/v1/chat/completions -H 'Content-Type: application/json' -d '{}'",
            "curl -sS -X POST \\\n  -H 'Accept: application/json' \\\n  'https://api.4allapi.com/v1/v1/chat/completions'",
            "POST https://api.4allapi.com/v1/v1/chat/completions HTTP/1.1",
            'requests.post("https://api.4allapi.com/v1/v1/chat/completions", json=body)',
            "curl http://api.4allapi.com/v1/v1/chat/completions\nInvalid URL (POST /v1/v1/chat/completions)",
        )
    ),
    (
        "address-doubled",
        'HTTP Request: POST https://api.4allapi.com/v1/v1/chat/completions "HTTP/1.1 404 Not Found"',
        ["`https://api.4allapi.com`"],
    ),
    (
        "address-doubled",
        'client = OpenAI(base_url="https://api.4allapi.com/v1")\nInvalid URL (POST /v1/v1/chat/completions)',
        ["`https://api.4allapi.com`"],
    ),
    *(
        ("address-doubled-called", text, ["`https://api.4allapi.com/v1/v1`", "`https://api.4allapi.com/v1`"])
        for text in (
            'client = OpenAI(base_url="https://api.4allapi.com/v1/v1")\nInvalid URL (POST /v1/v1/chat/completions)',
            '{"message":"404 status code (no body)","endpoint":"https://api.4allapi.com/v1/v1"}',
            "base_url: https://api.4allapi.com/v1/v1\nHTTP 404 Not Found",
            'HTTP Request: POST https://api.4allapi.com/v1/v1/chat/completions "HTTP/1.1 404 Not Found"\n'
            "base_url: https://api.4allapi.com/v1/v1",
        )
    ),
    *(
        ("address-doubled-called", text, ["`https://api.4allapi.com/v1/v1`", "`https://api.4allapi.com`"])
        for text in (
            "API host: https://api.4allapi.com/v1/v1\nInvalid URL (POST /v1/v1/v1/chat/completions)",
            "API host: https://api.4allapi.com/v1/v1\nPOST https://api.4allapi.com/v1/v1/v1/responses HTTP 404",
        )
    ),
    (
        "address-endpoint-called",
        "curl https://api.4allapi.com/v1/chat/completions/v1/chat/completions\nHTTP 404 Not Found",
        ["`https://api.4allapi.com/v1/chat/completions`"],
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
    *(
        ("address-website-set", f"{set_} {sent} {error}", [f"`{sent}`", "`https://api.4allapi.com/v1`"])
        for sent, error in (("https://4allapi.com", "报 405"), ("https://4allapi.com/v1", "HTTP 405"))
        for set_ in (
            "API 地址填了",
            "base url 填的",
            "base url 填的是",
            "API地址填成",
            "接口地址：填写",
            "base_url 设置为",
            "API 地址改成了",
            "my base url is",
            "base url set to",
        )
    ),
    (
        "address-extra-v1",
        "ANTHROPIC_BASE_URL=https://api.4allapi.com/v1 claude\nAPI Error: 404 Not Found",
        ["`https://api.4allapi.com/v1`", "`https://api.4allapi.com`"],
    ),
    (
        "address-extra-v1",
        "ANTHROPIC_BASE_URL=https://api.4allapi.com/v1/v1 claude\nAPI Error: 404 Invalid URL (POST /v1/v1/v1/messages)",
        ["`https://api.4allapi.com/v1/v1`", "`https://api.4allapi.com`"],
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
    (
        "address-local",
        "curl: (7) Failed to connect to localhost port 7890 after 2 ms: Couldn't connect to server",
        ["`localhost:7890`"],
    ),
    (
        "address-port",
        "POST https://api.4allapi.com:3000/v1/chat/completions\nHTTP 404 Not Found",
        ["`https://api.4allapi.com:3000/v1/chat/completions`", "`https://api.4allapi.com/v1/chat/completions`"],
    ),
    (
        "address-port",
        "curl: (7) Failed to connect to api.4allapi.com port 8443 after 2 ms: Connection refused",
        ["`api.4allapi.com:8443`", "`api.4allapi.com`"],
    ),
    (
        "address-answered",
        'client = OpenAI(base_url="https://api.openai.com/v1", api_key=key)\n' + own("无效的令牌"),
        ["`api.openai.com`", "`new_api_error`"],
    ),
    ("address-unknown", "Error: getaddrinfo ENOTFOUND relay.example.org", ["`relay.example.org`", "`api.4allapi.com`"]),
    (
        "address-unknown",
        "NameResolutionError(\"<urllib3.connection.HTTPSConnection>: Failed to resolve 'relay.example.org'\")",
        ["`relay.example.org`"],
    ),
    ("address-spelt-right", "Error: getaddrinfo EAI_AGAIN api.4allapi.com", ["`api.4allapi.com`"]),
    (
        "address-proxy",
        'Get "https://api.4allapi.com/v1/models": '
        "proxyconnect tcp: dial tcp 127.0.0.1:7890: connect: connection refused",
        ["`127.0.0.1:7890`"],
    ),
    (
        "address-proxy",
        "HTTPS_PROXY=http://10.0.0.8:3128\nrequests.exceptions.ProxyError: HTTPSConnectionPool(host='api.4allapi.com', "
        "port=443): Max retries exceeded (Caused by ProxyError('Cannot connect to proxy.', OSError('timed out')))",
        ["`10.0.0.8:3128`"],
    ),
    (
        "address-proxy",
        "HTTPS_PROXY=http://bob:pa55word99@10.0.0.8:3128\n"
        "requests.exceptions.ProxyError: Cannot connect to proxy. [Errno 111] Connection refused",
        ["`10.0.0.8:3128`"],
    ),
    ("address-refused", "Error: connect ECONNREFUSED 203.0.113.7:443", ["`203.0.113.7:443`"]),
    ("address-refused", "Error: connect ECONNREFUSED 2001:db8::7:443", ["`2001:db8::7:443`"]),
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
    # The request
    (
        "request-renamed",
        sdk(400, NOT_SUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead."),
        ["`max_tokens`", "`max_completion_tokens`"],
    ),
    (
        "request-moved",
        sdk(
            400,
            "Unsupported parameter: 'max_tokens'. In the Responses API, this parameter has moved to "
            "'max_output_tokens'. Try again with the new parameter.",
        ),
        ["`max_tokens`", "`max_output_tokens`"],
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
    (
        "request-json-line",
        own(
            "Invalid request: Invalid request: invalid JSON request body: "
            "Expecting property name enclosed in double quotes: line 3 column 7 (char 41)"
        ),
        ["`3`", "`7`"],
    ),
    (
        "request-json-position",
        own("Invalid request: Invalid request: invalid JSON request body: Unexpected token } in JSON at position 41"),
        ["`41`"],
    ),
    ("request-json-end", own("Invalid request: unexpected end of JSON input"), []),
    ("request-type-missing", curl("") + own("未指定模型名称，模型名称不能为空"), ["`Content-Type`"]),
    ("request-type", curl("-H 'Content-Type: text/plain'") + own("未指定模型名称，模型名称不能为空"), ["text/plain`"]),
    # Numbers and names
    ("group-refused", own("令牌分组 svip 已被禁用"), ["`svip`"]),
    ("group-refused", own("无权访问 纯AZ 分组"), ["`纯AZ`"]),
    ("group-refused", own("令牌分组 svip 已被禁用") + "\n也就是说我无权访问这个分组？", ["`svip`"]),
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
        ["`＄0.1`", "`＄0.35`", "`＄0.25`"],
    ),
    (
        "quota-account",
        own("预扣费额度失败, 用户剩余额度: ＄-0.2, 需要预扣费额度: ＄2.627750", "insufficient_user_quota"),
        ["`＄-0.2`", "`＄2.627750`", "`＄2.827750`"],
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
    ("wait-seconds", "HTTP/1.1 429 Too Many Requests\nRetry-After: 60", ["`60`"]),
    ("wait-seconds", """429 RESOURCE_EXHAUSTED. {'details': [{'retryDelay': '37s'}]}""", ["`37`"]),
    ("wait-seconds", "HTTP 429: too many requests, retry after 20s", ["`20`"]),
    ("wait-seconds", "HTTP 429 请在 30 秒后重试", ["`30`"]),
    ("wait-seconds", "HTTP 429 for now\nretry-after-ms: 4200", ["`5`"]),
    ("wait-seconds", sdk(429, RATE.format(28039, 3906) + " Please try again in 3.89s."), ["`4`"]),
    ("wait-minutes", "HTTP 429 请求过于频繁，请5分钟后再试", ["`5`"]),
    (
        "wait-minutes",
        "HTTP/1.1 429 Too Many Requests\n"
        "Date: Wed, 21 Oct 2026 07:28:00 GMT\nRetry-After: Wed, 21 Oct 2026 07:31:00 GMT",
        ["`3`"],
    ),
    # Who said it
    ("sender-cloudflare", CLOUDFLARE.format("6e38aaae2b924b8c"), ["`6e38aaae2b924b8c`"]),
    ("sender-cdn", "error code: 524\nthat is the whole answer", []),
    ("sender-nginx", NGINX, []),
    ("sender-cdn", "openai.InternalServerError: error code: 522", []),
    (
        "sender-login",
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"
        "<html><head><title>Guest network</title></head><body><form><input name=u><input type='password'></form>",
        [],
    ),
    ("sender-login", "Unexpected token '<' is not valid JSON\n<html><head><title>校园网登录</title></head>", []),
    (
        "sender-website",
        "POST https://api.4allapi.com/chat/completions 200\nUnexpected token '<' is not valid JSON\n" + WEB_APP,
        [],
    ),
    (
        "sender-page",
        "base_url=https://relay.example.org\nUnexpected token '<' is not valid JSON\n" + WEB_APP,
        ["`Relay Console`"],
    ),
    ("sender-upstream", own("do request failed: Post ***: EOF", "do_request_failed"), []),
    ("sender-upstream-status", own("bad response status code 524", "bad_response_status_code"), ["`524`"]),
    ("sender-passed-on", sdk(401, REFUSED + f" {ID}"), ["`OpenAI`"]),
    (
        "sender-passed-on",
        sdk(401, REFUSED.replace("platform.openai.com/account/api-keys", "***.com/***/***")),
        ["`OpenAI`"],
    ),
    (
        "sender-passed-on",
        'POST https://api.4allapi.com/v1/chat/completions "HTTP/1.1 401 Unauthorized"\n' + sdk(401, REFUSED),
        ["`OpenAI`"],
    ),
    (
        "sender-provider",
        "OPENAI_BASE_URL=https://api.4allapi.com/v1\n" + sdk(401, REFUSED),
        ["`OpenAI`", "`api.4allapi.com`"],
    ),
    (
        "sender-provider",
        f"401 {REFUSED} base url: https://api.4allapi.com/v1",
        ["`OpenAI`", "`api.4allapi.com`"],
    ),
    (
        "sender-passed-on",
        f"unexpected status 401 Unauthorized: {REFUSED}, url: https://api.4allapi.com/v1/responses",
        ["`OpenAI`"],
    ),
    (
        "sender-provider",
        "ANTHROPIC_BASE_URL=https://api.4allapi.com\nAPI Error: 401 "
        '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
        ["`Anthropic`"],
    ),
    (
        "sender-certificate",
        "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: "
        "Host: api.4allapi.com. is not in the cert's altnames: DNS:*.office.example, DNS:office.example",
        ["`api.4allapi.com`", "`*.office.example`", "`office.example`"],
    ),
    ("sender-gateway", own("无效的令牌"), ["`new_api_error`"]),
]
