from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click import unstyle
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.knowledge import catalogue_cache
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue

NOWHERE = "http://127.0.0.1:1"
KEY = "sk-" + "a1B2c3D4" * 6


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No service, and nothing kept of one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("GATEWAY_URL", "GATEWAY_KEY", "KNOWLEDGE_DIR"):
        monkeypatch.delenv(name, raising=False)


def models(*words: str, **environ: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", **environ}).invoke(app, ["models", *words])


def keep(fetched_at: datetime) -> None:
    offered = {"gpt-4o": frozenset({"vip", "default"}), "zebra": frozenset[str]()}
    catalogue_cache.keep(NOWHERE, Catalogue(offered, frozenset({"vip", "default"}), fetched_at))


@pytest.mark.parametrize(("name", "code"), [("gpt-4o", 0), ("GPT 4o", 0), ("gpt-4", 0), ("banana", 1), ("", 1)])
def test_the_exit_code_tells_whether_the_name_is_known(name: str, code: int) -> None:
    assert models(name).exit_code == code


def test_a_name_is_answered_in_the_language_that_is_asked_for() -> None:
    assert models("gpt4o").stdout.startswith("✏️ gpt4o is not the exact name. Copy this one: gpt-4o\n")
    assert "请复制这个：gpt-4o" in models("gpt4o", "--lang", "zh").stdout


def test_without_a_name_every_name_is_listed_by_its_provider(knowledge: Knowledge) -> None:
    result = models()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for family in knowledge.families.families.values():
        assert family.provider in lines
        assert {f"  {name}" for name in family.models} <= set(lines)
    assert "not the service's live list" in lines[-1]


def test_with_a_service_its_own_list_is_shown_with_the_groups() -> None:
    keep(datetime.now(UTC))
    result = models(GATEWAY_URL=f"{NOWHERE}/v1")
    assert result.stdout.splitlines()[:4] == ["OpenAI", "  gpt-4o  default, vip", "Others", "  zebra"]
    assert "The service's own list, as of " in result.stdout
    assert result.stderr == ""
    assert models("gpt-5.6", GATEWAY_URL=NOWHERE).exit_code == 1


def test_a_service_that_is_not_there_is_told_and_the_last_list_is_shown() -> None:
    keep(datetime.now(UTC) - timedelta(days=1))
    result = models("gpt-4o", GATEWAY_URL=NOWHERE, GATEWAY_KEY=KEY)
    assert result.exit_code == 0
    assert "gpt-4o is offered" in result.stdout
    assert result.stderr.startswith("no newer list from GATEWAY_URL: it cannot be reached")
    assert KEY not in result.output


def test_a_service_that_never_was_there_leaves_the_known_names() -> None:
    result = models("gpt-4o", GATEWAY_URL=NOWHERE)
    assert result.exit_code == 0
    assert "not the service's live list" in result.stdout


def test_a_setting_that_cannot_be_meant_is_told() -> None:
    result = models("gpt-4o", GATEWAY_URL="nowhere")
    assert result.exit_code == 2
    assert "GATEWAY_URL" in unstyle(result.stderr)


@pytest.mark.parametrize("name", [KEY, "\x1b[31mred\x07", "[bold]x[/bold]", "x" * 100_000])
def test_a_hostile_name_does_nothing_to_the_terminal(name: str) -> None:
    result = models(name)
    assert result.exit_code == 1
    assert not {"\x1b", "\x07"} & set(result.stdout)
    assert KEY not in result.stdout
    assert len(result.stdout) < 2000


def test_neither_discord_nor_without_a_service_the_network_is_loaded() -> None:
    told = (
        "import sys; sys.argv = ['bot', 'models', 'gpt-4o']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in sys.modules if name.startswith(('discord', 'aiohttp'))])"
    )
    loaded = [
        subprocess.run(
            [sys.executable, "-c", told], capture_output=True, text=True, env=os.environ | environ, check=True
        )
        for environ in ({}, {"GATEWAY_URL": NOWHERE})
    ]
    assert loaded[0].stdout.endswith("[]\n")
    assert "aiohttp" in loaded[1].stdout
    assert "discord" not in loaded[1].stdout
