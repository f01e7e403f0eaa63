"""`python -m bot desk`: what the bot remembers, exported or moved."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.ending import counted, fail

desk = typer.Typer(
    name="desk",
    help="What the bot remembers: read from the database of DATABASE_URL.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@desk.command()
def export(
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="What got no answer or none that helped, as drafts of entries.")
    ] = False,
    stats: Annotated[bool, typer.Option("--stats", help="What the questions add up to, as CSV.")] = False,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=3650, help="How far to look back.", show_default="30; --stats: 1, 7 and 30"),
    ] = None,
    server: Annotated[
        int | None,
        typer.Option(
            "--server",
            metavar="ID",
            min=1,
            max=2**63 - 1,  # databases know no larger numbers
            help="One server alone.",
            show_default="all, and direct messages",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", help="Write there: a file for --stats, a folder for --unanswered."),
    ] = None,
) -> None:
    """Export what can be learnt from the questions.

    With --unanswered, messages that are alike become one draft of an entry.
    Printed, the drafts have --- between them. With --out, each is a file of
    its own in that folder, and no file that is there is overwritten. In the
    folder errors/ of a knowledge base, `python -m bot check` then says what
    is still to be written.

    Exit code 2: the database cannot be read, or there is nowhere to write.
    """
    if unanswered == stats:
        fail("give --unanswered or --stats, one of the two")
    import asyncio

    from bot.desk.database import DeskError
    from bot.settings import Settings, SettingsError

    try:
        url = Settings.from_env(os.environ).database_url
        if unanswered:
            asyncio.run(_export_unanswered(url, server, days or 30, out))
        else:
            asyncio.run(_export_stats(url, server, [days] if days else [1, 7, 30], out))
    except (SettingsError, DeskError) as error:
        fail(str(error))
    except BrokenPipeError:
        raise  # whoever read it has read enough, as `| head`; Click ends without a word then
    except OSError as error:
        fail(f"{error.filename or out}: {error.strerror}")


async def _export_unanswered(url: str, server: int | None, days: int, folder: Path | None) -> None:
    from bot.desk import exports

    async with exports.opened(url) as records:
        drafts = exports.drafts(await records.unanswered.all(server, timedelta(days=days)))
    if not drafts:
        typer.echo(f"nothing went unanswered in the last {counted(days, 'day')}", err=True)
    elif folder:
        _write(drafts, folder)
    else:
        typer.echo("---\n".join(drafts), nl=False)


def _write(drafts: Sequence[str], folder: Path) -> None:
    files = {folder / f"unanswered-{number}.yaml": draft for number, draft in enumerate(drafts, start=1)}
    for file in filter(Path.exists, files):
        fail(f"{file} is there already: name another folder, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    for file, draft in files.items():
        file.write_text(draft, encoding="utf-8")
    typer.echo(f"{counted(len(files), 'draft')} in {folder}", err=True)


async def _export_stats(url: str, server: int | None, days: Sequence[int], out: Path | None) -> None:
    from bot.desk import exports

    times = [timedelta(days=number) for number in days]
    async with exports.opened(url) as records:
        figures = [(within, await records.questions.stats(server, within)) for within in times]
    with out.open("w", encoding="utf-8", newline="") if out else contextlib.nullcontext(sys.stdout) as file:
        exports.write_stats(file, figures)
        file.flush()


@desk.command()
def move(
    target: Annotated[str, typer.Argument(metavar="URL", help="Where to: an address as DATABASE_URL takes it.")],
) -> None:
    """Copy everything into another database, which has to be empty.

    The database of DATABASE_URL stays as it is. Stop the bot before, and
    start it with the new address in DATABASE_URL.

    Exit code 2: one of the two cannot be opened, or the other is not empty.
    """
    import asyncio

    from bot.desk.database import DeskError
    from bot.desk.moving import move as copy
    from bot.settings import Settings, SettingsError

    if not target.strip():
        fail("URL is empty")
    try:
        there = Settings.from_env({"DATABASE_URL": target}).database_url
    except SettingsError as error:
        fail(str(error).replace("DATABASE_URL", "URL"))
    try:
        moved = asyncio.run(copy(Settings.from_env(os.environ).database_url, there))
    except (SettingsError, DeskError) as error:
        fail(str(error))
    for table, rows in moved.items():
        typer.echo(f"{table}: {counted(rows, 'row')}")
