"""What is shipped: the wheel, the Procfile, the locks."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer does it."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(target / "site")
    return target / "site"


def test_the_wheel_carries_the_knowledge_base(wheel: Path) -> None:
    shipped = {path.name for path in (ROOT / "knowledge" / "errors").glob("*.yaml")}
    assert {path.name for path in (wheel / "bot" / "knowledge" / "base" / "errors").iterdir()} == shipped


def test_the_bot_answers_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "KNOWLEDGE_DIR"}
    answered = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "429"],
        cwd=tmp_path,
        env=environ | {"PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.startswith("429")


def test_the_procfile_is_one_that_process_managers_read() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "honcho", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "worker" in checked.stderr + checked.stdout
    assert checked.returncode == 0


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt"])
def test_a_lock_pins_every_package_by_hash_and_names_no_address(name: str) -> None:
    lock = (ROOT / name).read_text()
    pinned = re.findall(r"^([a-z0-9._-]+)==\S+.*\\$", lock, re.MULTILINE | re.IGNORECASE)
    assert len(pinned) > 10
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert not re.search(r"https?://", lock)


def test_what_the_bot_needs_to_run_is_the_same_in_every_lock() -> None:
    versions = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
    ]
    run, demo, dev = versions
    assert run.items() <= demo.items() <= dev.items()
