"""What a key looks like, and where one stands: the table that `secrets.mask` walks.

A row of `FORMATS` knows a key by its own letters, a row of `PLACES` by what stands before it. The first
row that fits names the key; the looser rows behind it only make sure that nothing of it stays readable.

Rows come from the rule files of gitleaks (`config/gitleaks.toml`), trufflehog (`pkg/detectors`) and
Yelp/detect-secrets, and from the gateways' own sources. Their lengths are the rule authors', not a
promise of the vendor, so most rows take a key that is longer or somewhat shorter.

Patterns are linear on any text: a run of key characters is possessive, everything else is bounded, and
the check of what stands before a sign comes behind the sign, which lets `re` search for it literally.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bot.assistant.secret_values import (
    could_be_key,
    could_be_password,
    has_capital,
    is_in_two,
    looks_drawn,
    mixes_cases_and_digits,
    mixes_letters_and_digits,
    not_filler,
    not_url_placeholder,
)

KeyTest = Callable[[str], bool]


@dataclass(frozen=True)
class Format:
    """One way to recognise a key.

    Attributes:
        kind: The provider's format, or the sort of place.
        sign: Literal text without which the pattern cannot match; empty where there is none.
        regex: Finds the key. Groups, all optional: `key` (else the whole match), `head` (the format's
            public prefix) and `tail` (text behind the key that does not belong to it).
        is_key: Whether what was found is a key and not, say, a placeholder. Sees it without its head.
        first_half: For a key whose sign stands in its middle: what stands before the sign.
        word: Shown in place of the key; empty where its head, two first and two last characters are.
    """

    kind: str
    sign: str
    regex: str
    is_key: KeyTest
    first_half: str = ""
    word: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`regex`, compiled when a text first holds the sign."""
        return re.compile(self.regex, re.ASCII)

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        """`first_half`, likewise."""
        return re.compile(rf"{self.first_half}\Z", re.ASCII) if self.first_half else None


# --- Ways to write a row ----------------------------------------------------------------------------

_CUT = r"(?!…|\*{3}|\*+[\w\[]|\.{3})"  # a key that was masked already goes on so
_RUN = rf"[\w-]{{24,}}+|[\w-]{{16,23}}+{_CUT}"
_SPACES = r"[\s\u00a0]"


def _unglued(sign: str = "") -> str:
    """The pattern of a place right behind `sign` where `sign` is no part of a word."""
    return "(?:{})".format(
        "|".join(
            (
                f"(?<![A-Za-z0-9]{sign})",
                rf"(?<=\\[nrt]{sign})",  # the "\n" of JSON and Python
                rf"(?<=\\u00[0-9a-f][0-9a-f]{sign})",  # so Go's JSON writes <, > and &
                f"(?<=%[0-9A-Fa-f][0-9A-Fa-f]{sign})",
            )
        )
    )


def _by_sign(kind: str, sign: str, head: str, body: str, *, is_key: KeyTest = not_filler, word: str = "") -> Format:
    """A key that begins with `sign`, which is no part of a word; `head` goes on from there.

    What is glued to its end is masked with it: half of a second key would be readable otherwise.
    """
    literal = re.escape(sign)
    return Format(kind, sign, rf"(?P<head>{literal}{_unglued(literal)}{head})(?:{body})[\w-]*+", is_key, word=word)


def _by_middle(
    kind: str, sign: str, before: str, rest: str, *, is_key: KeyTest = not_filler, word: str = "token"
) -> Format:
    """A key with nothing to know it by but the `sign` in its middle."""
    return Format(kind, sign, rf"{re.escape(sign)}{rest}[\w-]*+", is_key, before, word)


def _by_place(kind: str, sign: str, pattern: str, *, is_key: KeyTest = could_be_key, word: str = "key") -> Format:
    """A value that is a key because of what stands before it. The text it is matched on is lower-case."""
    return Format(kind, sign, pattern, is_key, word=word)


# --- Keys known by their own letters ----------------------------------------------------------------

_ENDS = "(?!_*[0-9A-Za-z])"  # Markdown may put its underscores behind a key
_ASCII_BUT = r"[^\s\u0080-\U0010ffff"
_WHOLE = "[0-9A-Za-z]{48}"
_PART = "[0-9A-Za-z]{1,47}+"
_TAIL = r"(?P<tail>-[\w#-]*+|#\d{1,9})?"

