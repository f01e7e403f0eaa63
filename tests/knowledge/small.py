"""A small knowledge base without a mistake, for tests that make one."""

from pathlib import Path

SERVICE = """\
name: Example API
site: https://example.com
base_url: https://api.example.com
api_base: https://api.example.com/v1
models_page:
  en: the page of models
  zh: 模型页面
support:
  en: Write to help@example.com.
  zh: 请写信给 help@example.com。
published: ["429"]
"""

CUES = """\
about:
  - feature request
trouble:
  - please help
foreign:
  - kubernetes
"""

TOO_MANY = """\
status: 429
acts: wait
ask_for: [model, time]
texts:
  en:
    title: Too many requests
    cause: Too much at once.
    steps:
      - Wait a minute.
      - Send it again.
    escalate: Write to support.
  zh:
    title: 请求过多
    cause: 一下子太多了。
    steps:
      - 等一分钟。
    escalate: 请联系客服。
match:
  codes: [slow_down]
  types: [slow_down_error]
  messages:
    - Rate limit reached for {model}
  phrases:
    - too fast
examples:
  - HTTP 429
not_examples:
  - we have 429 users
cases:
  daily:
    acts: you
    ask_for: [token_name]
    texts:
      en: {title: The day is used up, cause: It was a busy day., steps: [Come back tomorrow.], escalate: Ask for more.}
      zh: {title: 今天用完了, cause: 今天很忙。, steps: [明天再来。], escalate: 请申请更多。}
    match:
      messages:
        - Daily limit of {limit} reached
    examples:
      - Daily limit of 20 reached
"""

BROKEN = """\
status: 500
acts: support
texts:
  en: {title: Something broke, cause: It is not your fault., steps: [Try again.], escalate: Tell support.}
  zh: {title: 出了问题, cause: 不是你的错。, steps: [再试一次。], escalate: 请告诉客服。}
match:
  codes: [internal_error]
  messages:
    - The server had an error
  phrases:
    - server broke
examples:
  - HTTP 500
"""


def write(directory: Path) -> Path:
    """Write the base: the entries 429, with the case `daily`, and 500."""
    errors = directory / "errors"
    errors.mkdir(parents=True)
    (directory / "service.yaml").write_text(SERVICE, encoding="utf-8")
    (directory / "cues.yaml").write_text(CUES, encoding="utf-8")
    (errors / "429.yaml").write_text(TOO_MANY, encoding="utf-8")
    (errors / "500.yaml").write_text(BROKEN, encoding="utf-8")
    return directory
