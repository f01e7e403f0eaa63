"""Which page came back, where the answer is a web page."""

from __future__ import annotations

import re

from bot.assistant.findings.called import hosts_in_use, own_hosts
from bot.assistant.findings.message import Found, Message

_START = re.compile(r"<!doctype html|<html\b|<head\b|<title\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"<!doctype html|<html\b", re.IGNORECASE)
_IN_A_REQUEST = re.compile(r"[\"'](?:content|text|prompt|input)\\{0,3}[\"']\s{0,3}:\s{0,3}\\{0,3}[\"'][^\n]{0,40}$")
_TITLE = re.compile(r"<title[^<>\n]{0,100}>\s{0,20}(?P<title>[^<>\n]{1,120}?)\s{0,20}</title", re.IGNORECASE)
_OF_AN_ERROR = re.compile(r"(?:error:? ?)?[1-5]\d\d\b|error\b", re.IGNORECASE)
_LOGIN = re.compile(
    r"<input\b[^<>]{0,200}\btype=\\{0,3}[\"']?password"
    r"|<title[^<>\n]{0,100}>[^<>\n]{0,80}(?:\b(?:log|sign)[ -]?in\b|\bcaptive portal\b|登录|登陆|上网认证)",
    re.IGNORECASE,
)
_APP = re.compile(r"<div id=\\{0,3}[\"']?(?:root|app)\b", re.IGNORECASE)
_CLOUDFLARE = re.compile(
    r"<center>\s{0,4}cloudflare|cloudflare ray id|\| cloudflare</title|\bcf-(?:error-details|wrapper)\b|_cf_chl_opt"
    r"|security by\b.{0,200}cloudflare|<title>[^<\n]{1,80}\| 5[23]\d: |<title>just a moment\.\.\.",
    re.IGNORECASE,
)
"""What only Cloudflare's own pages hold; its scripts stand in every page that passes through it."""
_SERVER = re.compile(r"<center>\s{0,4}(?:nginx|openresty)|<hr>\s{0,4}<center>", re.IGNORECASE)


def answer(message: Message) -> str:
    """Return the page in a message, from its first tag on; empty where there is none, or it was sent rather."""
    if "<" not in message.text or not (start := _START.search(message.text)):
        return ""
    before = message.text[max(0, start.start() - 120) : start.start()]
    return "" if _IN_A_REQUEST.search(before) else message.text[start.start() :]


def is_cloudflares(page: str) -> bool:
    """Say whether a page is one that Cloudflare itself makes."""
    return bool(_CLOUDFLARE.search(page))


def is_web_servers(page: str) -> bool:
    """Say whether a page is the one with which nginx and its kin report an error."""
    return bool(_SERVER.search(page)) and not is_cloudflares(page)


def whose(message: Message) -> Found | None:
    """Say which page it is, in an answer that should have been data: a login, the service's website, another one."""
    page = answer(message) if message.means("web-page") or message.best.meaning.entry.startswith("40") else ""
    if not _DOCUMENT.match(page) or is_cloudflares(page) or is_web_servers(page):
        return None
    if _LOGIN.search(page):
        return Found("sender-login")
    if message.means("401") or message.means("403"):
        return None
    named = _TITLE.search(page)
    title = " ".join(named["title"].split()) if named else ""
    name = message.service.name.casefold()
    used = hosts_in_use(message.addresses)
    called_here = bool(used) and used <= own_hosts(message.service)
    if title.casefold() in {name, name.removesuffix(" api")} or (_APP.search(page) and called_here):
        return Found("sender-website")
    return Found("sender-page", {"title": title}) if title and not _OF_AN_ERROR.match(title) else None


FINDERS = (whose,)
