"""What is known of a model's name, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.model_lookup import ModelFacts, ModelLookup
from bot.knowledge.schema import Language, Service

MOST_GROUPS = 15
"""How many groups are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Sentences:
    right: str
    right_live: str
    spelled: str
    spelled_live: str
    retired: str
    successor: str
    no_successor: str
    unknown: str
    unknown_live: str
    groups: str
    nearest: str
    more: str
    comma: str
    other: str
    counted: str
    live: str
    known: str


_SENTENCES: Mapping[Language, _Sentences] = {
    "en": _Sentences(
        right="✅ {asked} is a model's exact name.",
        right_live="✅ {asked} is offered, by exactly this name.",
        spelled="✏️ {asked} is not the exact name. Copy this one: {name}",
        spelled_live="✏️ {asked} is offered, but by another name. Copy this one: {name}",
        retired="⛔ {asked} has been retired.",
        successor="What replaced it: {name}",
        no_successor="Nothing is known to have replaced it.",
        unknown="❓ {asked} is not among the names that are commonly known.",
        unknown_live="❌ {asked} is not in the service's list.",
        groups="Groups that serve it: {groups}. Your token has to be in one of them.",
        nearest="Did you mean one of these?",
        more="and {count} more",
        comma=", ",
        other="Others",
        counted="{models} models",
        live="The service's own list, as of {when}",
        known="Names that are commonly known, not the service's live list, which stands here: {page}",
    ),
    "zh": _Sentences(
        right="✅ {asked} 是正确的模型名称。",
        right_live="✅ {asked} 可用，名称完全正确。",
        spelled="✏️ {asked} 不是准确的名称，请复制这个：{name}",
        spelled_live="✏️ 该模型可用，但 {asked} 不是准确的名称，请复制这个：{name}",
        retired="⛔ {asked} 已下线。",
        successor="替代它的是：{name}",
        no_successor="没有已知的替代模型。",
        unknown="❓ 常见的模型名称里没有 {asked}。",
        unknown_live="❌ 服务的模型列表里没有 {asked}。",
        groups="支持它的分组：{groups}。令牌须属于其中之一。",
        nearest="你是不是想找：",
        more="另有 {count} 个",
        comma="、",
        other="其他",
        counted="{models} 个模型",
        live="来自服务自己的模型列表，更新于 {when}",
        known="以上是常见的模型名称，并非服务的实时列表；实时列表见：{page}",
    ),
}


def sentences(facts: ModelFacts, lang: Language, quote: Callable[[str], str]) -> list[str]:
    """Return what to say of a name, one line each.

    Args:
        facts: what is known of it.
        lang: the reader's language.
        quote: makes a name fit to be shown; whoever wrote it may mean harm.
    """
    words = _SENTENCES[lang]
    said = {
        "right": words.right_live if facts.live else words.right,
        "other-spelling": words.spelled_live if facts.live else words.spelled,
        "retired": words.retired,
        "unknown": words.unknown_live if facts.live else words.unknown,
    }[facts.standing]
    name = quote(facts.name) if facts.name else ""
    lines = [said.format(asked=quote(facts.asked) or "–", name=name)]
    if facts.standing == "retired":
        lines.append(words.successor.format(name=name) if name else words.no_successor)
    if facts.groups:
        lines.append(words.groups.format(groups=_some(facts.groups, words, quote)))
    if facts.nearest:
        lines += [words.nearest, *(f"- {quote(near)}" for near in facts.nearest)]
    return lines


def counted(lookup: ModelLookup, lang: Language) -> list[str]:
    """Return how many models there are, and in another line how many of them are each provider's."""
    total = _SENTENCES[lang].counted.format(models=len(lookup.right.names))
    shares = (f"{provider_named(name, lang)}\N{NO-BREAK SPACE}{len(found)}" for name, found in lookup.by_family.items())
    return [total, " · ".join(shares)]


def provider_named(provider: str, lang: Language) -> str:
    """Return how a provider is called, or those that are nobody's."""
    return provider or _SENTENCES[lang].other


def origin(service: Service, lang: Language, when: str | None) -> str:
    """Return where the names come from.

    Args:
        service: whose models they are.
        lang: the reader's language.
        when: the time of the service's own list; None where there is none.
    """
    words = _SENTENCES[lang]
    return words.known.format(page=service.models_page[lang]) if when is None else words.live.format(when=when)


def _some(groups: Sequence[str], words: _Sentences, quote: Callable[[str], str]) -> str:
    shown = [quote(group) for group in groups[:MOST_GROUPS]]
    if more := len(groups) - len(shown):
        shown.append(words.more.format(count=more))
    return words.comma.join(shown)
