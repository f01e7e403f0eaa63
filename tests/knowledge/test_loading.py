from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.knowledge.base import FOREIGN
from bot.knowledge.loading import CARD_TEXT, KnowledgeError, load, write_schema
from bot.knowledge.schema import PLACEHOLDERS, Meaning
from bot.knowledge.source import LONGEST_LINE, MOST, Problem
from bot.knowledge.strict_yaml import LARGEST
from bot.knowledge.wording import fold, words
from tests.knowledge import small

NAME_RULE = "name it like 429.yaml or web-page.yaml: lower case, digits and single hyphens, 24 at most, then .yaml"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound knowledge base in the working directory."""
    monkeypatch.chdir(tmp_path)
    return small.write(tmp_path / "base")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")


def problems(directory: Path) -> list[str]:
    """What is wrong, one line a mistake, with paths as from the base."""
    with pytest.raises(KnowledgeError) as caught:
        load(directory)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.problems)
    return [line.removeprefix("base").removeprefix("/") for line in lines]


def test_a_sound_base_is_loaded_whole(base: Path) -> None:
    knowledge = load(base)
    assert list(knowledge.meanings()) == [Meaning("429"), Meaning("429", "daily"), Meaning("500")]
    assert knowledge.service.name == "Example API"
    assert dict(knowledge.statuses) == {429: "429", 500: "500"}
    assert dict(knowledge.codes) == {"slow_down": Meaning("429"), "internal_error": Meaning("500")}
    assert dict(knowledge.types) == {"slowdownerror": Meaning("429")}
    assert {template.source for found in knowledge.templates.by_anchor.values() for template in found} == {
        "Rate limit reached for {model}",
        "Daily limit of {limit} reached",
        "The server had an error",
    }


def test_a_case_follows_its_entry_where_it_says_nothing_itself(base: Path) -> None:
    change(base / "errors" / "429.yaml", "    acts: you\n    ask_for: [token_name]\n", "")
    knowledge = load(base)
    assert knowledge.acts(Meaning("429", "daily")) == "wait"
    assert knowledge.ask_for(Meaning("429", "daily")) == (("model",), ("time",))


def test_a_case_says_for_itself_who_acts_and_what_is_asked_for(base: Path) -> None:
    knowledge = load(base)
    assert knowledge.acts(Meaning("429", "daily")) == "you"
    assert knowledge.ask_for(Meaning("429", "daily")) == (("token_name",),)
    assert knowledge.texts(Meaning("429", "daily"), "zh").title == "今天用完了"
    assert knowledge.texts(Meaning("429"), "en").steps == ("Wait a minute.", "Send it again.")
    with pytest.raises(KeyError):
        knowledge.part(Meaning("429", "weekly"))


def test_of_what_is_asked_for_together_either_is_enough(base: Path) -> None:
    change(base / "errors" / "429.yaml", "ask_for: [model, time]", "ask_for: [model, [request_id, ray_id]]")
    assert load(base).ask_for(Meaning("429")) == (("model",), ("request_id", "ray_id"))


def test_cues_are_found_by_what_they_mean_and_may_be_left_out(base: Path) -> None:
    said = "a feature request, please help"
    assert load(base).cued(said) == {"about", "trouble"}
    (base / "cues.yaml").unlink()
    assert load(base).cued(said) == set()


def test_other_software_is_looked_for_among_the_phrases(base: Path) -> None:
    text = words(fold("our kubernetes cluster"))
    assert [hit.phrase.owner for hit in load(base).phrases.search(text)] == [FOREIGN]
    (base / "cues.yaml").unlink()
    assert load(base).phrases.search(text) == []


WANTED = (
    "one of model, request_id, group, time, url, client, request, ray_id, ip, token_name, "
    "or a list of two or more of which one is enough"
)


def wrong(base: Path, old: str, new: str) -> str:
    """Line and text of the one mistake that `429.yaml` has with `new` in place of `old`."""
    change(base / "errors" / "429.yaml", old, new)
    (told,) = problems(base)
    match = re.fullmatch(r"errors/429\.yaml:(\d+: )429: (.*)", told)
    assert match, told
    return match[1] + match[2]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("acts: wait", "actz: you\nacts: wait", "2: unknown key 'actz' (did you mean 'acts'?)"),
        ("acts: wait", "colour: red\nacts: wait", "2: unknown key 'colour'"),
        ("types:", "phrase: []\n  types:", "20: unknown key 'phrase' (did you mean 'phrases'?)"),
        (
            "types:",
            "exmples: []\n  types:",
            "20: unknown key 'exmples' (did you mean 'examples', a key of the entry itself?)",
        ),
        ("acts: wait", "codes: []\nacts: wait", "2: 'codes' does not belong here; it is a key of 'match'"),
        ("    acts: you", "    status: 428", "31: 'status' does not belong here; it is a key of the entry itself"),
        ("acts: wait", "acts: wait\nacts: you", "3: key 'acts' is given twice"),
        ("acts: wait\n", "", "1: 'acts' is missing"),
        ("    cause: Too much at once.\n", "", "5: 'texts.en.cause' is missing"),
        ("  daily:", "  Daily:", "30: 'cases.Daily' is no name for a case: lower case, digits and single hyphens"),
        ("  daily:", f"  {'d' * 25}:", f"30: 'cases.{'d' * 25}' is too long: 25 characters, at most 24"),
    ],
)
def test_a_mistaken_key_is_one_line_with_its_place(base: Path, old: str, new: str, told: str) -> None:
    assert wrong(base, old, new) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("acts: wait", "acts: waiting", "2: 'acts' is 'waiting'; it takes 'you', 'wait' or 'support'"),
        ("acts: wait", "acts: [wait]", "2: 'acts' takes 'you', 'wait' or 'support'"),
        ("acts: wait", "acts:", "2: 'acts' is empty: fill it in or delete it"),
        ("status: 429", "status: 42", "1: 'status' is 42, at least 100"),
        ("status: 429", "status: 600", "1: 'status' is 600, at most 599"),
        ("status: 429", "status: four", "1: 'status' has to be a whole number"),
        ("status: 429", "status: 429.5", "1: 'status' has to be a whole number"),
        ("status: 429", f"status: {'9' * 5000}", "1: 'status' has to be a whole number"),
        ("[model, time]", "[model, url, ip, time, group]", "3: 'ask_for' has 5 items, at most 4"),
        ("[model, time]", "[model, url, time, [ip, group]]", "3: 'ask_for' names 5 things, at most 4"),
        ("[model, time]", "[model, [ip, model]]", "3: 'ask_for' names 'model' twice"),
        ("[model, time]", "[model, tme]", f"3: 'ask_for', item 2 takes {WANTED}"),
        ("[model, time]", "[model, [ip]]", f"3: 'ask_for', item 2 takes {WANTED}"),
        ("[model, time]", "[model, [ip, tme]]", f"3: 'ask_for', item 2 takes {WANTED}"),
        (
            "title: Too many requests",
            f"title: {'x' * 91}",
            "6: 'texts.en.title' is too long: 91 characters, at most 90",
        ),
        ("title: Too many requests", "title: ' '", "6: 'texts.en.title' is empty"),
        ("      - 等一分钟。\n", "      - 一\n" * 9, "15: 'texts.zh.steps' has 9 items, at most 8"),
        ("examples:\n  - HTTP 429\nnot", "examples: []\nnot", "25: 'examples' is empty"),
        ("[slow_down]", "slow_down", "19: 'match.codes' has to be a list: each item on a line of its own, behind '- '"),
        ("[slow_down]", "[a b]", "19: 'match.codes', item 1 is no code: letters, digits and _ . : - only, no spaces"),
        ("- too fast", "- x", "24: 'match.phrases', item 1 is too short: at least 2 characters"),
        (
            "- too fast",
            "- the 429",
            "24: 'match.phrases', item 1: a phrase needs words; a status number is recognised without one",
        ),
        ("- too fast", "- it is the", "24: 'match.phrases', item 1: a phrase needs a word that not every sentence has"),
    ],
)
def test_a_mistaken_value_is_one_line_with_its_place(base: Path, old: str, new: str, told: str) -> None:
    assert wrong(base, old, new) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[slow_down]", "[1113]", "19: 'match.codes', item 1 has to be text: put 1113 in quotes"),
        ("[slow_down]", "[slow_down, 007]", "19: 'match.codes', item 2 has to be text: put 007 in quotes"),
        ("[slow_down]", "[true]", "19: 'match.codes', item 1 has to be text: put true in quotes"),
        ("title: Too many requests", "title: 429", "6: 'texts.en.title' has to be text: put 429 in quotes"),
        (
            "- too fast",
            "- #toofast",
            "24: 'match.phrases', item 1 is empty: fill it in or delete it; text that begins with # needs quotes",
        ),
        (
            "- Wait a minute.",
            "- Wait: a minute.",
            "9: 'texts.en.steps', item 1 is read as a key with a value because of a ':' or '{' in it: put it in quotes",
        ),
        (
            "- Rate limit reached for {model}",
            "- {model}",
            "22: 'match.messages', item 1 is read as a key with a value because of a ':' or '{' in it: "
            "put it in quotes",
        ),
        (
            "- Send it again.",
            "- [Send it again.]",
            "10: 'texts.en.steps', item 2 is read as a list because of a '[' or '-' at its beginning: put it in quotes",
        ),
        (
            "- Send it again.",
            "- 'Send' it again.",
            "10: this does not fit the list above: put the text in quotes as a whole, or mend the indentation",
        ),
    ],
)
def test_text_that_yaml_takes_for_something_else_needs_quotes(base: Path, old: str, new: str, told: str) -> None:
    assert wrong(base, old, new) == told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("Limit for {modle}", f"unknown placeholder {{modle}}; known: {', '.join(PLACEHOLDERS)}"),
        ("Limit for ｛modle｝", f"unknown placeholder {{modle}}; known: {', '.join(PLACEHOLDERS)}"),
        ("Limit for {}", f"unknown placeholder {{}}; known: {', '.join(PLACEHOLDERS)}"),
        ("Limit for {model", "write the placeholder as {model}, both braces, no space in it"),
        ("Limit for model}", "write the placeholder as {model}, both braces, no space in it"),
        ("Limit for { model }", "write the placeholder as {model}, both braces, no space in it"),
        ("'{any} of {model}'", "a template needs at least four letters besides its placeholders"),
        ("令 牌 无 效", "a template needs a word, or two Chinese characters side by side, to be found by"),
    ],
)
def test_a_template_that_cannot_compile_is_told(base: Path, source: str, told: str) -> None:
    assert wrong(base, "Rate limit reached for {model}", source) == f"22: 'match.messages', item 1: {told}"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("status: 429", "status: 500", "500.yaml:1: 500: status '500' belongs to 429 already (429.yaml:1)"),
        (
            "[slow_down]",
            "[Internal_Error]",
            "500.yaml:7: 500: code 'internal_error' belongs to 429 already (429.yaml:19)",
        ),
        (
            "Rate limit reached for {model}",
            "the  server had an ERROR",
            "500.yaml:9: 500: message 'The server had an error' belongs to 429 already (429.yaml:22)",
        ),
        (
            "- too fast",
            "- the server broke",
            "500.yaml:11: 500: phrase 'server broke' belongs to 429 already (429.yaml:24)",
        ),
        (
            "Daily limit of {limit} reached\n    e",
            "rate limit reached for {any}\n    e",
            "429.yaml:38: 429: message 'rate limit reached for {any}' belongs to 429 already (429.yaml:22)",
        ),
        ("[slow_down]", "[a, A]", "429.yaml:19: 429: code 'A' says the same as line 19; one of them is enough"),
        (
            "[slow_down_error]",
            "[slow_down_error, SlowDownError]",
            "429.yaml:20: 429: type 'SlowDownError' says the same as line 20; one of them is enough",
        ),
    ],
)
def test_what_has_an_owner_cannot_have_another(base: Path, old: str, new: str, told: str) -> None:
    change(base / "errors" / "429.yaml", old, new)
    assert problems(base) == [f"errors/{told}"]


def test_texts_in_no_language_lack_both(base: Path) -> None:
    texts = "texts:\n" + small.TOO_MANY.split("texts:\n", 1)[1].split("match:")[0]
    change(base / "errors" / "429.yaml", texts, "texts: {}\n")
    page = "models_page:\n" + small.SERVICE.split("models_page:\n")[1].split("support:")[0]
    change(base / "service.yaml", page, "models_page: {}\n")
    assert problems(base) == [
        "errors/429.yaml:4: 429: language 'en' is missing",
        "errors/429.yaml:4: 429: language 'zh' is missing",
        "service.yaml:5: service: language 'en' is missing",
        "service.yaml:5: service: language 'zh' is missing",
    ]


def test_a_language_that_is_missing_is_told_for_entries_and_cases(base: Path) -> None:
    texts = "  zh:\n" + small.TOO_MANY.split("  zh:\n")[1].split("match:")[0]
    change(base / "errors" / "429.yaml", texts, "")
    case = next(line for line in small.TOO_MANY.splitlines(keepends=True) if "今天用完了" in line)
    change(base / "errors" / "429.yaml", case, "")
    assert problems(base) == [
        "errors/429.yaml:4: 429: language 'zh' is missing",
        "errors/429.yaml:27: 429: language 'zh' is missing",
    ]


def test_another_language_than_known_is_told_beside_the_missing_one(base: Path) -> None:
    change(base / "errors" / "429.yaml", "  zh:\n    title", "  fr:\n    title")
    assert problems(base) == [
        "errors/429.yaml:4: 429: language 'zh' is missing",
        "errors/429.yaml:12: 429: unknown key 'fr'; it takes 'en' or 'zh'",
    ]


def test_texts_that_only_together_are_too_long_for_a_card_are_told(base: Path) -> None:
    steps = "".join(f"      - {str(i) + 'x' * 319}\n" for i in range(7))
    change(base / "errors" / "429.yaml", "Too much at once.", "x" * 700)
    change(base / "errors" / "429.yaml", "      - Wait a minute.\n", steps)
    (line,) = problems(base)
    assert line.startswith("errors/429.yaml:5: 429: 'texts.en' has ")
    assert line.endswith(f" characters in all; at most {CARD_TEXT} fit on a card")


def test_braces_of_json_in_a_template_are_text(base: Path) -> None:
    change(
        base / "errors" / "429.yaml", "Rate limit reached for {model}", "'{\"error\": { status: 429, detail = value }'"
    )
    load(base)


def test_all_mistakes_of_all_files_come_in_one_run_in_the_order_of_the_files(base: Path) -> None:
    change(base / "errors" / "429.yaml", "acts: wait", "act: wait")
    change(base / "errors" / "429.yaml", "[slow_down]", "[internal_error]")
    change(base / "errors" / "500.yaml", "status: 500", "status: 5000")
    change(base / "service.yaml", "name: Example API\n", "")
    change(base / "cues.yaml", "  - please help", "  - feature request")
    (base / "errors" / "502.yaml").write_bytes(b"\xff")
    assert problems(base) == [
        "cues.yaml:4: cues: cue 'feature request' belongs to about already (cues.yaml:2)",
        "errors/429.yaml:1: 429: 'acts' is missing",
        "errors/429.yaml:2: 429: unknown key 'act' (did you mean 'acts'?)",
        "errors/500.yaml:1: 500: 'status' is 5000, at most 599",
        "errors/500.yaml:7: 500: code 'internal_error' belongs to 429 already (429.yaml:19)",
        "errors/502.yaml:1: 502: byte 0xff is no UTF-8; save the file as UTF-8",
        "service.yaml:1: service: 'name' is missing",
    ]


@pytest.mark.parametrize("name", ["429.yml", "more/429.yaml", "more/deeper/429.yml"])
def test_two_files_with_one_id_are_told_wherever_they_are(base: Path, name: str) -> None:
    (base / "errors" / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(base / "errors" / "429.yaml", base / "errors" / name)
    assert problems(base) == [f"errors/{name}:1: 429: there is an entry 429 already, in errors/429.yaml"]


def test_an_entry_may_lie_in_a_folder_of_its_own(base: Path) -> None:
    (base / "errors" / "server").mkdir()
    (base / "errors" / "500.yaml").rename(base / "errors" / "server" / "500.yml")
    assert set(load(base).entries) == {"429", "500"}


@pytest.mark.parametrize("name", ["Bad Name.yaml", "5_00.yaml", "错误.yaml", "a--b.yaml", "502.YAML", "502.yaml.txt"])
def test_a_file_whose_name_is_no_id_is_told_not_passed_over(base: Path, name: str) -> None:
    (base / "errors" / name).write_text(small.BROKEN, encoding="utf-8")
    assert problems(base) == [f"errors/{name}:1: {Path(name).stem}: {NAME_RULE}"]


@pytest.mark.parametrize("name", [".429.yaml.swp", "._429.yaml", "429.yaml~", "429.yaml.bak", "README.md"])
def test_what_editors_and_systems_leave_behind_is_no_entry(base: Path, name: str) -> None:
    (base / "errors" / name).write_bytes(b"\0\0")
    assert set(load(base).entries) == {"429", "500"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1: 502: the file is empty"),
        (b"# nothing\n", "1: 502: the file holds nothing but comments"),
        (b"- a\n- b\n", "1: 502: expected lines such as 'key: value', found a list"),
        (b"hello", "1: 502: expected lines such as 'key: value', found text"),
        (b"acts: you\nx: \0\n", "2: 502: the invisible character U+0000 cannot stand in YAML; delete it"),
        (b"a: " + b"x" * LARGEST, f"1: 502: the file is too long: at most {LARGEST:,} bytes are read"),
        (b"a: &x [y]\n", "1: 502: &x is an anchor: write it out, or put text that begins so in quotes"),
        (b"[" * 100_000, "1: 502: lists or keys more than 30 levels deep"),
    ],
)
def test_a_file_that_is_no_entry_at_all_is_told_in_one_line(base: Path, content: bytes, told: str) -> None:
    (base / "errors" / "502.yaml").write_bytes(content)
    assert problems(base) == [f"errors/502.yaml:{told}"]


def test_a_file_of_another_kind_does_not_fill_the_screen(base: Path) -> None:
    (base / "errors" / "502.yaml").write_text("".join(f"key{i}: {i}\n" for i in range(60_000)), encoding="utf-8")
    told = problems(base)
    assert len(told) == MOST + 1
    assert "errors/502.yaml:1: 502: 59803 more mistakes; this may be another kind of file" in told


def test_a_folder_named_like_a_file_is_told(base: Path) -> None:
    (base / "errors" / "x.yaml").mkdir()
    assert problems(base) == ["errors/x.yaml:1: x: is a folder, not a file"]


def test_links_that_lead_nowhere_or_to_themselves_are_told(base: Path) -> None:
    errors = base / "errors"
    (errors / "502.yaml").symlink_to(errors / "502.yaml")
    (errors / "503.yaml").symlink_to(errors / "gone.yaml")
    (errors / "loop").symlink_to(errors)
    assert problems(base) == [
        "errors/502.yaml:1: 502: is a link that leads to itself",
        "errors/503.yaml:1: 503: does not exist",
    ]


def test_a_pipe_is_told_instead_of_waited_for(base: Path) -> None:
    os.mkfifo(base / "errors" / "502.yaml")
    assert problems(base) == ["errors/502.yaml:1: 502: cannot be read: it is a device or a pipe"]


def test_a_file_that_may_not_be_read_is_told(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "service.yaml:1: service: may not be read by the user who runs this" in problems(base)


def test_a_missing_folder_is_told_in_one_line(base: Path) -> None:
    shutil.rmtree(base)
    assert problems(base) == [": does not exist"]


def test_a_file_in_place_of_the_folder_is_told_in_one_line(base: Path) -> None:
    shutil.rmtree(base)
    base.write_text("not a folder")
    assert problems(base) == [": is no folder"]


def test_a_missing_folder_of_entries_does_not_hide_other_mistakes(base: Path) -> None:
    shutil.rmtree(base / "errors")
    change(base / "service.yaml", "name:", "nome:")
    assert problems(base) == [
        "errors: does not exist",
        "service.yaml:1: service: 'name' is missing",
        "service.yaml:1: service: unknown key 'nome' (did you mean 'name'?)",
    ]


def test_a_folder_without_entries_is_told(base: Path) -> None:
    change(base / "service.yaml", 'published: ["429"]\n', "")
    for file in (base / "errors").iterdir():
        file.unlink()
    assert problems(base) == ["errors: holds no entry, that is, no file such as 429.yaml"]


def test_a_service_file_by_another_name_is_told(base: Path) -> None:
    (base / "service.yaml").rename(base / "service.yml")
    (base / "cues.yaml").rename(base / "Cues.yaml")
    assert problems(base) == [
        "Cues.yaml:1: Cues.yaml: did you mean 'cues.yaml'?",
        "service.yaml:1: service: does not exist",
        "service.yml:1: service.yml: did you mean 'service.yaml'?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (
            "site: https://example.com\n",
            "site: example.com\n",
            2,
            "'site' has to be an address such as https://api.example.com",
        ),
        ("  zh: 模型页面\n", "", 5, "language 'zh' is missing"),
        ('["429"]', '["429", "999"]', 11, "there is no entry '999'"),
        ('["429"]', "[429]", 11, "'published', item 1 has to be text: put 429 in quotes"),
        ("published:", "publishd:", 11, "unknown key 'publishd' (did you mean 'published'?)"),
        ("published:", "phrases:", 11, "unknown key 'phrases'"),
    ],
)
def test_a_mistake_about_the_service_is_one_line(base: Path, old: str, new: str, line: int, told: str) -> None:
    change(base / "service.yaml", old, new)
    assert problems(base) == [f"service.yaml:{line}: service: {told}"]


def test_a_line_quotes_no_more_than_fits_and_nothing_that_steers_a_terminal() -> None:
    problem = Problem(Path("/base/\udcff.yaml"), 3, "a", "key '\x1b[31m\nx" + "y" * 1000)
    assert str(problem).startswith("/base/\ufffd.yaml:3: a: key '\ufffd[31m xyyy")
    assert len(str(problem)) <= LONGEST_LINE + 2


def test_the_schema_is_written_where_the_entries_look_for_it(base: Path) -> None:
    write_schema(base)
    text = (base / "schema.json").read_text(encoding="utf-8")
    assert text.startswith("{\n")
    assert text.endswith("}\n")
    assert '"rate_limit_error' not in text
    with pytest.raises(OSError, match="No such file"):
        write_schema(base / "nowhere")


LINES = st.lists(
    st.sampled_from([*small.TOO_MANY.splitlines(), "  - {model}", "\t", "a: [", "&a", "*a", "? x", "cases: 7", "---"]),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(LINES.map("\n".join).map(str.encode) | st.binary(max_size=80))
def test_no_file_makes_the_loader_raise_anything_but_its_list(base: Path, content: bytes) -> None:
    (base / "errors" / "500.yaml").write_bytes(content)
    with contextlib.suppress(KnowledgeError):
        load(base)
        return
    told = problems(base)
    assert told
    assert all(re.match(r"errors/\d+\.yaml:\d+: \d+: .", line) for line in told)
