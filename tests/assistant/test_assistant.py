"""What people post, and what the assistant makes of it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant.assistant import Assistant
from bot.knowledge.loading import load
from tests.knowledge import small
from tests.shipped import ASSISTANT

REQUEST_ID = "202605200714345261721308268d9d6SjTLSqD4"


class TestNamed:
    """The whole message is a code, or the name of an entry."""

    @pytest.mark.parametrize(
        "text", ["429", " 429? ", "error 429", "Error: 429!", "err 429", "４２９", "429报错", "429是什么意思"]
    )
    def test_a_code_that_is_the_whole_message_is_answered_unasked(self, assistant: Assistant, text: str) -> None:
        answer = assistant.ask(text)
        assert (answer.entry, answer.case, answer.speaks, answer.confidence) == ("429", None, True, 1.0)

    @pytest.mark.parametrize(
        ("text", "entry", "case"), [("403/balance", "403", "balance"), ("network", "network", None)]
    )
    def test_an_entry_or_case_is_found_by_its_name(
        self, assistant: Assistant, text: str, entry: str, case: str
    ) -> None:
        answer = assistant.ask(text)
        assert (answer.entry, answer.case) == (entry, case)

    @pytest.mark.parametrize("text", ["418", "999", "403/nonsense", "429 430"])
    def test_a_code_nobody_wrote_about_is_not_made_up(self, assistant: Assistant, text: str) -> None:
        assert assistant.ask(text).confidence < 1


class TestOrderOfEvidence:
    """The message outranks the code, the code the type, the type the status, the status a phrase."""

    @pytest.mark.parametrize(
        ("text", "entry"),
        [
            # text before status
            ("Error code: 400 - {'error': {'message': \"This model's maximum context length is 8192 tokens\"}}", "413"),
            # code before status
            ('HTTP 400 {"error":{"message":"","code":"context_length_exceeded"}}', "413"),
            # a status of its own kind before a type
            ('HTTP 401 {"error":{"message":"nope","type":"invalid_request_error"}}', "401"),
            # the cause inside a 5xx before the 5xx
            ('HTTP 500 {"error":{"message":"nope","type":"authentication_error"}}', "401"),
            # a status before a phrase
            ("it says forbidden but with HTTP 401", "401"),
        ],
    )
    def test_the_stronger_evidence_decides(self, assistant: Assistant, text: str, entry: str) -> None:
        answer = assistant.ask(text)
        assert answer.entry == entry
        assert answer.speaks

    def test_the_weaker_evidence_comes_as_a_runner_up(self, assistant: Assistant) -> None:
        answer = assistant.ask(
            "Error code: 400 - {'error': {'message': 'prompt is too long: 200251 tokens > 200000 maximum'}}"
        )
        assert answer.entry == "413"
        assert [other.entry for other in answer.alternatives] == ["400"]
        assert answer.alternatives[0].confidence < answer.confidence

    def test_the_last_failure_of_a_log_decides(self, assistant: Assistant) -> None:
        log = "attempt 1: HTTP 429\nattempt 2: HTTP 429\nattempt 3: HTTP 503\n"
        assert assistant.ask(log).entry == "503"

    def test_an_error_among_hundreds_of_lines_is_found(self, assistant: Assistant) -> None:
        noise = '2026-01-02 10:00:00 INFO "GET /v1/models HTTP/1.1" 200 OK 413 bytes\n' * 300
        error = "openai.AuthenticationError: Error code: 401 - {'error': {'message': '该令牌已过期'}}\n"
        for text in (noise + error, error + noise, noise + error + noise):
            assert (assistant.ask(text).entry, assistant.ask(text).case) == ("401", "expired")

    def test_what_the_service_publishes_comes_before_other_entries(self, assistant: Assistant) -> None:
        answer = assistant.ask("504 Gateway Time-out\nUnexpected token '<', \"<html>\" is not valid JSON")
        assert answer.entry == "504"
        assert "web-page" in [other.entry for other in answer.alternatives]


class TestSilence:
    """In a channel the bot speaks only when it is sure."""

    @pytest.mark.parametrize(
        "text",
        [
            "hello everyone",
            "we have 500 users now",
            "the server runs on port 403",
            "the 429s are gone, thanks!",
            "feature request: retry automatically on 503",
            "is there documentation for 404 somewhere?",
            "希望增加 429 自动重试",
            "修好了，不报错了，503 没了",
            "I opened a PR that handles 401 better",
            "https://github.com/someone/project/pull/429 fixes the 401 errors",
            "return 404",
            "CHUNK_SIZE=500  # 请求超时时间",
            "discord.errors.Forbidden: 403 Forbidden (error code: 50013): Missing Permissions",
            "今天买了 500 块的东西",
            'HTTP/2 200\n\n{"choices":[{"message":{"content":"error 429 means too many requests"}}]}',
            "",
        ],
    )
    def test_talk_gets_no_answer_unasked(self, assistant: Assistant, text: str) -> None:
        assert not assistant.ask(text).speaks

    @pytest.mark.parametrize(
        "text",
        [
            "好了，换了个分组就不报 503 了，谢谢",
            "不再报 429 了",
            "换了模型之后 524 没有再出现了，感谢",
            "solved my 401, wrong key lol",
            "no more 503 after switching groups",
            "turned out my 403 was just an empty balance",
            "the 413 was my own fault, the file was 80 MB",
            "昨天的 502 Bad Gateway 已经恢复",
            "修复了 gpt-4o 无可用渠道的问题",
            "maintenance tonight, you may see 502 Bad Gateway between 2 and 3 am",
            "今晚维护，期间会有 502 Bad Gateway",
            "遇到 429 的同学请降低并发",
            "If you get 'Invalid token', check that the key is copied completely.",
            "余额不足就去充值啊",
            "你试试看把分组换一下，503 一般就是分组没渠道",
        ],
    )
    def test_news_that_it_is_over_and_advice_to_others_get_no_answer_unasked(
        self, assistant: Assistant, text: str
    ) -> None:
        answer = assistant.ask(text)
        assert answer.entry
        assert not answer.speaks

    @pytest.mark.parametrize(
        "text",
        [
            "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413",
            "MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017",
            "ERROR: HTTP error 404 while getting foo from PyPI",
            "ERROR 1045 (28000): Access denied for user 'root'@'localhost'",
            "ssh: connect to host 10.0.0.2 port 22: Connection timed out",
            "Spotify API error 401 The access token expired",
            "github is down, 502 bad gateway",
            "got a 403 on reddit",
            "roblox error code 524",
            "原神 错误码 524",
            "支付宝提示余额不足",
            "我手机余额不足",
        ],
    )
    def test_errors_of_other_software_get_no_answer_unasked(self, assistant: Assistant, text: str) -> None:
        answer = assistant.ask(text)
        assert answer.entry
        assert not answer.speaks

    @pytest.mark.parametrize(
        "text",
        [
            "ok it works in curl but n8n gives 401 invalid token",
            "turns out every request returns 429 since this morning",
            "my redis is fine, but the api returns 500 Internal Server Error",
            "after git pull my bot gets 401 invalid token",
            "the youtube summary plugin gets 429 Too Many Requests from your api",
            "昨天修复了之后又报 503 无可用渠道",
            "维护结束了吗？还是 502 Bad Gateway",
            "你试试我的 key，一直报 401 无效的令牌",
        ],
    )
    def test_a_complaint_in_the_words_of_good_news_is_answered(self, assistant: Assistant, text: str) -> None:
        assert assistant.ask(text).speaks

    @pytest.mark.parametrize(
        "text",
        [
            "can you beat 502?",
            "who lives in 503?",
            "does the 401 stop here?",
            "402 or 403 apples?",
            "is it 5:24 or 524?",
            "exit 401 is blocked, any idea?",
            "the 504 broke down, anyone know why?",
            "403寝室停电了怎么办",
            "教室404在哪？",
            "波音504？",
            "工资 500 还是 503？",
            "考了 500 分还是 503？",
        ],
    )
    def test_a_number_that_nothing_ties_to_a_call_is_no_error_however_it_is_asked_of(
        self, assistant: Assistant, text: str
    ) -> None:
        answer = assistant.ask(text)
        assert answer.entry
        assert not answer.speaks

    @pytest.mark.parametrize(
        "text",
        [
            "503 errors in my homework, help",
            "429 errors lol",
            "503 failed exams this term",
            "Nike 404 not found near me",
        ],
    )
    def test_a_number_that_counts_failures_of_anything_is_no_error(self, assistant: Assistant, text: str) -> None:
        answer = assistant.ask(text)
        assert answer.entry
        assert not answer.speaks

    @pytest.mark.parametrize(
        "text",
        [
            "is the api 503?",
            "gpt-4o 429?",
            "接口 401 还是 403？",
            "the gateway 504s again, any idea?",
            "429 errors on every request, why",
            "404 not found in cherry studio",
            "网关 502 了，有人知道吗",
        ],
    )
    def test_the_same_beside_a_word_of_calls_is_answered(self, assistant: Assistant, text: str) -> None:
        assert assistant.ask(text).speaks

    @pytest.mark.parametrize("text", ["429 吗", "401 again??", "why 403", "502 怎么办", "429 errors since yesterday"])
    def test_a_number_and_a_complaint_of_it_and_nothing_else_is_answered(self, assistant: Assistant, text: str) -> None:
        assert assistant.ask(text).speaks

    def test_who_asks_what_a_number_means_is_answered(self, assistant: Assistant) -> None:
        assert assistant.ask("what does 429 mean? I only sent two messages").speaks

    def test_the_same_talk_is_answered_when_asked(self, assistant: Assistant) -> None:
        answer = assistant.ask("feature request: retry automatically on HTTP 503")
        assert answer.entry == "503"
        assert not answer.speaks

    def test_a_cry_for_help_outweighs_talk(self, assistant: Assistant) -> None:
        assert assistant.ask("the 401 is fixed, but now I get HTTP 429, any ideas?").speaks

    def test_no_entry_fits_small_talk_even_when_asked(self, assistant: Assistant) -> None:
        answer = assistant.ask("which keyboard do you like?")
        assert answer.entry is None
        assert answer.confidence == 0
        assert answer.title == ""

    def test_a_status_among_many_words_with_numbers_in_them_is_heard(self, assistant: Assistant) -> None:
        names = "a401 " * 70
        assert assistant.hear(f"{names}\nHTTP 429\n{names}") == "sure"


class TestWording:
    """People misspell and paraphrase."""

    @pytest.mark.parametrize(
        ("text", "entry"),
        [
            ("tokn group disabeld", "403"),
            ("it keeps saying too many requsts", "429"),
            ("令牌分组被禁用了怎么办", "403"),
            ("令牌分組已被禁用怎麼辦", "403"),
            ("api key 无效怎么办", "401"),
        ],
    )
    def test_slips_and_paraphrase_are_understood(self, assistant: Assistant, text: str, entry: str) -> None:
        assert assistant.ask(text).entry == entry

    @pytest.mark.parametrize("text", ["Error 1015: You are being rate limited", "Read timed out", "insufficient_quota"])
    def test_an_error_in_italics_is_understood(self, assistant: Assistant, text: str) -> None:
        assert assistant.hear(f"_{text}_") == "sure"
        assert assistant.ask(f"_{text}_").entry == assistant.ask(text).entry

    @pytest.mark.parametrize("text", ["Guthaben reacht nicht", "fallta el parámetro", "internel server eror"])
    def test_of_words_equally_near_the_likelier_is_taken(self, assistant: Assistant, text: str) -> None:
        assert assistant.hear(text) == "sure"


class TestFacts:
    """What support needs is read from the message."""

    def test_the_facts_of_a_gateway_error_are_read(self, assistant: Assistant) -> None:
        answer = assistant.ask(
            "POST https://api.4allapi.com/v1/chat/completions\n"
            f'{{"error":{{"message":"当前分组 svip 下对于模型 gpt-4o-mni 无可用渠道 (request id: {REQUEST_ID})"}}}}'
        )
        evidence = answer.evidence
        assert (answer.entry, answer.case) == ("503", "no-channel")
        assert (evidence.group, evidence.model, evidence.request_id) == ("svip", "gpt-4o-mni", REQUEST_ID)
        assert evidence.url == "https://api.4allapi.com/v1/chat/completions"

    def test_the_body_of_an_error_and_the_setting_of_its_status_are_read(self, assistant: Assistant) -> None:
        text = 'HTTP 429 {"error":{"message":"slow","type":"rate_limit_error","code":"rate_limit_exceeded"}}'
        evidence = assistant.ask(text).as_json()["evidence"]
        assert (evidence["status"], evidence["setting"]) == (429, "http")
        assert (evidence["type"], evidence["code"]) == ("rate_limit_error", "rate_limit_exceeded")

    @pytest.mark.parametrize(
        ("text", "figures"),
        [
            ("预扣费额度失败, 用户剩余额度: ＄2.53, 需要预扣费额度: ＄2.62", {"have": "＄2.53", "need": "＄2.62"}),
            (
                "This model's maximum context length is 4097 tokens. However, your messages resulted in 4294 tokens",
                {"limit": "4097", "used": "4294"},
            ),
            (
                "Rate limit reached for gpt-4o in org-x on TPM (TPM): Limit 30000, Used 28039, Requested 3906. Wait.",
                {"limit": "30000", "used": "28039", "requested": "3906"},
            ),
        ],
    )
    def test_figures_of_quota_and_tokens_are_read(
        self, assistant: Assistant, text: str, figures: dict[str, str]
    ) -> None:
        assert assistant.ask(text).as_json()["evidence"]["figures"] == figures

    @pytest.mark.parametrize(
        ("text", "entry"),
        [
            ('API Error: 500 {"error":{"type":"overloaded_error","message":"Overloaded"}}', "529"),
            ("HTTP 429: Insufficient credits. Add more using https://openrouter.ai/credits", "402"),
            ("500 Internal Server Error: proxy error: connect ECONNREFUSED 127.0.0.1:7897", "500"),
            ("HTTP 504: SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON", "504"),
            ("502 Bad Gateway, then 524 status code (no body)", "524"),
        ],
    )
    def test_an_exact_text_outranks_the_status_in_front_of_it_but_not_what_merely_follows_from_it(
        self, assistant: Assistant, text: str, entry: str
    ) -> None:
        answer = assistant.ask(text)
        assert (answer.entry, answer.speaks) == (entry, True)

    def test_the_order_of_model_and_group_does_not_matter(self, assistant: Assistant) -> None:
        text = "No available channel for model claude-3-opus under group default,vip (distributor)"
        evidence = assistant.ask(text).evidence
        assert (evidence.model, evidence.group) == ("claude-3-opus", "default,vip")

    @pytest.mark.parametrize(
        "text",
        [
            "503 No available channel for model gpt-5 under group vip (request id: {id})",
            "503 {{'message': 'No available channel for model gpt-5 under group vip'}}",
            '503 {{"message": "{{\\"message\\": \\"no available channel for model gpt-5 under group vip\\"}}"}}',
            "503 There are no channels available for model gpt-5 under the current group vip",
            "503 当前分组 vip 下对于模型 gpt-5 无可用渠道 (request id: {id})",
        ],
    )
    def test_the_group_is_read_whatever_stands_behind_it(self, assistant: Assistant, text: str) -> None:
        evidence = assistant.ask(text.format(id=REQUEST_ID)).evidence
        assert (evidence.model, evidence.group) == ("gpt-5", "vip")

    def test_of_a_chain_of_request_ids_the_last_one_counts(self, assistant: Assistant) -> None:
        text = "bad (request id: 20260609100105619137295UACPyLo0) (request id: 20260609100105619137295ZZZZzzz1)"
        assert assistant.ask(text).evidence.request_id == "20260609100105619137295ZZZZzzz1"

    @pytest.mark.parametrize(
        ("hint", "seconds"),
        [
            ("Please try again in 3.89s.", 3.89),
            ("Please try again in 174ms.", 0.174),
            ("Please retry after 60 seconds.", 60),
            ("Please retry in 58.821668433s.", 58.821668433),
            ("try again in 7m12s", 432),
            ('"retryDelay": "47s"', 47),
            ("retry-after: 20", 20),
        ],
    )
    def test_how_long_to_wait_is_read_in_seconds(self, assistant: Assistant, hint: str, seconds: float) -> None:
        assert assistant.ask(f"HTTP 429 {hint}").evidence.retry_after == pytest.approx(seconds)

    def test_an_escaped_chinese_message_is_understood(self, assistant: Assistant) -> None:
        body = json.dumps({"error": {"message": "当前分组 vip 下对于模型 gpt-9 无可用渠道"}})
        assert "\\u" in body
        answer = assistant.ask(body)
        assert (answer.entry, answer.case) == ("503", "no-channel")
        assert (answer.evidence.group, answer.evidence.model) == ("vip", "gpt-9")

    def test_a_chinese_error_in_json_inside_json_is_understood(self, assistant: Assistant) -> None:
        inner = json.dumps({"error": {"message": "该令牌额度已用尽", "code": ""}}, ensure_ascii=False)
        assert assistant.ask(json.dumps({"log": inner}, ensure_ascii=False)).case == "used-up"


class TestKeys:
    """A key is masked before anything else sees the text."""

    KEY = "sk-" + "Zx9Q" * 12

    def test_a_key_appears_nowhere_in_an_answer(self, assistant: Assistant) -> None:
        answer = assistant.ask(f"curl -H 'Authorization: Bearer {self.KEY}' says Error code: 401")
        assert answer.entry == "401"
        assert len(answer.secrets) == 1
        assert self.KEY[8:-4] not in repr(answer)
        assert self.KEY[8:-4] not in json.dumps(answer.as_json())

    def test_a_key_is_reported_where_nothing_else_is_answered(self, assistant: Assistant) -> None:
        answer = assistant.ask(f"my key is {self.KEY}")
        assert answer.entry is None
        assert answer.secrets

    def test_spans_are_spans_of_the_masked_text(self, assistant: Assistant) -> None:
        answer = assistant.ask(f"{self.KEY} gives HTTP 429")
        (sign,) = [sign for sign in answer.why if sign.kind == "status"]
        assert answer.text[sign.start : sign.end] == "429"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_the_assistant(text: str) -> None:
    answer = ASSISTANT.ask(text)
    assert 0 <= answer.confidence <= 1
    assert all(0 <= sign.start <= sign.end <= len(answer.text) for sign in answer.why)
    json.dumps(answer.as_json())


PIECES = st.sampled_from(
    [
        "https://[your-host]/v1 ",
        "http://[::1 ",
        "base_url=https://api.4allapi.com:port/v1 ",
        '"message":',
        "{",
        "}",
        "Error code: ",
        "429",
        "\\u4ee4",
        "sk-",
        "'",
        '"',
        "request id: ",
        "模型",
        " ",
        "\n",
        "Invalid URL (",
    ]
)


def test_what_is_prepared_lets_no_first_message_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write(tmp_path)
    assistant, asked = Assistant(load(tmp_path)), list[str]()
    monkeypatch.setattr(Assistant, "ask", lambda _, text: asked.append(text))
    assistant.prepare()
    assert {"HTTP 429", "Daily limit of 20 reached"} <= set(asked)  # the entry's own, and its cases'
    monkeypatch.undo()
    monkeypatch.setattr(re, "compile", None)
    assert assistant.ask("Rate limit reached for gpt-4o").entry == "429"


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_rubble_of_an_error_breaks_the_assistant(text: str) -> None:
    assert 0 <= ASSISTANT.ask(text).confidence <= 1
