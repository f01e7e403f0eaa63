"""Every fact of the service's own page "Common Error Codes" reaches whoever types the bare code."""

import re

import pytest

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.knowledge.schema import Language

# One row a fact of the published table and the notes under it: what has to be said, in either language.
FACTS: list[tuple[str, str, str]] = [
    ("400", r"(?i)request.*(format|not valid|invalid|does not fit|not match)", r"请求.*(格式|参数|无效|不符)"),
    ("400", r"(?i)check.*parameter|parameter.*check", r"检查.*参数|参数"),
    ("400", r"(?i)o1.*`?system`?|system.*o1", r"o1.*system|system.*o1"),
    (
        "400",
        r"(?i)system.*comment it out first|comment out.*system",
        r"(注释|去掉|删).*system|system.*(注释|去掉|删)",
    ),
    ("401", r"(?i)(token|key).*(not|invalid|mis)", r"(令牌|密钥).*(无效|不)"),
    ("401", r"(?i)check.*key|key.*(correct|complete|copied)", r"(检查|核对|确认).*(密钥|令牌|key)"),
    ("401", r"(?i)(another|different|other) model", r"(另|换|其他).*模型"),
    (
        "401",
        r"(?i)(address|url).*(match|belong|same|fit)|(match|belong|same|fit).*(address|url)",
        r"地址.*(不匹配|对应|一致|配)|(不匹配|对应|一致|配).*地址",
    ),
    ("403", r"(?i)group.*(disabled|not usable|not available)", r"分组.*(禁用|不可用|停用)"),
    ("403", r"(?i)quota", r"额度"),
    ("403", r"(?i)token('s)? (own )?quota.*account|account.*token", r"令牌.*额度.*(账户|账号)|(账户|账号).*令牌"),
    ("403", r"(?i)edit.*token|token.*edit", r"编辑.*令牌|令牌.*编辑"),
    ("403", r"(?i)unlimited quota", r"(?i)无限额度|unlimited quota"),
    ("403", r"2 minutes", r"(2|两) ?分钟"),
    ("403", r"(?i)new token", r"新.*令牌|令牌.*新"),
    ("404", r"(?i)(endpoint|address).*(not exist|does not|no)", r"(接口|端点|地址|路径).*不存在"),
    ("404", r"(?i)base url", r"(?i)base url"),
    ("404", r"/v1", r"/v1"),
    ("404", r"(?i)trailing (slash )?`?/|`/`|slash", r"`/`|斜杠"),
    ("413", r"(?i)too (long|large|big)", r"(太长|过长|太大|过大|超长)"),
    ("413", r"(?i)shorten", r"(缩短|精简|删减|减少)"),
    ("429", r"(?i)upstream|provider", r"上游|厂商"),
    ("429", r"(?i)concurren|at the same time|at once", r"并发"),
    (
        "429",
        r"(?i)too many (people|users)|many users",
        r"(用的人|用户|使用者|人).*(多|太多)|(太多|过多|很多).*(人|用户)",
    ),
    ("429", r"TPM", r"TPM"),
    ("429", r"(?i)wait.*(again|retry)|try again", r"(等|稍).*(再试|重试)"),
    ("429", r"(?i)model name.*support|support.*model name", r"模型.*(名|名称).*客服|客服.*模型"),
    ("500", r"(?i)(server|inside).*(error|fault|wrong)", r"服务器.*(错误|故障|出错|异常)"),
    ("500", r"(?i)(again|retr)", r"重试|再试"),
    ("500", r"(?i)administrator", r"管理员"),
    ("503", r"(?i)group.*channel|channel.*group", r"分组.*渠道|渠道.*分组"),
    ("503", r"(?i)model name|name of the model", r"模型.*名"),
    ("503", r"(?i)(extra|additional).*(space|blank)|space", r"空格"),
    ("503", r"(?i)missing|too few|lack", r"(少|漏|缺)"),
    ("503", r"(?i)full.*name|exact.*name", r"(完整|全).*名|名.*(完整|全)"),
    ("503", r"(?i)supported models", r"(?i)支持的?模型|supported models"),
    ("503", r"(?i)top menu|menu", r"菜单|导航"),
    ("503", r"(?i)support", r"客服"),
    (
        "504",
        r"(?i)upstream.*(time|answer|respond)|(time|answer|respond).*upstream",
        r"上游.*(没有|未).*(响应|应答|回复|返回)",
    ),
    ("504", r"(?i)again|later", r"(稍后|再试|重试)"),
    ("524", r"(?i)channel.*(congest|busy|crowd)|(congest|busy|crowd).*channel", r"(渠道|通道|线路).*(拥堵|拥挤|繁忙)"),
    ("524", r"(?i)again|later", r"(稍后|再试|重试)"),
    ("524", r"(?i)timeout|timed out|time", r"超时"),
]


def words(answer: Answer) -> str:
    return " ".join((answer.title, answer.cause, *answer.steps, answer.escalate))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("code", "english", "chinese"), FACTS)
def test_a_published_fact_is_in_the_answer_to_the_bare_code(
    assistant: Assistant, code: str, english: str, chinese: str, lang: Language
) -> None:
    answer = assistant.ask(code, lang=lang)
    assert (answer.entry, answer.case) == (code, None)
    assert re.search(english if lang == "en" else chinese, words(answer)), words(answer)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_entry_and_case_can_be_asked_for_by_name(assistant: Assistant, lang: Language) -> None:
    for meaning in assistant.knowledge.meanings():
        answer = assistant.ask(str(meaning), lang=lang)
        assert (answer.entry, answer.case, answer.lang) == (*meaning, lang)
        assert answer.title
        assert answer.steps
