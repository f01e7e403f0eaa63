"""A number is a status only in the setting of an error."""

import re

import pytest

from bot.assistant.source_code import SourceLines
from bot.assistant.statuses import ROUND, UNSET, Status, judge
from bot.knowledge.wording import fold

SURE = 0.8


def read(text: str) -> list[Status]:
    folded = fold(text)
    numbers = re.finditer(r"(?<![0-9])[45][0-9]{2}(?![0-9])", folded)
    return [status for match in numbers if (status := judge(int(match[0]), *match.span(), folded, SourceLines(folded)))]


@pytest.mark.parametrize(
    "text",
    [
        "HTTP 429",
        "HTTP/1.1 429 Too Many Requests",
        "http429",
        'INFO: "POST /v1/chat/completions HTTP/1.1" 429',
        "HTTP Error 429: Too Many Requests",
        "status code: 429",
        "status_code=429, model_name: gpt-4o",
        '{"status": 429}',
        "Request failed with status code 429",
        "Error code: 429 - {'error': {}}",
        "API Error: 429",
        "API error (429)",
        "error 429",
        '"code": 429',
        "429 Too Many Requests",
        "Chat Client\n429 status code (no body)",
        "my config\n429 Too Many Requests",
        "RateLimitError: 429",
        "429: litellm.RateLimitError: x",
        "I keep getting a 429 from the API",
        "it returns 429.",
        "getting 429 errors",
        "so many 429 errors today",
        "返回的是 429",
        "it throws 429s whenever I send two at once",
        "429 when calling gpt-4o through the gateway",
        "[GIN] 2026/01/17 - 12:48:03 | 429 |   2m55s | 127.0.0.1",
        "报错429",
        "返回429",
        "状态码：429",
        "调用失败，429",
        "一直提示 429",
        "429错误怎么办",
        "又报 ４２９ 了",
        "ошибка 429",
        "erreur 429",
        "Fehler 429",
        "エラー429が出ます",
        "오류 429",
    ],
)
def test_a_status_in_the_setting_of_an_error_is_read(text: str) -> None:
    assert [(status.code, status.weight >= SURE) for status in read(text)] == [(429, True)]


@pytest.mark.parametrize(
    "text",
    [
        "listening on port 429",
        "localhost:429",
        "main.py, line 429",
        "it costs $429",
        "¥429 a month",
        "429 users online",
        "429 downloads last week",
        "it took 429ms",
        "429 MB free",
        "429 元",
        "429个请求",
        "see #429",
        "issue 429 is open",
        "gpt-4-429-preview",
        "v1.429.0",
        "10.0.429.1",
        "429.5 tokens per second",
        "429,000 people",
        "3429",
        "room 429",
        "CHUNK_SIZE=429",
        "max_tokens is set to 429",
        "about 429",
        "between 429 and 12",
        "2429-429-77",
        "commit a429f",
        "exit code 429",
        "429 tokens",
        "the laser peaks at 429 nm, error?",
        "is 429 area code a fraud?",
        "flight 429 failed to land",
        "invoice 429 not found",
        "seat number 429 error",
        "price is 429, error?",
        "429路公交报错",
        "航班 429 异常",
        "单号429 失败",
        "价格是 429 错误",
        "429号房间",
    ],
)
def test_a_number_that_counts_names_or_measures_something_is_no_status(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["what is 429", "429", "so it was 429 in the end, strange"])
def test_a_number_without_a_setting_counts_for_little(text: str) -> None:
    assert [status.weight for status in read(text)] == [UNSET]


@pytest.mark.parametrize("text", ["what is 500", "400", "so it was 400 in the end, strange"])
def test_a_round_number_without_a_setting_counts_for_less(text: str) -> None:
    assert [status.weight for status in read(text)] == [ROUND]


@pytest.mark.parametrize(
    "text",
    [
        "if (res.status === 429) retry();",
        "assert response.status_code == 429",
        "case 429:",
        "if status in (429, 503):",
        "  429: 'Too many requests',",
        "return res.status(429).json({ error: 'x' });",
        "error_page 429 /slow.html;",
        "const LIMITED = 429;",
        "on HTTP 429 wait a minute",
        "if you get a 429, slow down",
        "our client handles 429 already",
        '"GET /wp-login.php HTTP/1.1" 429 12',
    ],
)
def test_what_a_program_or_person_would_do_about_a_status_is_no_report(text: str) -> None:
    assert all(status.weight <= ROUND for status in read(text))
