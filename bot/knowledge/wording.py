"""How words are compared: one folding and one splitting for the knowledge and for every message.

Folding keeps the length of the text, so a span found in folded text is a span of the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import add
from sys import intern
from typing import NamedTuple

CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Kana, Han and Hangul: scripts whose words are not set apart by spaces."""

FIRST_CJK = "\u3040"

IS_CJK = re.compile(f"[{CJK}]")

_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_LATIN_WORD = re.compile(rf"[^\W{CJK}]+")
_CJK_RUN = re.compile(f"[{CJK}]+")

WORD = re.compile(f"{_LATIN_WORD.pattern}|{_CJK_RUN.pattern}")

# The traditional characters that occur in gateway texts and in what people type about errors.
_TRADITIONAL = (
    "錯誤碼請無權訪問組額異報連線網絡絕斷載頁證書過濾參數設應務類關閉檢測試開啟鑰儲餘讀寫結構資"
    "訊達還沒頻幾嗎麼說該個這負體與專總點擊賬戶帳號歐聯觸發長現處後從來給對繫統維護擁擠飽訂購買"
    "壞誰們會傳輸續時間區塊換釋隊級別選擇單項確認準備題為樣當調驗內暫費響狀態臨記錄憑並併圖鏈複"
    "鑑標頭實變屬檔閘導據遠遲嘗"
)
_SIMPLIFIED = (
    "错误码请无权访问组额异报连线网络绝断载页证书过滤参数设应务类关闭检测试开启钥储余读写结构资"
    "讯达还没频几吗么说该个这负体与专总点击账户账号欧联触发长现处后从来给对系统维护拥挤饱订购买"
    "坏谁们会传输续时间区块换释队级别选择单项确认准备题为样当调验内暂费响状态临记录凭并并图链复"
    "鉴标头实变属档闸导据远迟尝"
)

_PUNCTUATION = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "‘": "'", "’": "'", "´": "'",
    "。": ".", "、": ",", "【": "[", "】": "]", "—": "-", "–": "-", "‑": "-", "−": "-", "＄": "$", "￥": "¥",
    "\u00a0": " ", "\u3000": " ", "\u200b": " ", "\ufeff": " ", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip


def _table() -> dict[int, str]:
    table = {ord(old): new for old, new in _PUNCTUATION.items()}
    table |= {point: chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F) if chr(point) not in _PUNCTUATION}
    table |= {ord(old): new for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
    for point in (*range(0xC0, 0x250), ord("\N{ANGSTROM SIGN}")):
        base = unicodedata.normalize("NFD", chr(point))[0]
        if base.isascii():
            table[point] = base
    return table


_FOLDED = _table()
_FOLDABLE = re.compile(f"[{re.escape(''.join(map(chr, _FOLDED)))}]+")


def fold(text: str) -> str:
    """Return `text` in one plain form, character for character.

    Lower case; full-width letters, digits and punctuation as ASCII; curly quotes straight; Latin
    letters without their accents; traditional Chinese characters simplified. `len` stays the same.
    """
    if text.isascii():
        return text.lower()
    folded = _FOLDABLE.sub(lambda found: found[0].translate(_FOLDED), text)  # most of a text stays as it is
    lowered = folded.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in folded)


_ENDINGS = ("ing", "ed", "es", "s", "e")
_ENDING = re.compile(r"(?:ing|(?<!e)ed|es|s|e)$")


def stem(word: str) -> str:
    """Return `word` without its inflection: limits, limited and limiting are all `limit`.

    Words that would be left with fewer than four letters stay as they are.
    """
    if not word.endswith(_ENDINGS):  # most words
        return word
    short = _ENDING.sub("", word)
    return short if len(short) >= 4 else word


STOP_WORDS = frozenset(
    "a an the is are was were be been am i im it its my your our you we he she they them me us this that these "
    "those of to for in on at by with from and or so just really very please pls hi hello hey has have had do "
    "does did s t re ve ll m".split()
)
"""English words that carry nothing in a phrase; they are skipped on both sides."""

PARTICLES = frozenset("的了已吗呢啊吧呀着就都")
"""Their Chinese counterparts."""

COMMON = STOP_WORDS.union(
    "able about again all also any anyone anything as ask away back because before being best better both but can "
    "could day did didn do doesn doing don done each else end error even ever every few find first get getting give "
    "go goes going good got great help her here him his how if into isn just keep key kind know last let like little "
    "ll load long longer look lot made make many may maybe might model more most much must need never new next no not "
    "nothing now off ok on once one only open other over own part people place post put read report right said same "
    "say see seem seems send set she should show since so some someone something soon still stop such support sure "
    "take tell than thank thanks then there they thing think though through time today token too tried try trying two "
    "under until up us use used using wait want wants way week well went what when where which while who why will "
    "without won work working works would yes yet you your".split(),
    "一不上下个中为么也人什今他以会你们出到去又可吗呢哪在多大天好少就很怎我是最有来没点用的能要谁这那都",
)
"""English words and Chinese characters that most texts have some of: poor ones to find anything by."""

_PARTICLES = re.compile(f"[{''.join(PARTICLES)}]+")


class Word(NamedTuple):
    """One word of a text: as it stands there, and its span in the text."""

    text: str
    start: int
    end: int

    @property
    def stem(self) -> str:
        """The word without its inflection."""
        return stem(self.text)


def words(folded: str, offset: int = 0, *, every: bool = False) -> list[Word]:
    """Split folded text into words, without stop words and particles; each CJK character is one word.

    Args:
        folded: Text as `fold` returns it.
        offset: Added to every span, for a text that is a slice of a longer one.
        every: Keep stop words and particles.
    """
    found: list[Word] = []
    for match in WORD.finditer(folded):
        text, start = match[0], match.start() + offset
        if text >= FIRST_CJK and IS_CJK.match(text):
            found += [
                Word(char, place, place + 1) for place, char in enumerate(text, start) if every or char not in PARTICLES
            ]
        elif every or text not in STOP_WORDS:
            found.append(Word(text, start, start + len(text)))
    return found


def by_script(folded: str) -> tuple[Sequence[str], str]:
    """Return the words of folded text, and its CJK characters in a row: what `WORD` finds, apart."""
    if folded.isascii():
        return _ASCII_WORD.findall(folded), ""
    return _LATIN_WORD.findall(folded), "".join(_CJK_RUN.findall(folded))


def without_particles(characters: str) -> str:
    """Return CJK characters without those that carry nothing in a phrase."""
    return _PARTICLES.sub("", characters)


def pairs(characters: str) -> Iterator[str]:
    """Return the pairs of characters that stand side by side."""
    return map(add, characters, characters[1:])


@lru_cache(maxsize=16_384)
def phrase_words(source: str) -> tuple[str, ...]:
    """Return the stems that a phrase is found by, none where every sentence has its words."""
    return tuple(intern(word.stem) for word in words(fold(source)))  # thousands of phrases share most of their words


@lru_cache(maxsize=4_096)
def cue_words(source: str) -> tuple[str, ...]:
    """Return the stems that a cue is found by: all of them, `just means` is not `means`."""
    return tuple(intern(word.stem) for word in words(fold(source), every=True))
