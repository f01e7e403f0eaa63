"""What is wrong with the model's name; only where the error says that there is no such model."""

from __future__ import annotations

import re

from bot.assistant.findings.message import Found, Message
from bot.assistant.secret_surroundings import INVISIBLE

_QUOTE = r"\\{0,3}[`'\"]"

_NO_CHANNEL = re.compile(
    r"分[组組] ?(?P<zh_group>[^\n\"']{1,60}?) ?下(?:对于|對於)?模型 ?(?P<zh>[^\n\"']{0,100}?) ?"
    r"(?:无可用渠道|無可用[管渠]道|的可用渠道失败|的可用渠道不存在)"
    r"|(?:no available channel|failed to get available channel|there are no channels available) for model "
    r"?(?P<en>[^\n\"']{0,100}?) ?under (?:the current )?group (?P<en_group>[^\n\"'(]{1,60}?)(?= ?\(|[\"'\n:]|$)",
    re.IGNORECASE,
)
"""The gateway's own texts: new-api and one-api, `middleware/distributor.go`, old and new, Chinese and English."""

_NO_MODEL = re.compile(
    rf"the (?:requested )?model {_QUOTE}(?P<quoted>[^`'\"\n\\]{{0,100}}){_QUOTE} (?:does not exist|was not found)"
    r"|the model (?P<bare>[\w./:@+-]{2,100}) does not exist"
    r"|not found the model (?P<moonshot>[\w./:@+-]{2,100}) or permission denied"
    r"|models/(?P<google>[\w./:@+-]{2,100}) is not found for API version"
    r"|invalid model name passed in model=(?P<litellm>[\w./:@+-]{2,100}?)\.? "
    r"|(?P<openrouter>[\w./:@+-]{2,100}) is not a valid model ID",
    re.IGNORECASE,
)
"""What providers say: OpenAI and its likes, Moonshot, Gemini, LiteLLM, OpenRouter."""

_FIELD = re.compile(
    rf"(?<![\w-]){_QUOTE}?model{_QUOTE}?\s{{0,3}}[:=]\s{{0,3}}{_QUOTE}(?P<name>[^`'\"\n\\]{{0,100}}){_QUOTE}"
)
_EDGES = f"\\s{INVISIBLE}\u00a0\u3000"
_AT_THE_EDGE = re.compile(rf"^[{_EDGES}]+|[{_EDGES}]+$")
_HIDDEN = re.compile(f"[{INVISIBLE}]")


def missing(message: Message) -> Found | None:
    """No model was sent: the gateway's text has an empty place where the name belongs."""
    match = message.last(_NO_CHANNEL) if _is_unknown(message) else None
    empty = match is not None and not (match["zh"] or match["en"] or "").strip()
    return Found("model-missing") if empty else None


def misnamed(message: Message) -> Found | None:
    """The name that was sent is written wrong, or is right, so far as the names that are known tell."""
    sent = _sent(message) if _is_unknown(message) else None
    if sent is None or not sent.strip():
        return None
    return _other_name(_trimmed(sent), message) or _right(sent, message)


def spaced(message: Message) -> Found | None:
    """Spaces or characters that nobody sees are part of the name that was sent."""
    sent = _sent(message) if _is_unknown(message) else None
    trimmed = _trimmed(sent) if sent else ""
    if not sent or not trimmed or (trimmed == sent and not re.search(r"\s", sent)):
        return None
    right = message.names.same(trimmed) or ("" if re.search(r"\s", trimmed) else trimmed)
    return Found("model-spaces", {"sent": _visible(sent), "put": right})


FINDERS = (missing, spaced, misnamed)


def _is_unknown(message: Message) -> bool:
    return message.means("503", "no-channel")


def _sent(message: Message) -> str | None:
    """Return the model as it was sent, with whatever stands around it; only one that the error itself names."""
    for pattern in (_NO_CHANNEL, _NO_MODEL):
        if match := message.last(pattern):
            return next((text for name, text in match.groupdict().items() if text and "group" not in name), None)
    named, field = message.evidence.model, message.last(_FIELD)
    if named and field and field["name"].strip() == named:
        return field["name"]
    return named if named and named.lower() == message.evidence.captured.get("model", "").lower() else None


def _trimmed(sent: str) -> str:
    return _HIDDEN.sub("", _AT_THE_EDGE.sub("", sent))


def _visible(sent: str) -> str:
    shown = re.sub(r"\s", "␣", sent)
    return _HIDDEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", shown)


def _other_name(sent: str, message: Message) -> Found | None:
    """The name is known to be another one's: an alias, a retired one, one with its provider before it, a slip."""
    names, lowered = message.names, sent.lower()
    if sent in names.exact:
        return None
    if lowered in names.retired:
        successor = names.retired[lowered]
        return (
            Found("model-retired", {"sent": sent, "put": successor})
            if successor
            else Found("model-gone", {"sent": sent})
        )
    if right := names.aliases.get(lowered):
        return Found("model-alias", {"sent": sent, "put": right})
    bare = sent.rpartition("/")[2]
    if bare != sent and (known := bare if bare in names.exact else names.aliases.get(bare.lower())):
        return Found("model-prefix", {"sent": sent, "put": known})
    near = names.near(sent)
    return Found("model-near", {"sent": sent, "names": near}) if near else None


def _right(sent: str, message: Message) -> Found | None:
    """The name is one that its maker uses, and the gateway says it has no channel: it is the group or the channel."""
    match = message.last(_NO_CHANNEL)
    group = (match["zh_group"] or match["en_group"] or "").strip() if match else ""
    return Found("model-right", {"sent": sent, "group": group}) if group and sent in message.names.exact else None
