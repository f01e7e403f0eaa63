"""What is wrong with the key that was sent; no finding shows one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.assistant.findings import no_key
from bot.assistant.findings.message import Found, Message
from bot.assistant.findings.sender import is_ours
from bot.knowledge.schema import Meaning

_ECHOED = re.compile(
    r"incorrect api key provided: ?[\"'`]?"
    r"(?P<echo>\{\{ ?[\w.*]{1,50} ?\}\}|[$\w{}<>%.\[\]*-]{3,60}?)[\"'`]?(?:\. |\.?$|\.?[\"'\n])",
    re.IGNORECASE | re.MULTILINE,
)
_STAND_IN = re.compile(
    r"\$\{?[A-Za-z_*][\w*]*\}?|%[A-Za-z_*][\w*]*%|\{\{.*|\[\[.*"
    r"|<?(?:sk-)?your[-_*].*|<?YOUR[-_*].*\*.*|<?(?:openai_|my_)?api[-_]?key>?"
    r"|process\.[\w.*]+|import\.meta\.[\w.*]+|os\.(?:environ|getenv).*|undefined|null|None"
)
"""What stands for a key, with the server's asterisks in its middle or without.

A row of x, or capitals without asterisks, may be how somebody hid one.
"""
_UNEXPANDED = re.compile(
    r"-H '(?:Authorization: ?Bearer |x-(?:goog-)?api-key: ?)(?P<curl>\$\{?[a-z_]\w{1,59}\}?)'"
    r"|(?:OpenAI|Anthropic)\([^)]{0,300}?api_?key\s{0,3}[=:]\s{0,3}[\"']"
    r"(?P<call>\$\{?[a-z_]\w{1,59}\}?|%[a-z_]\w{1,59}%|\$?\{?process\.env\.\w{2,60}\}?|os\.environ[\w.]{0,60})[\"']",
    re.IGNORECASE,
)
_TWO_BEARERS = re.compile(r"Authorization\W{1,6}Bearer\s{1,4}Bearer\s", re.IGNORECASE)

_RECOGNISED = frozenset({"expired", "disabled", "used-up", "console"})
"""Cases of a refused token in which the key itself arrived whole, or plays no part."""

_PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "Anthropic",
        "openai-project": "OpenAI",
        "openai": "OpenAI",
        "openrouter": "OpenRouter",
        "google": "Google",
        "groq": "Groq",
        "xai": "xAI",
        "perplexity": "Perplexity",
        "huggingface": "Hugging Face",
        "replicate": "Replicate",
        "aws": "AWS",
    }
)
"""The kind of a key that only one provider gives out -> the provider."""


def placeholder(message: Message) -> Found | None:
    """Something that stands for a key was sent in its place: the server echoes it, or nothing can expand it.

    A placeholder that merely stands in a pasted request may be how somebody hid the key, and `"$KEY"` in
    double quotes is expanded by a shell.
    """
    if not _refused(message):
        return None
    if (match := message.last(_ECHOED, "incorrect api key")) and _STAND_IN.fullmatch(match["echo"]):
        return Found("key-placeholder", {"placeholder": match["echo"]})
    if match := message.last(_UNEXPANDED):
        return Found("key-placeholder", {"placeholder": match["curl"] or match["call"]})
    return None


def bearer_twice(message: Message) -> Found | None:
    """`Bearer Bearer` before a refused key, whether or not it could be recognised as one."""
    if not _refused(message):
        return None
    twice = any(secret.bearer_twice for secret in message.secrets) or message.last(_TWO_BEARERS, "bearer")
    return Found("key-bearer-twice") if twice else None


def quoted(message: Message) -> Found | None:
    """Quotes are sent as part of the key, and the key is what was refused."""
    return Found("key-quoted") if _refused(message) and any(secret.quoted for secret in message.secrets) else None


def spaced(message: Message) -> Found | None:
    """A space, a line break or a character nobody sees is part of the key, which was refused or could not be sent.

    SDKs speak of the latter as a connection error without a reason.
    """
    wrong = _refused(message) or message.best.meaning == Meaning("network")
    return Found("key-spaced") if wrong and any(secret.spaced for secret in message.secrets) else None


def other_provider(message: Message) -> Found | None:
    """Every key in the message is one of other providers, and it is this service that refused it."""
    providers = {_PROVIDERS.get(secret.kind) for secret in message.secrets}
    known = [provider for provider in providers if provider]
    if not _refused(message) or len(known) != 1 or len(providers) != 1 or not is_ours(message):
        return None
    return Found("key-other-provider", {"provider": known[0]})


def tail(message: Message) -> Found | None:
    """More text is glued to the key, and the key or the channel behind it was refused."""
    glued = any(secret.tail for secret in message.secrets)
    return Found("key-tail") if glued and (_refused(message) or message.means("403", "channel-suffix")) else None


FINDERS = (placeholder, bearer_twice, quoted, spaced, other_provider, tail, *no_key.FINDERS)


def _refused(message: Message) -> bool:
    """Say whether the key, as it arrived, was refused."""
    return message.means("401") and message.best.meaning.case not in _RECOGNISED
