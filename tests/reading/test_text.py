from __future__ import annotations

import codecs
import gzip
import io
import sqlite3
import sys
import zipfile
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.reading.text import decode, is_text

LOG = "2026-01-01 错误码 429：请求过多，请稍后再试\nHTTP 429 Too Many Requests\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk"])
def test_a_chinese_log_is_read_in_the_usual_encodings(encoding: str) -> None:
    assert decode(LOG.encode(encoding)) == LOG


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_is_believed_and_dropped(mark: bytes, encoding: str) -> None:
    assert decode(mark + LOG.encode(encoding)) == LOG


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_nul_bytes(encoding: str) -> None:
    for text in ("HTTP 429 Too Many Requests", "开始: HTTP 429 Too Many Requests"):
        assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text", ["Délai dépassé: 504 à 12 h", "größer möglich für Schlüssel", "Não: conexão e autenticação, 401"]
)
def test_western_windows_text_keeps_its_accents(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(("start", "end"), [(12, None), (13, None), (0, -30), (0, -31), (12, -31)])
def test_a_log_cut_off_inside_a_character_loses_that_character_only(start: int, end: int | None) -> None:
    data = LOG.encode()[start:end]
    assert "请求过多" in decode(data)
    assert "错误" in decode(LOG.encode()[:-30])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk"])
@pytest.mark.parametrize("row", [LOG, "错误", "请求失败request"])
def test_of_a_log_that_is_cut_in_two_the_character_at_the_cut_is_lost_and_no_other(encoding: str, row: str) -> None:
    text = row * 50
    data = text.encode(encoding)
    for cut in range(len(data) // 2, len(data) // 2 + len(row.encode(encoding))):
        read = decode(data[:cut], data[cut:])
        assert alike(read, text) + alike(read[::-1], text[::-1]) >= len(text) - 1


def alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_mark_at_the_beginning_of_a_log_holds_for_its_end(encoding: str) -> None:
    head, tail = "开始：一切正常".encode(encoding), "错误：请求过多".encode(encoding).removeprefix("".encode(encoding))
    assert decode(head, tail) == "开始：一切正常\n错误：请求过多"


def test_a_log_whose_beginning_is_plain_is_in_the_encoding_of_its_end() -> None:
    for encoding in ("utf-8", "gb18030"):
        assert decode(b"started", "错误：请求过多".encode(encoding)) == "started\n错误：请求过多"


def test_a_few_spoilt_bytes_do_not_spoil_the_rest() -> None:
    assert decode(LOG.encode() + b"\xff\xfe tail") == LOG + "\ufffd\ufffd tail"
    assert decode(LOG.encode("gb18030") + b"\xff tail") == LOG + "\ufffd tail"


def test_nul_bytes_are_dropped() -> None:
    assert decode(b"HTTP\0 429\0") == "HTTP 429"


def test_nothing_is_nothing() -> None:
    assert decode(b"") == ""


@given(st.binary())
@example(b"\xff\xfe\x00")
@example(codecs.BOM_UTF32_LE + b"\xff")
@example(b"\x81\x8d\x8f\x90\x9d")
def test_no_bytes_make_it_raise_and_no_nul_is_left(data: bytes) -> None:
    assert "\0" not in decode(data)


@given(st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
def test_any_text_in_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "shift_jis"]
)
def test_a_log_is_text_in_any_encoding(encoding: str) -> None:
    assert is_text(("2026-01-01 HTTP 429 Too Many Requests 請求過多\n" * 500).encode(encoding))


def test_a_coloured_a_short_and_a_spoilt_log_are_text() -> None:
    assert is_text(b"\x1b[31m429\x1b[0m\r\n" * 3)
    assert is_text(b"429")
    assert is_text(b"")
    assert is_text(LOG.encode()[13:] + b"\xff\xfe tail\0")


def test_archives_programs_and_databases_are_no_text(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.log", LOG * 50)
    with sqlite3.connect(tmp_path / "desk.db") as database:
        database.execute("CREATE TABLE answers (id INTEGER)")
    database.close()
    assert not is_text(packed.getvalue())
    assert not is_text(gzip.compress("".join(map(str, range(5000))).encode()))
    assert not is_text(Path(sys.executable).read_bytes())
    assert not is_text((tmp_path / "desk.db").read_bytes())