FORMATS: tuple[Format, ...] = (
    # gitleaks, trufflehog openai.go and openaiadmin.go
    _by_sign("openai-project", "sk-", "(?:proj|svcacct|service|admin)-", _RUN),
    # gitleaks, trufflehog anthropic.go; api03, admin01 and the OAuth tokens' oat01
    _by_sign("anthropic", "sk-ant-", r"(?:[a-z]{2,8}\d\d-)?", _RUN),
    # trufflehog openrouter.go
    _by_sign("openrouter", "sk-or-", r"(?:v\d-)?", "[0-9A-Za-z]{32,}+"),
    # gitleaks, detect-secrets: the marker is base64 for "OpenAI"
    _by_sign("openai", "sk-", "(?:None-)?", r"[0-9A-Za-z]{16,24}T3BlbkFJ[\w-]{16,}+"),
    # new-api common/utils.go. A channel's number may follow; the gateway splits the key at each "-"
    _by_sign("gateway", "sk-", "", rf"{_WHOLE}{_TAIL}{_ENDS}"),
    # The same behind a word, as in "Bearersk-…": hardly anything else has 48 such characters
    Format("gateway", "sk-", rf"(?P<head>sk-)[0-9A-Za-z]{{48,}}+{_TAIL}", mixes_cases_and_digits),
    # The same in two parts, where a line was broken or bold type begins. A bracket begins another key's mask, with
    # which this one made one run
    _by_sign("gateway", "sk-", "", rf"{_PART}(?:{_SPACES}{{1,4}}|\*\*){_PART}{_TAIL}(?![\w-]*\[)", is_key=is_in_two),
    # one-hub model/token.go: a short id, then 32 bytes in base64url; "#id" is an administrator's
    _by_sign("one-hub", "sk-", "", rf"[0-9A-Za-z]{{15,}}+_[\w-]{{43}}(?P<tail>#\d{{1,9}})?(?!-){_ENDS}"),
    # trufflehog deepseek.go
    _by_sign("deepseek", "sk-", "", rf"[a-z0-9]{{32}}(?!-){_ENDS}"),
    _by_sign("google", "AIza", "", r"[\w-]{30,}+"),  # gitleaks, trufflehog googlegemini.go
    _by_sign("groq", "gsk_", "", "[0-9A-Za-z]{40,}+"),  # trufflehog groq.go
    _by_sign("xai", "xai-", "", r"[\w-]{60,}+"),  # trufflehog xai.go
    _by_sign("replicate", "r8_", "", r"[\w-]{32,}+"),  # trufflehog replicate.go
    _by_sign("huggingface", "hf_", "", "[0-9A-Za-z]{30,}+"),  # gitleaks, trufflehog huggingface.go
    _by_sign("huggingface", "api_org_", "", "[0-9A-Za-z]{30,}+"),
    _by_sign("perplexity", "pplx-", "", "[0-9A-Za-z]{40,}+"),  # gitleaks
    _by_sign("elevenlabs", "sk_", "", "[a-f0-9]{40,}+"),  # trufflehog elevenlabs v2
    _by_sign("stripe", "sk_", "(?:test|live|prod)_", "[0-9A-Za-z]{10,}+"),  # gitleaks
    _by_sign("stripe", "rk_", "(?:test|live|prod)_", "[0-9A-Za-z]{10,}+"),
    _by_sign("aws", "A", "(?:3T[A-Z0-9]|KIA|SIA|BIA|CCA)", "[A-Z2-7]{16}"),  # gitleaks
    _by_sign("aws", "ABSK", "", "[0-9A-Za-z+/]{80,}+={0,2}"),  # gitleaks, Bedrock
    *(_by_sign("github", f"gh{kind}_", "", "[0-9A-Za-z]{30,}+") for kind in "pousr"),  # gitleaks
    _by_sign("github", "github_pat_", "", r"\w{40,}+"),
    _by_sign("slack", "xox", "[abeoprs]-", r"\d[\w-]{15,}+"),  # gitleaks
    _by_sign("npm", "npm_", "", "[0-9A-Za-z]{36,}+"),  # gitleaks
    _by_sign("cloudflare", "cfut_", "", "[0-9A-Za-z]{40,}+"),  # trufflehog
    _by_sign("cloudflare", "cfat_", "", "[0-9A-Za-z]{40,}+"),
    # gitleaks; the header of a JSON Web Token is an object, "{" and a quote are "eyJ" in base64
    _by_sign("jwt", "eyJ", "", r"[\w-]{14,}+\.eyJ[\w-]{10,}+\.?[\w-]*+", word="token"),
    # gitleaks. A paste may end before the key does: then whatever can be base64 goes
    Format(
        "private-key",
        "-----BEGIN",
        r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]*(?:-(?!-{4})[^-]*)*-----END[ A-Z0-9]{0,40}KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]*+[\w-]*+)",
        not_filler,
        word="private key",
    ),
    # trufflehog discordwebhook.go, widened to old hosts, canary and versions
    Format(
        "discord-webhook",
        "webhooks/",
        r"https?://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{17,20}/[\w-]{60,}+",
        not_filler,
        word="webhook",
    ),
    # trufflehog discordbottoken.go, widened: today's tokens are longer
    _by_middle("discord-bot", ".", _unglued() + "[0-9A-Za-z]{23,28}", r"[\w-]{6}\.[\w-]{27,}+", is_key=has_capital),
    _by_middle("telegram", ":", r"(?<!\d)\d{8,12}", r"[\w-]{35,}+"),  # trufflehog telegrambottoken.go
    _by_middle("zhipu", ".", _unglued() + "[0-9a-f]{32}", "[0-9A-Za-z]{16,}+"),  # observed
    # microsoft/security-utilities, CommonAnnotatedSecurityKey: the signature stands behind 52 characters
    _by_middle("azure", "JQQJ9", _unglued() + "[0-9A-Za-z]{52}", "[0-9A-Za-z]{20,}+={0,2}"),
    # new-api middleware/auth.go takes the key without its "sk-", which people may write "Sk-" or "sk–" as well.
    # Next to the other marks it is a part of something in base64, of a path, or of one run with another key
    Format(
        "gateway",
        "",
        rf"{_WHOLE}{_unglued(_WHOLE)}(?<![+/]{_WHOLE})"
        rf"(?:(?<![0-9A-Za-z][_-]{_WHOLE})|(?<=[Ss][Kk][_-]{_WHOLE}))"
        rf"(?P<tail>[#-]\d{{1,9}})?(?![+/%]|[_-]*[0-9A-Za-z\[]|\s-----END )",
        looks_drawn,
    ),
    # The rest of what begins like a key of an OpenAI-compatible service, Moonshot's for instance
    _by_sign("sk", "sk-", "", _RUN, is_key=could_be_key),
    # RFC 3986, 3.2.1: user information, as in postgres://user:password@host
    Format(
        "password",
        "://",
        rf"://{_ASCII_BUT}/@:\"'<>\[]{{0,64}}:(?P<key>{_ASCII_BUT}/\"'`<>\\?#]{{1,256}})@",
        not_url_placeholder,
        word="password",
    ),
)

