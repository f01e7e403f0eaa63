"""What is visibly wrong in a message is told above the answer, and only where the text leaves no doubt."""

from __future__ import annotations

import re

import pytest

from bot.assistant import findings
from bot.assistant.assistant import Assistant
from bot.assistant.findings import MOST
from bot.assistant.findings.message import Found, Message
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import FINDINGS, Language
from tests.assistant.error_texts import KEY, no_channel, own
from tests.assistant.findings_appear import APPEARS
from tests.assistant.findings_near_misses import DOES_NOT


def ids(assistant: Assistant, text: str) -> list[str]:
    return [finding.id for finding in assistant.ask(text).findings]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("id_", "text", "shown"), APPEARS)
def test_what_is_visibly_wrong_is_told_with_what_was_sent(
    assistant: Assistant, id_: str, text: str, shown: list[str], lang: Language
) -> None:
    told = {finding.id: finding.text for finding in assistant.ask(text, lang=lang).findings}
    assert id_ in told
    assert all(part in told[id_] for part in shown), told[id_]
    assert bool(re.search("[\u4e00-\u9fff]", re.sub("`[^`]*`", "", told[id_]))) == (lang == "zh")


@pytest.mark.parametrize(("id_", "text", "why"), DOES_NOT)
def test_what_is_not_certain_is_not_told(assistant: Assistant, id_: str, text: str, why: str) -> None:
    answer = assistant.ask(text)
    assert answer.entry, "only an error has findings"
    assert id_ not in {finding.id for finding in answer.findings}, why


def test_every_finding_has_a_message_in_which_it_appears_and_one_that_only_comes_close() -> None:
    # What only the service's own catalogue tells stands in test_model_findings.
    live = ("model-right", "model-offered", "model-other-groups", "model-not-offered")
    told = {id_ for id_ in FINDINGS if not id_.startswith(live)}
    assert {id_ for id_, _, _ in APPEARS} == told
    assert {id_ for id_, _, _ in DOES_NOT} == told | {"model-right"}


def test_every_finding_has_its_words_and_shows_values_between_backticks(knowledge: Knowledge) -> None:
    assert list(knowledge.findings.findings) == list(FINDINGS)
    for id_, texts in knowledge.findings.findings.items():
        for text in texts.values():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(FINDINGS[id_]), text
            assert "{" not in re.sub(r"`[^`]*`", "", text), text


def test_no_more_than_four_are_told_and_the_most_useful_come_first(assistant: Assistant) -> None:
    text = (
        f'Authorization: Bearer Bearer "{KEY} "\nPOST http://api.4allapi.com/chat/completions\n'
        'HTTP 401 {"error":{"message":"无效的令牌","type":"new_api_error"}}'
    )
    told = ids(assistant, text)
    assert len(told) <= MOST
    assert told == sorted(told, key=list(FINDINGS).index)
    assert told[0] == "key-bearer-twice"


def test_no_finding_shows_a_key(assistant: Assistant) -> None:
    for text in (
        f'Authorization: Bearer Bearer "{KEY}"\n',
        f"api_key = '{KEY}-12 '\n",
        f"POST https://4allapi.com/v1/x?key={KEY}\n",
    ):
        told = " ".join(finding.text for finding in assistant.ask(text + own("无效的令牌")).findings)
        assert told
        assert KEY[8:-4] not in told


def test_a_backtick_in_a_name_cannot_end_what_is_shown(assistant: Assistant) -> None:
    (told,) = [each.text for each in assistant.ask(own("令牌分组 a`b 已被禁用")).findings if each.id == "group-refused"]
    assert "`aˋb`" in told


def test_a_code_that_is_asked_for_by_its_name_has_no_findings(assistant: Assistant) -> None:
    assert assistant.ask("401").findings == ()


def test_a_name_with_a_space_and_a_slip_is_told_both(assistant: Assistant) -> None:
    told = ids(assistant, no_channel(" gpt-4o-mni"))
    assert told[:2] == ["model-spaces", "model-near"]
    assert "model-right" not in ids(assistant, no_channel(" gpt-4o"))


def test_where_no_entry_fits_nothing_is_found(assistant: Assistant) -> None:
    assert assistant.ask(f"Bearer Bearer {KEY}").findings == ()


def test_in_a_long_log_the_error_is_looked_at_wherever_it_stands(assistant: Assistant) -> None:
    noise = "2026-01-02 10:00:00 INFO nothing to see\n" * 500
    assert "group-refused" in ids(assistant, noise + own("令牌分组 svip 已被禁用") + "\n" + noise)


def test_chinese_written_in_escapes_is_read(assistant: Assistant) -> None:
    escaped = no_channel("gpt-4o-mni").encode("ascii", "backslashreplace").decode()
    assert "\\u" in escaped
    assert "model-near" in ids(assistant, escaped)


def test_an_address_that_is_none_is_passed_over(assistant: Assistant) -> None:
    text = (
        "POST https://api.4allapi.com/v1/models and https://a.example:99999/v1\n"
        'client = OpenAI(base_url="https://[your-host]/v1")\nANTHROPIC_BASE_URL=https://[x/v1\n'
    )
    assert "group-refused" in ids(assistant, text + own("令牌分组 svip 已被禁用"))


def test_a_finding_that_fails_is_left_out_where_somebody_is_told_and_raised_where_nobody_is(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Message) -> Found | None:
        raise LookupError

    finders = findings._finders()
    monkeypatch.setattr(findings, "_finders", lambda: (broken, *finders))
    told: list[tuple[type[Exception], str]] = []
    forgiving = Assistant(knowledge, trouble=lambda error, where: told.append((type(error), where)))
    assert "model-near" in ids(forgiving, no_channel("gpt-4o-mni"))
    assert told == [(LookupError, "the finding 'broken'")]
    with pytest.raises(LookupError):
        Assistant(knowledge).ask(no_channel("gpt-4o-mni"))
