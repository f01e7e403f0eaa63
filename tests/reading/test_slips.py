"""What reading a picture gets wrong, and what is made of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.assistant import Assistant
from bot.knowledge.base import Knowledge
from bot.reading.slips import mend
from bot.reading.vocabulary import Vocabulary, vocabulary


@pytest.fixture(scope="module")
def words(knowledge: Knowledge) -> Vocabulary:
    return vocabulary(knowledge)


def examples(knowledge: Knowledge) -> list[str]:
    parts = [knowledge.part(meaning) for meaning in knowledge.meanings()]
    return [text for part in parts for text in (*part.examples, *part.not_examples)]


@pytest.mark.parametrize(
    ("read", "stood"),
    [
        ("HTTP/l.1 4O4 Not Found", "HTTP/1.1 404 Not Found"),
        ("HTTP/I.I 5O2 Bad Gateway", "HTTP/1.1 502 Bad Gateway"),
        ("Error code: 4Z9 is no code, Error code: 42O is", "Error code: 4Z9 is no code, Error code: 420 is"),
        ("status code: 5OO", "status code: 500"),
        ("一直报错4O1", "一直报错401"),
        ("4O3 Forbidden", "403 Forbidden"),
        ("https：//api.4allapi.com/vl/chat/completions", "https://api.4allapi.com/v1/chat/completions"),
        ("https: //api.4allapi.com/v1", "https://api.4allapi.com/v1"),
        ("Invalid URL (GET/v1/models)", "Invalid URL (GET /v1/models)"),
        ("connect to 127.O.0.1:7890", "connect to 127.0.0.1:7890"),
        ("(request id: 2O26031l0815)", "(request id: 202603110815)"),
        ("{''error'': {''code'': 429}}", '{"error": {"code": 429}}'),
    ],
)
def test_a_letter_is_a_figure_where_only_a_figure_can_stand(read: str, stood: str) -> None:
    assert mend(read) == stood


@pytest.mark.parametrize(
    ("read", "stood"),
    [
        ("all I see is intemal error", "all I see is internal error"),
        ("connect ETIMED0UT 104.21.33.7:443", "connect ETIMEDOUT 104.21.33.7:443"),
        ("lnvalid token", "invalid token"),
        ('"code": "insufficient_user_qu0ta"', '"code": "insufficient_user_quota"'),
    ],
)
def test_a_letter_that_looks_like_another_is_mended_where_that_makes_a_known_word(
    read: str, stood: str, words: Vocabulary
) -> None:
    assert mend(read, words) == stood


@pytest.mark.parametrize(
    ("read", "stood"),
    [
        ("Errorcode:429-{'error'", "Error code:429-{'error'"),
        ("bad response status code500", "bad response status code 500"),
        ("429insufficient_quota，可是我还有余额", "429 insufficient_quota，可是我还有余额"),
        ("今天早上开始HTTP525，之前正常", "今天早上开始HTTP 525，之前正常"),
        ("Illegal headervalue b'Bearer sk-***'", "Illegal header value b'Bearer sk-***'"),
        ("Youraccount is suspendeddue to", "Your account is suspended due to"),
    ],
)
def test_a_lost_space_is_put_back_between_words_that_are_known_to_follow_each_other(
    read: str, stood: str, words: Vocabulary
) -> None:
    assert mend(read, words) == stood


@pytest.mark.parametrize(
    ("read", "stood"),
    [
        ("dimensions e\nxceed max allowed size", "dimensions exceed max allowed size"),
        ("'type': 'engine_over\nloaded_error'}", "'type': 'engine_overloaded_error'}"),
        ('{"message":"bad status code\n520","param":""}', '{"message":"bad status code 520","param":""}'),
        ('{"type":"upstream_error","param":"5\n04"}', '{"type":"upstream_error","param":"504"}'),
        ('{"error":{"message\n":"令牌分组 vip 已被\n禁用"}}', '{"error":{"message":"令牌分组 vip 已被禁用"}}'),
        ("{'message': 'try again later'\n, 'type': 'x'}", "{'message': 'try again later', 'type': 'x'}"),
    ],
)  # fmt: skip
def test_rows_are_joined_inside_a_word_and_inside_a_string_of_json(read: str, stood: str, words: Vocabulary) -> None:
    assert mend(read, words) == stood


@pytest.mark.parametrize(
    "text",
    [
        "it took 4 Oz of flour, page 5O",
        "anyone else? somebody must know, maybe the metadata",
        "qwen2-vl-72b-instruct is not ol1ama",
        "RateLimitError: StatusCode 429",
        "user: hello\nassistant: hi there\n\nerror\ncode",
        "sk-ab0O1lIl5S",
        "429|12|34",
        '{\n  "error": {\n    "code": 429\n  }\n}',
        "print('a',\n      'b')",
    ],
)
def test_what_is_not_certain_stays_as_it_was_read(text: str, words: Vocabulary) -> None:
    assert mend(text, words) == text


def test_no_example_of_the_knowledge_base_is_changed(knowledge: Knowledge, words: Vocabulary) -> None:
    assert [text for text in examples(knowledge) if mend(text, words) != text] == []


def test_an_example_whose_spaces_before_statuses_were_lost_gets_its_answer(
    knowledge: Knowledge, assistant: Assistant, words: Vocabulary
) -> None:
    glued = "openai.InternalServerError: Errorcode:503-{'error': {'code': 'model_not_found', 'message': 'Noavailable channel for model x under group y (distributor)'}}"  # noqa: E501
    answer = assistant.ask(mend(glued, words))
    assert (answer.entry, answer.case) == ("503", "no-channel")


_SLIPPERY = st.text(st.sampled_from("0OoQ1lI|rnm45 9\n'\"{}[]:,.-_/vhtpHTPGEcodesatu错误：（"), max_size=120)


@given(st.one_of(_SLIPPERY, st.text(max_size=200)))
def test_any_text_can_be_mended_and_once_is_enough(knowledge: Knowledge, words: Vocabulary, text: str) -> None:
    once = mend(text, words)
    assert mend(once, words) == once


@pytest.mark.parametrize(
    "piece", ["{'", '["a\n', "0O", "code", "4O4 ", "http/", "aaaa_", ",'\n", "https：/", "internal"]
)
def test_the_time_follows_the_length_of_the_text(piece: str, words: Vocabulary) -> None:
    before = time.process_time()
    mend(piece * (40_000 // len(piece)), words)
    assert time.process_time() - before < 3
