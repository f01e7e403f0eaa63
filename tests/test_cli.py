from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.ending import FAILED, UNUSABLE
from bot.knowledge.loading import default_directory
from tests.knowledge import small

KEY = "sk-" + "a1B2c3D4" * 6
"""Shaped like a key, and nobody's."""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The knowledge base that all commands use here."""
    directory = small.write(tmp_path / "base")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(directory))
    monkeypatch.chdir(tmp_path)
    return directory


@pytest.fixture
def environment(base: Path, pytestconfig: pytest.Config) -> dict[str, str]:
    """The environment of a process: this checkout, and nothing that makes pipes look like terminals."""
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "TTY_COMPATIBLE"}}
    return kept | {"PYTHONPATH": str(pytestconfig.rootpath)}


def bot(*words: str, stdin: str | bytes | None = None) -> Result:
    """Run a command in this process; standard input is no terminal."""
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, list(words), input=stdin)


def answer(*words: str, stdin: str | bytes | None = None) -> dict[str, Any]:
    result = bot("ask", "--json", *words, stdin=stdin)
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def answers(stdin: str | bytes) -> list[dict[str, Any]]:
    result = bot("ask", "--jsonl", stdin=stdin)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_answer_says_what_happened_why_what_to_do_and_whom_to_tell(base: Path) -> None:
    result = bot("ask", "HTTP 429 for model gpt-4o")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:7] == [
        "429 · Too many requests",
        "",
        "Why: Too much at once.",
        "What to do",
        "  1. Wait a minute.",
        "  2. Send it again.",
        "When to ask a human: Write to support.",
    ]


def test_a_case_is_named_beside_its_title(base: Path) -> None:
    assert bot("ask", "Daily limit of 20 reached").stdout.startswith("429 · The day is used up  429/daily\n")


def test_bold_of_the_knowledge_is_no_asterisks_in_the_terminal(base: Path) -> None:
    file = base / "errors" / "429.yaml"
    file.write_text(small.TOO_MANY.replace("- Wait a minute.", "- Wait **one** minute."), encoding="utf-8")
    assert "  1. Wait one minute.\n" in bot("ask", "HTTP 429").stdout


def test_what_is_wrong_in_the_text_stands_above_the_steps_and_cannot_steer_the_terminal(base: Path) -> None:
    text = "令牌分组 **v\x1b[31mip** 已被禁用"
    printed = bot("ask", "--lang", "en", "--knowledge", str(default_directory()), text).stdout
    assert "→ The group that was refused is `**v\ufffd[31mip**`." in printed.partition("What to do")[0]
    assert "\x1b" not in printed


def test_words_of_the_knowledge_are_never_taken_for_markup_or_emoji(base: Path) -> None:
    file = base / "errors" / "429.yaml"
    file.write_text(small.TOO_MANY.replace("- Wait a minute.", "- 'Wait [red]a[/blue] :x: minute.'"), encoding="utf-8")
    assert "  1. Wait [red]a[/blue] :x: minute.\n" in bot("ask", "HTTP 429").stdout


def test_nothing_that_fits_is_exit_code_one_and_where_to_find_a_human(base: Path) -> None:
    result = bot("ask", "good morning")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "No entry fits this text.",
        "A human can help: Write to help@example.com.",
    ]


def test_words_are_joined_and_a_dash_or_nothing_reads_standard_input(base: Path) -> None:
    assert answer("HTTP", "429")["entry"] == "429"
    assert answer("-", stdin="HTTP 500")["entry"] == "500"
    assert answer(stdin="错误码：500".encode("gb18030"))["entry"] == "500"


def test_json_is_one_object_with_everything_that_was_read(base: Path) -> None:
    found = answer('Error code: 429 - {"message": "Rate limit reached for gpt-4o", "request_id": "20260101abcdef0123"}')
    assert set(found) == {
        *("entry", "case", "confidence", "speaks", "lang", "title", "cause", "steps", "escalate"),
        *("findings", "alternatives", "evidence", "secrets", "why"),
    }
    assert (found["entry"], found["case"], found["lang"], found["secrets"]) == ("429", None, "en", 0)
    assert found["speaks"] is True
    assert 0.75 < found["confidence"] <= 1
    assert found["steps"] == ["Wait a minute.", "Send it again."]
    evidence = found["evidence"]
    assert (evidence["status"], evidence["model"], evidence["request_id"]) == (429, "gpt-4o", "20260101abcdef0123")
    assert {"group", "url"} <= set(evidence)
    assert found["why"]


def test_json_of_an_unknown_text_has_no_entry_but_the_same_shape(base: Path) -> None:
    found = answer("good morning")
    assert found["entry"] is None
    assert (found["title"], found["steps"], found["speaks"]) == ("", [], False)
    assert set(found) == set(answer("HTTP 429"))


@pytest.mark.parametrize("options", [["--json"], ["--explain"], []])
def test_a_key_is_counted_and_never_printed(base: Path, options: list[str]) -> None:
    printed = bot("ask", *options, f"Authorization: Bearer {KEY} gives HTTP 429").output
    assert KEY not in printed
    assert KEY[8:-8] not in printed
    assert ('"secrets": 1' if options == ["--json"] else "Your text held an API key") in printed


def test_the_language_is_that_of_the_words_unless_it_is_chosen(base: Path) -> None:
    assert answer("请问 HTTP 429 是什么意思？")["lang"] == "zh"
    assert answer("--lang", "en", "请问 HTTP 429 是什么意思？")["title"] == "Too many requests"
    assert bot("ask", "--lang", "zh", "HTTP 429").stdout.startswith("429 · 请求过多\n\n原因: 一下子太多了。\n怎么办\n")


def test_an_unknown_language_is_told_with_those_there_are(base: Path) -> None:
    result = bot("ask", "--lang", "fr", "HTTP 429")
    assert result.exit_code == 2
    assert "'fr' is none of en, zh" in unstyle(result.stderr)


def test_explain_marks_and_lists_what_decided(base: Path) -> None:
    printed = bot("ask", "--explain", "we get HTTP 429\x1b[31m here").stdout
    assert "we get HTTP 429\ufffd[31m here" in printed
    assert "status   429" in printed
    assert "\x1b" not in printed


def test_a_file_is_read_whatever_its_encoding(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_bytes("请求失败，报错 429，请问怎么办".encode("gb18030"))
    assert (answer("--file", str(file))["entry"], answer("-f", str(file))["lang"]) == ("429", "zh")


def test_a_file_that_cannot_be_read_is_exit_code_two_and_says_why(base: Path, tmp_path: Path) -> None:
    picture = tmp_path / "shot.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.log", "HTTP 429")
    for path, reason in (
        (tmp_path / "gone", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (picture, "the picture is not whole"),
        (archive, "not a text file"),
    ):
        result = bot("ask", "--file", str(path))
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {path}: {reason}\n")


def test_options_that_exclude_each_other_are_told(base: Path) -> None:
    for words in (["ask", "--file", "x", "429"], ["ask", "--jsonl", "429"], ["ask", "--jsonl", "--file", "x"]):
        result = bot(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("error: ")


def test_jsonl_keeps_the_order_and_carries_the_id_over(base: Path) -> None:
    lines = [
        {"id": "b", "text": "HTTP 500"},
        {"id": 7, "text": "good morning"},
        {"id": None, "text": "HTTP 429"},
        {"text": "报错 429，怎么办"},
        {"id": {"any": ["thing"]}, "text": "the server broke", "more": 1},
    ]
    found = answers("".join(json.dumps(line) + "\n" for line in lines))
    assert [row["id"] for row in found] == ["b", 7, None, None, {"any": ["thing"]}]
    assert [row["entry"] for row in found] == ["500", None, "429", "429", "500"]
    assert set(found[0]) == {"id", *answer("HTTP 500")}


def test_a_bad_line_of_jsonl_is_answered_with_its_mistake_and_the_run_goes_on(base: Path) -> None:
    bad = ["nonsense", "[]", "{}", '{"id": 1, "text": 5}', "[" * 100_000]
    found = answers("\n".join([*bad, "", '{"id": 9, "text": "HTTP 429"}']))
    assert all(set(row) == {"id", "error"} and row["id"] is None for row in found[:-1])
    told = [row["error"] for row in found[:-1]]
    assert told[0].startswith("line 1: not JSON: ")
    assert told[1:4] == [
        'line 2: not an object such as {"id": 1, "text": "…"}',
        "line 3: 'text' is missing",
        "line 4: 'text' is not a string",
    ]
    assert told[4].startswith("line 5: not JSON: ")
    assert (found[-1]["id"], found[-1]["entry"]) == (9, "429")


def test_bytes_that_are_no_utf8_spoil_their_own_line_only(base: Path) -> None:
    found = answers(b'\xef\xbb\xbf{"id": 1, "text": "caf\xe9 HTTP 429"}\n\xff\xfe\n{"id": 3, "text": "HTTP 500"}\r\n')
    assert [(row["id"], row.get("entry")) for row in found] == [(1, "429"), (None, None), (3, "500")]


def test_check_counts_what_is_well(base: Path) -> None:
    result = bot("check")
    assert (result.exit_code, result.output) == (0, "2 entries, 1 case, 4 examples: all well\n")


def test_check_takes_the_folder_it_is_given(base: Path, tmp_path: Path) -> None:
    (small.write(tmp_path / "other") / "errors" / "500.yaml").unlink()
    assert bot("check", "other").stdout.startswith("1 entry, 1 case, ")


def test_check_lists_every_mistake_and_ends_with_one(base: Path) -> None:
    (base / "errors" / "500.yaml").write_text("", encoding="utf-8")
    (base / "errors" / "429.yaml").write_text(small.TOO_MANY.replace("acts: wait", "act: wait"), encoding="utf-8")
    result = bot("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "base/errors/429.yaml:1: 429: 'acts' is missing",
        "base/errors/429.yaml:2: 429: unknown key 'act' (did you mean 'acts'?)",
        "base/errors/500.yaml:1: 500: the file is empty",
    ]
    assert result.stderr == f"error: 3 mistakes in {base}\n"


def test_check_names_the_examples_that_go_elsewhere(base: Path) -> None:
    change = small.BROKEN.replace("  - HTTP 500", "  - HTTP 429\n  - good\n    morning\nnot_examples:\n  - HTTP 500")
    (base / "errors" / "500.yaml").write_text(change, encoding="utf-8")
    result = bot("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "base/errors/500.yaml:13: 500: resolves to 429, wanted 500: HTTP 429",
        "base/errors/500.yaml:14: 500: resolves to no entry, wanted 500: good morning",
        "base/errors/500.yaml:17: 500: resolves to 500, wanted anything but 500: HTTP 500",
    ]
    assert result.stderr == f"error: 3 mistakes in {base}\n"


def test_check_names_the_line_of_a_key_in_an_example_and_does_not_print_it(base: Path) -> None:
    change = small.BROKEN.replace("  - HTTP 500", f"  - HTTP 500\n  - HTTP 500 with {KEY}")
    (base / "errors" / "500.yaml").write_text(change, encoding="utf-8")
    result = bot("check")
    assert (result.exit_code, result.stderr) == (1, f"error: 1 mistake in {base}\n")
    told = "holds an API key or a password, sk-a1…D4: put a placeholder there"
    assert result.stdout == f"base/errors/500.yaml:14: 500: {told}\n"


def test_check_writes_the_schema_when_told_to(base: Path) -> None:
    assert bot("check", "--write-schema").exit_code == 0
    assert json.loads((base / "schema.json").read_text(encoding="utf-8"))["title"] == "Entry"
    result = bot("check", "--write-schema", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: nowhere: cannot write schema.json: No such file or directory\n"


@pytest.mark.parametrize("command", [["ask", "429"], ["ask", "--jsonl"], ["eval", "rows.jsonl"]])
def test_no_command_answers_from_a_broken_knowledge_base(base: Path, command: list[str]) -> None:
    (base / "cues.yaml").write_text("- a list", encoding="utf-8")
    result = bot(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("base/cues.yaml:1: cues: expected lines such as 'key: value', found a list\n")


def test_eval_prints_the_figures_worked_out_by_hand(base: Path, tmp_path: Path) -> None:
    rows = [
        {"text": "HTTP 429", "label": "429", "lang": "en", "kind": "code"},
        {"text": "HTTP 500", "label": "429", "lang": "en", "kind": "code"},
        {"text": "good morning", "label": "none", "lang": "[/odd]"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shown = bot("eval", "rows.jsonl", "--misses")
    assert shown.exit_code == 0
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines[0] == ["3", "messages,", "in", "percent"]
    assert lines[1] == ["rows", "heard", "wrong", "asked", "top3", "false", "stray", "model"]
    assert lines[2] == ["all", "3", "50.0", "50.0", "50.0", "50.0", "0.0", "–", "–"]
    assert ["label", "none", "1", "–", "–", "–", "–", "0.0", "–", "–"] in lines
    assert ["lang", "[/odd]", "1", "–", "–", "–", "–", "0.0", "–", "–"] in lines
    assert "confused: 429→500 ×1" in shown.stdout
    assert "2 wanted 429, spoke, first 500: HTTP 500" in shown.stdout
    as_json = json.loads(bot("eval", "rows.jsonl", "--json").stdout)
    assert as_json["rows"] == 3
    assert as_json["figures"]["heard"] == 50.0
    assert as_json["figures"]["stray"] is None
    assert as_json["confusion"] == [["429", "500", 1]]


def test_eval_holds_the_lines_that_it_is_given(base: Path, tmp_path: Path) -> None:
    row = json.dumps({"text": "HTTP 500", "label": "429"})
    (tmp_path / "rows.jsonl").write_text(row, encoding="utf-8")
    held = bot("eval", "rows.jsonl", "--hold", "heard=0,wrong=100")
    assert held.exit_code == 0
    worse = bot("eval", "rows.jsonl", "--hold", "heard=1,wrong=99.5")
    assert worse.exit_code == 1
    assert worse.stderr == "error: heard is 0.0, the line is 1.0; wrong is 100.0, the line is 99.5\n"


@pytest.mark.parametrize("hold", ["heard:9", "head=9", "heard=much"])
def test_a_line_that_cannot_be_held_is_told_before_anything_is_measured(base: Path, tmp_path: Path, hold: str) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "HTTP 500", "label": "429"}', encoding="utf-8")
    told = bot("eval", "rows.jsonl", "--hold", hold)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert f"'{hold}' is not NAME=PERCENT" in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "--json", "--explain", "429"),
        ("ask", "--jsonl", "--explain"),
        ("ask", "--jsonl", "--json"),
        ("eval", "rows.jsonl", "--json", "--misses"),
    ],
)
def test_an_option_that_another_one_leaves_no_room_for_is_refused(
    base: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "HTTP 500", "label": "429"}', encoding="utf-8")
    told = bot(*words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "leave out" in told.stderr


@pytest.mark.parametrize("words", [("check",), ("ask", "429")])
def test_a_folder_at_home_is_found_from_the_environment(
    base: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HOME", str(base.parent))
    monkeypatch.setenv("KNOWLEDGE_DIR", f"~/{base.name}")
    assert bot(*words).exit_code == 0


@pytest.mark.parametrize("words", [("check",), ("ask", "429"), ("models", "gpt-4o"), ("run",)])
@pytest.mark.parametrize(("folder", "told"), [("~nosuch/kb", "whose home"), ("x" * 300, "too long"), ("gone", "gone")])
def test_a_folder_of_the_environment_that_is_none_is_told_in_one_line(
    base: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], folder: str, told: str
) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", folder)
    result = bot(*words)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (UNUSABLE, "", 1)
    assert result.stderr.startswith("error: KNOWLEDGE_DIR: ")
    assert told in result.stderr


@pytest.mark.parametrize("words", [("check",), ("ask", "429"), ("models",)])
def test_blanks_around_a_folder_of_the_environment_mean_nothing(
    base: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    for folder in (f" {base.name} ", " "):
        monkeypatch.setenv("KNOWLEDGE_DIR", folder)
        assert bot(*words).exit_code == 0


@pytest.mark.parametrize("words", [("check", "~nosuch/kb"), ("ask", "429", "--knowledge", "~nosuch/kb")])
def test_a_home_of_nobody_is_told_in_one_line(base: Path, words: tuple[str, ...]) -> None:
    result = bot(*words)
    assert (result.exit_code, result.stderr) == (UNUSABLE, "error: ~nosuch/kb: there is no such home\n")


@pytest.mark.parametrize("variable", ["DISCORD_TOKEN_FILE", "LOG_LEVEL", "METRICS_PORT", "KNOWLEDGE_DIR"])
def test_a_token_that_stands_in_a_wrong_variable_is_not_shown(
    base: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    token = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GabcDE." + "aBcdefgh1jklmnopqrstuvwxyz0123456789AB"
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    for secret in (token, KEY):
        monkeypatch.setenv(variable, secret)
        result = bot("run")
        assert result.stderr.startswith(f"error: {variable}")
        assert result.stderr.count("\n") == 1
        assert secret not in result.output


def test_eval_of_a_file_it_cannot_use_says_why(base: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "a", "label": "429"}\n{"text": "b"}\n', encoding="utf-8")
    for name, told in (("gone", "gone: No such file or directory"), (".", ".: Is a directory"),
                       ("bad.jsonl", "bad.jsonl:2: not a labelled message: 'label' is missing")):  # fmt: skip
        result = bot("eval", name)
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {told}\n")


def test_a_bot_that_is_not_started_says_why_in_one_line_and_tells_apart_what_no_other_start_would_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    nobody = bot("run")
    assert (nobody.exit_code, nobody.stderr.partition(" set")[0]) == (FAILED, "error: no token:")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    unread = bot("run")
    assert (unread.exit_code, unread.stderr.partition(" ")[0]) == (UNUSABLE, "error:")
    empty = bot("demo", "--no-browser", "--knowledge", str(tmp_path))
    assert (empty.exit_code, empty.stderr.partition(" ")[0]) == (UNUSABLE, "error:")
    assert [told.stderr.count("\n") for told in (nobody, unread, empty)] == [1, 1, 1]


@pytest.mark.parametrize("command", [[], ["ask"], ["check"], ["eval"], ["run"], ["demo"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = bot(*command, "--help")
    assert result.exit_code == 0
    assert result.stdout == bot(*command, "-h").stdout
    for word in {"ask": ["TEXT", "--file", "--lang", "en|zh", "--jsonl"], "": ["ask", "check", "eval"]}.get(
        "".join(command), []
    ):
        assert word in unstyle(result.stdout)


def test_in_a_pipe_an_answer_is_plain_lines_and_discord_is_not_loaded(environment: dict[str, str]) -> None:
    program = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in sys.modules if name.startswith(('discord', 'aiohttp'))])"
    )
    words = ["ask", "--explain", "Error 429 " + "x" * 300]
    process = subprocess.run([sys.executable, "-c", program, *words], env=environment, capture_output=True, check=False)
    assert process.returncode == 0, process.stderr
    *lines, modules = process.stdout.decode().splitlines()
    assert modules == "[]"
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)
    assert any("x" * 300 in line for line in lines)


def test_what_cannot_be_written_does_not_end_a_run(environment: dict[str, str]) -> None:
    environment |= {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "bot", "ask", "--jsonl", "--lang", "zh"]
    lines = b'{"id": "\\ud83d", "text": "HTTP 429"}\n{"id": 2, "text": "HTTP 500"}\n'
    process = subprocess.run(command, input=lines, env=environment, capture_output=True, check=False)
    assert process.returncode == 0, process.stderr
    rows = [json.loads(line) for line in process.stdout.decode("utf-8").splitlines()]
    assert [(row["id"], row["title"]) for row in rows] == [("\ud83d", "请求过多"), (2, "出了问题")]


def running(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """`ask --jsonl` in a process that has answered one line and waits for the next."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--jsonl"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"id": 1, "text": "HTTP 429"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    return process


def test_ctrl_c_ends_without_a_traceback(environment: dict[str, str]) -> None:
    process = running(environment)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_a_reader_that_has_seen_enough_ends_it_without_a_traceback(environment: dict[str, str]) -> None:
    process = running(environment)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(b'{"id": 2, "text": "HTTP 429"}\n' * 100, timeout=10)
    assert b"Traceback" not in errors
    assert b"Exception" not in errors


def test_without_a_question_a_terminal_gets_an_example(environment: dict[str, str]) -> None:
    _, terminal = pty.openpty()
    command = [sys.executable, "-m", "bot", "ask"]
    process = subprocess.run(command, stdin=terminal, env=environment, capture_output=True, check=False, timeout=10)
    os.close(terminal)
    assert (process.returncode, process.stdout) == (2, b"")
    assert process.stderr == b'error: nothing to answer; try: python -m bot ask "Error code: 429"\n'