# --- Keys known by where they stand -----------------------------------------------------------------

_CHARS = r"[\w.~+/=%-]"  # RFC 6750, 2.1, and "%" for what is escaped in a query
_OUR_MASK = r"(?!…[\w-]{2}(?![\w-]))"
_VALUE = rf"(?P<key>{_CHARS}{{24,}}+{_OUR_MASK}|{_CHARS}{{8,23}}+(?!{_CHARS}|[\[(]|: ){_CUT})"
_OPEN = rf"(?:\\{{0,3}}[\"'`“‘”’]){{0,2}}{_SPACES}{{0,4}}"
_IS = r"(?:\\{0,3}[\"'”’]?[ \t]{0,4}[:=：]>?[ \t]{0,4}|[\"'],[ \t]{0,2}(?=[\"']))" + _OPEN
_PASSWORD = rf"{_ASCII_BUT}\\`"
_OWNERS = "api secret access auth private master account subscription openai anthropic claude gemini gateway"


def _by_name(kind: str, name: str, *owners: str, is_key: KeyTest = could_be_key) -> Format:
    """A value assigned to `name`, before which one of the `owners`, if any, has to stand."""
    owned = "|".join(f"(?<={owner}{name})" for owner in owners)
    return _by_place(kind, name, f"{name}(?:{owned}){_IS}{_VALUE}", is_key=is_key)


PLACES: tuple[Format, ...] = (
    # trufflehog azure_openai.go: 32 hexadecimal digits mean a key only next to the host and the word
    _by_place("azure", ".azure.com", r"key[^\w\n\]\u0080-\U0010ffff]{0,12}(?P<key>[a-f0-9]{32}[\w-]*+)"),
    # gitleaks curl-auth-header
    _by_place(
        "header",
        "authorization",
        rf"authorization{_IS}(?:(?:bearer|basic|token|key|authorization:){_SPACES}{{1,8}}){{0,3}}{_OPEN}{_VALUE}",
    ),
    # new-api middleware/auth.go: the headers it reads a key from, and Azure's
    _by_name("header", "-key", "api", "subscription"),
    _by_name("header", "mj-api-secret"),
    _by_place("header", "openai-insecure-api-key.", rf"openai-insecure-api-key\.{_VALUE}"),
    _by_place(
        "bearer",
        "bearer",
        rf"bearer{_SPACES}{{0,8}}{_OPEN}{_VALUE}",
        is_key=mixes_letters_and_digits,
        word="token",
    ),
    # new-api reads ?key=; Go's JSON escapes the "&"
    _by_place(
        "query",
        "=",
        rf"(?:\?|&|\\u0026)(?:key|api_?key|api-key|(?:access_|auth_)?token)={_VALUE}",
        is_key=mixes_letters_and_digits,
    ),
    # detect-secrets keyword.py: names of variables, fields and options
    _by_name("assignment", "key", *(owner + mark for owner in _OWNERS.split() for mark in ("", "_", "-", " "))),
    _by_name("assignment", "密钥"),
    _by_name("assignment", "token", is_key=mixes_letters_and_digits),
    _by_name("assignment", "secret", is_key=mixes_letters_and_digits),
    _by_place(
        "assignment",
        "--",
        rf"--(?:[a-z]{{1,8}}-)?(?:key|token|secret)[ =]{_OPEN}{_VALUE}",
        is_key=mixes_letters_and_digits,
    ),
    *(
        _by_place(
            "password",
            name,
            rf"{name}{_IS}(?![$<{{\[%*])"
            rf"(?P<key>(?<=\"){_PASSWORD}\"]{{4,}}+|(?<='){_PASSWORD}']{{4,}}+"
            rf"|(?<![\"']){_PASSWORD}\"'<>&,;]{{4,}}+){_CUT}",
            is_key=could_be_password,
            word="password",
        )
        for name in ("password", "passwd", "pwd", "密码")
    ),
)
