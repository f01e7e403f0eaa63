"""Errors as gateways, providers and web servers write them, for messages that tests put together."""

from __future__ import annotations

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
REFUSED = (
    "Incorrect API key provided: sk-Abcde***********wxyz. "
    "You can find your API key at https://platform.openai.com/account/api-keys."
)
WEB_APP = (
    '<!doctype html><html lang="zh"><head><title>Relay Console</title></head><body><div id="root"></div>'
    '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script></body></html>'
)
