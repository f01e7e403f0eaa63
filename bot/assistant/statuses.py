"""When a three-digit number is an HTTP status: never by itself, only in the setting of an error.

A number is read with what stands right before and right after it. The settings below are how
programs, SDKs, logs and people write a status; whatever is in none of them (a port, a price, a line
number, a size, a count, part of a version or of a model's name) is no evidence. What counts or measures
things (`500 users`, `400ms`, `500 元`) or is the name of one (`room 404`, `订单 500`) is no status in any
setting; before a plural (`500 errors`) a number may be their count.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.assistant.source_code import SourceLines
from bot.knowledge.wording import CJK

LOOK = 48
"""How many characters before and after a number are looked at."""

UNSET = 0.55
"""The weight of a number outside every setting: it counts when the bot was asked, or with a complaint."""

ROUND = 0.3
"""The same for 400 and 500: a round number is a count until its setting says otherwise."""


class Status(NamedTuple):
    """A number read as an HTTP status: the setting it stands in and how sure that makes it, 0 to 1."""

    code: int
    start: int
    end: int
    setting: str
    weight: float


def _any(words: str) -> str:
    """Return an expression for any of the words; `_` stands for a space in one."""
    return f"(?:{'|'.join(words.split()).replace('_', ' ')})"


# What software and people call an error, and its number. Texts are folded: no accents, lower case.
_ERROR = _any(
    r"errors? err exceptions? fail(?:ed|ure)? 错误 报错 异常 出错 失败 エラー 오류 에러 ошибк\w* erro errores "
    r"fehler erreur errore"
)
_CODE = rf"(?:[ _-]?{_any(r'status code number 码 代码 コード 코드 codigo кода?')})"
_LINK = rf"[\"'`]?\s{{0,3}}{_any(r'is was of 为 是 := -> => [:=#(,[-]')}?\s{{0,3}}[\"'`(\[]{{0,2}}$"

# How people say that they met one.
_MET = _any(
    r"(?<=[\w']\s)return returns returned returning gets? got getting gotten receiv(?:e|es|ed|ing) throws? "
    r"threw thrown throwing gives? gave giving responds? responded responding answers? answered fails? failed "
    r"failing failure hits? hitting see sees seeing saw shows? showed showing encounter(?:s|ed|ing)? reports? "
    r"reporting says saying observing fac(?:e|es|ed|ing) then suddenly spits? keeps? constant(?:ly)? endless "
    r"due_to caused_by with 返回 报 提示 显示 出现 收到 遇到 抛出? 全是 都是 一直 总是 老是 变成 得到 就 "
    r"突然 又 还 再 получаю получил возвращает выдает recibo recebo obtengo devuelve da retorna retourne recois "
    r"bekomme erhalte"
)
_ON_THE_WAY = _any(
    r"an? the me us with back https? status code errors? api this following lots_of many some random constant "
    r"intermittent only just always 了 的 是 个 错误 错误码 状态码 une? eine?n? uma? er erro"
)

# The reason phrases of RFC 9110, nginx and the usual APIs; in `404 not found in my size` it is a sentence.
_REASON = _any(
    r"too_many_requests unauthori[sz]ed bad_request forbidden (?:page_)?not_found(?!_(?:in|at|near)\b) "
    r"payload_too_large request_entity_too_large content_too_large (?:internal_)?server_error "
    r"service_(?:temporarily_)?unavailable gateway_time-?out bad_gateway payment_required method_not_allowed "
    r"client_error not_allowed overloaded site_is_overloaded connection_timed?_?out request_time-?out "
    r"unprocessable a_timeout_occurred permission_denied resource(?:_has_been)?_exhausted insufficient_quota "
    r"rate_limit"
)

_BEFORE: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (name, weight, re.compile(pattern))
    for name, weight, pattern in (
        ("http", 0.96, rf"\bhttp(?:s|/\d(?:\.\d)?)?(?:[ _-]?(?:{_ERROR}|{_CODE}|response|请求))*{_LINK}"),
        ("http line", 0.96, r"\bhttp/\d(?:\.\d)?[\"']?\s{1,3}$"),
        ("status", 0.96, rf"(?:\b|_)status{_CODE}?(?:es)?{_LINK}"),
        ("status", 0.95, rf"状态码?{_LINK}"),
        ("error code", 0.95, rf"{_ERROR}{_CODE}?{_LINK}"),
        ("code", 0.88, rf"(?<!exit )(?<!zip )(?<!area )(?<!country )(?:\b|_)code{_LINK}"),
        ("code", 0.88, rf"{_any('码 代码 コード 코드')}{_LINK}"),
        ("log column", 0.9, r"\|\s{1,4}$"),
    )
)

# Before these a number may say how many there were.
_MANY = r"(?:errors|failed\s[a-z]{2,20}s)\b"

_AFTER: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (name, weight, re.compile(pattern))
    for name, weight, pattern in (
        ("reason", 0.96, rf"[\"'`)\]]{{0,2}}\s{{0,2}}[-:,(|]?\s{{0,2}}[\"'(]?{_REASON}"),
        ("exception", 0.94, r"\s{0,2}[:-]?\s{0,2}(?:[a-z_]{2,30}\.){0,3}[a-z]{3,40}(?:error|exception)\b"),
        (
            "error",
            0.87,
            rf"'?s?[\"'`)\]]{{0,2}}\s{{0,2}}(?:[a-z-]{{2,20}}\s){{0,2}}(?!{_MANY})"
            rf"(?:{_ERROR}|responses?|status(?: code)?)\b",
        ),
        (
            "error",
            0.87,
            rf"[\"'`]?\s{{0,2}}{_any('错误 报错 异常 错 エラー 오류 에러 ошибк になり が出 出ま 나와 나옴 떠요')}",
        ),
        ("plural", 0.82, r"'?s\b(?! timeout)"),
        ("body", 0.86, r"[.:,]?\s{0,2}-?\s{0,2}b?['\"]?\{\s{0,8}['\"]"),
    )
)

# A number that somebody met closes its clause: `got a 429 when …`, not `got 429 apples`.
_CLOSED = (
    rf"'?s?[\"'`)\]]{{0,2}}(?:\s*$|\s*\n|[.,:!?]+(?:\s|$)|\s{{0,2}}[({CJK}.,]|\s+"
    + _any(
        r"from when(?:ever)? on in for at and but again even after since while as if every now today using via "
        r"because due or is with until unless lol all too everytime instead despite without across consistently "
        r"randomly sometimes"
    )
    + r"\b)"
)
_ERRORS = r"\s(?:[a-z-]{2,20}\s)?errors\b"
_ANY_OF_THEM = _any("of many these those the some my random constant intermittent sporadic only always all any")
_AROUND: tuple[tuple[str, float, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (name, weight, re.compile(before), re.compile(after))
    for name, weight, before, after in (
        (
            "reported",
            0.84,
            rf"{_MET}(?:\s{{0,2}}{_ON_THE_WAY}){{0,4}}\s{{0,2}}[:\"'`(\[]{{0,2}}$",
            rf"{_CLOSED}|{_ERRORS}",
        ),
        ("reported", 0.84, rf"\b{_ANY_OF_THEM}\s$", _ERRORS),
        ("arrow", 0.82, r"(?:→|->|=>|⇒)\s?$", _CLOSED),
        ("meaning", UNSET, "", rf"\s{{0,2}}(?:means?\b|{_any('是?什么意思 是?啥意思')})"),
        ("spoken of", UNSET, r"\b(?:an?|the|une?|ein|um)\s$", rf"{_CLOSED}|\s+(?:my|your|our|was|here)\b"),
        # a number that opens a line, as titles of reports do: `401 when listing models`
        (
            "opening",
            0.82,
            r"(?:^|[\n>*\]:|-])[\s\"'`]{0,4}$",
            rf"了|'?s?\s+{_any('from when(?:ever)? on for after since while every using via with')}\b|\s*[:-]\s+[a-z]",
        ),
        ("errors", UNSET, "", _ERRORS),
    )
)

# The second of two numbers to choose from, which nobody has met yet: `401 or 403?`, `充值500还是503？`
_CHOICE = re.compile(rf"\d\s{{0,2}}[^\s\d]{{0,3}}\s{{0,2}}{_any('还是 或者? or oder или ou')}\s{{0,2}}$")

# A number that is only supposed: `on 429 wait`, `if you get a 401`, `handles 503`.
_SUPPOSED = re.compile(
    r"\b"
    + _any(r"on if handles? catch(?:es)? ignor(?:e|es|ing) treat(?:s|ed)? whether unless no")
    + r"(?:\s{1,2}"
    + _any(r"you we it they an? the any https? status code errors? gets? see returns? there is are")
    + r"){0,4}\s{1,2}$|(?:如果|当)\S{0,6}\s?$"
)
# What is asked for in an access log, where it is no call of an API.
_NO_CALL = re.compile(r"\.(?:php|env|git|html?|ico|txt|xml|js|css|png)\S{0,20} http/\d(?:\.\d)?[\"']?\s{1,3}$")

# What makes a number a count, a measure or a name, whatever else stands around it.
_UNIT = re.compile(
    r"[^\S\n]?"
    + _any(
        r"ms msec millisec\w* secs? seconds? mins? minutes? hours? hrs? days? weeks? months? years? [kmgt]i?b k "
        r"w x px pt g m b t dpi hz tokens? files? users? people persons? items? rows? lines? chars? characters? "
        r"words? times million billion usd eur dollars? bucks credits? points? rpm tpm rmb yuan pages? images? "
        r"models? stars? documents? chunks? calls messages requests_per steps? epochs? iterations? members "
        r"servers customers nm mm cm km miles kg lbs? mph km/h watts? area_code"
    )
    + r"\b|\s?"
    + _any(
        "刀 元 万 块 美元 美金 字 个 条 人 次 兆 年 天 秒 分 行 页 倍 米 多 以上 以下 左右 张 篇 家 名 斤 公里 毫秒 "
        "号 室 房间? 路(?![由径]) 楼 度 集 胶水"
    )
    + r"|[.,:/-]\d|%|\s?[*×]\s?\d|\+"
)
_GLUED = re.compile(r"[$€£¥#@&/\\.a-z0-9_+~^:-]\Z|[a-z]\[\Z|r\$ \Z")
_NUMBERED = re.compile(
    r"(?:\b"
    + _any(
        r"port lines? issue pr route gate train platform episode season page version step row "
        r"ticket build chapter size limit timeout max\w* min\w* count total over about around than first last "
        r"top roughly only up between exit_code"
    )
    + rf"|{_any('端口 第 共 约 大概 超过 预算')})"
    + r"\W{0,3}(?:(?:is|to|set|at|of|be|=|:|为|是)\W{0,2}){0,3}$|\w\s{0,2}=\s{0,2}$"
)
# What is numbered outside of software: its number is a name, whatever is said to be wrong with it.
_NAMED = re.compile(
    r"(?:\b"
    + _any(
        r"rooms? apt apartment suite flat house bus tram flight highway hwy freeway motorway interstate order "
        r"parcel invoice price seat locker score area_code zip_code"
    )
    + rf"|{_any('房间? 房号 航班 公交 高速 快递 订单 单号 门牌 价格')})"
    + r"\s{0,2}(?:(?:is|no\.?|nr\.?|number|号|是|为)\s{0,2})?[#:]?\s?$"
)
_THINGS = re.compile(r"\s[a-z]{3,20}s\b(?<!errors)(?<!codes)(?<!this)(?<!always)(?<!means)(?<!keeps)")


def judge(code: int, start: int, end: int, folded: str, source: SourceLines) -> Status | None:
    """Return the number at `start`:`end` of folded text as a status, or None where it is something else.

    Args:
        code: The number.
        start: Where it begins.
        end: Where it ends.
        folded: The text.
        source: Which lines of the text are source code.

    A number outside every setting comes back with the setting `number` and the weight `UNSET` or `ROUND`.
    """
    before, after = folded[max(0, start - LOOK) : start], folded[end : end + LOOK]
    if _UNIT.match(after) or _NAMED.search(before):
        return None
    if source.hold(start):
        return Status(code, start, end, "source code", ROUND)
    setting, weight = _setting(before, after)
    if weight > 0:
        return Status(code, start, end, setting, weight)
    if _GLUED.search(before) or _NUMBERED.search(before) or _THINGS.match(after):
        return None
    return Status(code, start, end, setting, ROUND if code % 100 == 0 else UNSET)


def _setting(before: str, after: str) -> tuple[str, float]:
    """Return the setting a number stands in and its weight, 0 where it is in none."""
    if _SUPPOSED.search(before) or _NO_CALL.search(before):
        return "supposed", ROUND
    for name, weight, pattern in _BEFORE:
        if pattern.search(before):
            return name, weight
    if not _GLUED.search(before):
        for name, weight, pattern in _AFTER:
            if pattern.match(after):
                return name, weight
        for name, weight, ahead, behind in _AROUND:
            if behind.match(after) and ahead.search(before) and not _CHOICE.search(before):
                return name, weight
    return "number", 0
