"""What is wrong with the model's name or its group; only where the error says that there is no such model.

What the service offers is told from its catalogue, where there is a fresh one and the error is the service's own;
otherwise the names that are commonly known have to do, which never prove that a name is right here.
"""

from __future__ import annotations

import re

from bot.assistant import facts
from bot.assistant.facts import NO_CHANNEL
from bot.assistant.findings.called import host_of, hosts_in_use, own_hosts
from bot.assistant.findings.message import Found, Message
from bot.assistant.findings.sender import says_gateway
from bot.assistant.secret_surroundings import INVISIBLE
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.model_lookup import ModelLookup

MOST_GROUPS = 6
"""How many groups are named; a service may have hundreds."""

_QUOTE = r"\\{0,3}[`'\"]"

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
    match = message.last(NO_CHANNEL) if _is_unknown(message) else None
    empty = match is not None and not (match["zh"] or match["en"] or "").strip()
    return Found("model-missing") if empty else None


def misnamed(message: Message) -> Found | None:
    """The name that was sent is written wrong or not offered; or it is right, and it is the group or the channel."""
    sent = _sent(message) if _is_unknown(message) else None
    if not sent or not (name := _trimmed(sent)):
        return None
    offered = _offered(message)
    names = offered or message.known
    if name in names.right:
        # That a name is commonly known proves no spelling here.
        return _right(name, offered, message) if offered and name == sent else None
    if offered is None:
        # Where another service was called, its names are not ours to tell.
        elsewhere = hosts_in_use(message.addresses) - own_hosts(message.service)
        return None if elsewhere else _other_name(name, names) or _near(name, names)
    if right := names.right.same(name):
        return None if _has_spaces(sent) else Found("model-alias", {"sent": name, "put": right})
    return _other_name(name, names) or _not_offered(name, names)


def spaced(message: Message) -> Found | None:
    """Spaces or characters that nobody sees are part of the name that was sent."""
    sent = _sent(message) if _is_unknown(message) else None
    if not sent or not (name := _trimmed(sent)) or not _has_spaces(sent):
        return None
    offered = _offered(message)
    names = offered or message.known
    put = names.right.same(name) or ("" if offered or re.search(r"\s", name) else name)
    return Found("model-spaces", {"sent": _visible(sent), "put": put}) if put != sent else None


FINDERS = (missing, spaced, misnamed)


def _is_unknown(message: Message) -> bool:
    return message.means("503", "no-channel")


def _sent(message: Message) -> str | None:
    """Return the model as it was sent, with whatever stands around it; only one that the error itself names."""
    for pattern in (NO_CHANNEL, _NO_MODEL):
        if match := message.last(pattern):
            return next((text for name, text in match.groupdict().items() if text and "group" not in name), None)
    named, field = message.evidence.model, message.last(_FIELD)
    if named and field and field["name"].strip() == named:
        return field["name"]
    return named if named and named.lower() == message.evidence.captured.get("model", "").lower() else None


def _offered(message: Message) -> ModelLookup | None:
    """Return what the service offers; None where that is not known, or another host may have answered."""
    used, own = hosts_in_use(message.addresses), own_hosts(message.service)
    url = message.evidence.url
    if not used <= own or (url and host_of(url) not in own):
        return None
    return message.offered if message.last(NO_CHANNEL) or says_gateway(message) else None


def _has_spaces(sent: str) -> bool:
    """Say whether there is anything in a name that nobody sees."""
    return _trimmed(sent) != sent or re.search(r"\s", sent) is not None


def _trimmed(sent: str) -> str:
    return _HIDDEN.sub("", _AT_THE_EDGE.sub("", sent))


def _visible(sent: str) -> str:
    shown = re.sub(r"\s", "␣", sent)
    return _HIDDEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", shown)


def _other_name(sent: str, names: ModelLookup) -> Found | None:
    """The name is known to be another one's: a retired one, an alias, one with its provider before it."""
    lowered = sent.lower()
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
    if bare != sent and (known := bare if bare in names.right else names.aliases.get(bare.lower())):
        return Found("model-prefix", {"sent": sent, "put": known})
    return None


def _near(sent: str, names: ModelLookup) -> Found | None:
    """The name is not known, but it is like one that is."""
    near = names.right.misspelt(sent)
    return Found("model-near", {"sent": sent, "names": near}) if near else None


def _not_offered(sent: str, names: ModelLookup) -> Found:
    """The service does not offer the name."""
    near = names.right.instead(sent)
    return (
        Found("model-not-offered", {"sent": sent, "names": near})
        if near
        else Found("model-not-offered-none", {"sent": sent})
    )


def _right(sent: str, offered: ModelLookup, message: Message) -> Found | None:
    """The service offers the name, and the gateway says it has no channel: it is the group or the channel."""
    match = message.last(NO_CHANNEL)
    group = facts.group_in(match) if match else ""
    catalogue = offered.catalogue
    groups = _groups(sent, catalogue) if catalogue else ()
    served = catalogue.serves(sent, group) if catalogue and group else None
    if groups and served is False:
        return Found("model-other-groups", {"sent": sent, "groups": groups, "group": group})
    if groups and served is None:
        return Found("model-offered", {"sent": sent, "groups": groups})
    return Found("model-right", {"sent": sent, "group": group}) if group else None


def _groups(model: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the groups that serve a model, no more than can be read."""
    groups = sorted(catalogue.groups_of(model))
    return tuple(groups) if len(groups) <= MOST_GROUPS else (*groups[:MOST_GROUPS], "…")
