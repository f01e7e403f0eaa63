"""The knowledge base that comes with the bot."""

from __future__ import annotations

from pathlib import Path

from bot.assistant import examples
from bot.assistant.assistant import Assistant
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, write_schema
from bot.knowledge.schema import LANGUAGES


def test_it_holds_all_ten_published_codes_in_every_language(knowledge: Knowledge) -> None:
    assert set(knowledge.service.published) == set("400 401 403 404 413 429 500 503 504 524".split())
    for id_ in knowledge.service.published:
        assert knowledge.entries[id_].status == int(id_)
        assert set(knowledge.entries[id_].texts) == set(LANGUAGES)


def test_its_schema_is_the_one_its_models_give(tmp_path: Path) -> None:
    write_schema(tmp_path)
    written = (default_directory() / "schema.json").read_text(encoding="utf-8")
    assert written == (tmp_path / "schema.json").read_text(encoding="utf-8"), "run: python -m bot check --write-schema"


def test_every_entry_names_its_schema_in_the_first_line() -> None:
    for file in (default_directory() / "errors").glob("*.yaml"):
        with file.open(encoding="utf-8") as lines:
            assert next(lines) == "# yaml-language-server: $schema=../schema.json\n", file.name


def test_every_example_resolves_as_its_entry_says_and_holds_no_key(assistant: Assistant) -> None:
    wrong = [f"{failure.meaning}: {failure.wrong}" for failure in examples.run(assistant)]
    assert not wrong, "\n".join(wrong)
