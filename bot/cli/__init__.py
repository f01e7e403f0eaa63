"""The terminal: run · demo · ask · models · check · eval · doctor · desk.

Only `run`, `demo` and `doctor` load discord.py, when they are called.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bot.assistant.assistant import Assistant
from bot.assistant.secrets import mask
from bot.cli.desk import desk
from bot.ending import FAILED, UNUSABLE, counted, fail
from bot.knowledge import cache
from bot.knowledge.base import KnowledgeError, default_directory
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.schema import LANGUAGES, Language
from bot.reading.pictures import kind
from bot.reading.text import decode, is_text

app = typer.Typer(
    name="error-desk",
    help="Error Desk: what an API error means, what to do and whom to tell.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

app.add_typer(desk)


def main() -> None:
    """Run the command line; the process exits with the command's code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A pipe gets UTF-8 on every system; what cannot be written must not end a run.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    app()


def _language(value: str | None) -> Language | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"'{value}' is none of {', '.join(LANGUAGES)}")
    return value


def _folder(context: typer.Context, option: typer.CallbackParam, value: Path | None) -> Path | None:
    """Return a folder with its `~` resolved, which no shell does within quotes; the environment's as `run` takes it."""
    if value is None:
        return None
    from bot.settings import SettingsError, directory

    source = context.get_parameter_source(option.name or "")
    try:
        if source and source.name == "ENVIRONMENT":
            return directory(str(value), "KNOWLEDGE_DIR")
        return value.expanduser()
    except SettingsError as error:
        fail(str(error))
    except RuntimeError:
        fail(f"{value}: there is no such home")


Lang = Annotated[
    str | None, typer.Option("--lang", callback=_language, metavar="en|zh", help="Answer in this language.")
]
KnowledgeDir = Annotated[
    Path | None,
    typer.Option(
        "--knowledge",
        envvar="KNOWLEDGE_DIR",
        metavar="DIR",
        callback=_folder,
        help="Answer from this knowledge base instead of the one that comes with the bot.",
    ),
]


@app.command()
def run() -> None:
    """Run the bot. Settings come from the environment (DISCORD_TOKEN, SUPPORT_CHANNELS …)."""
    gc.disable()  # nothing of what is loaded is garbage
    from bot.chat.run import run as run_bot
    from bot.settings import Settings, SettingsError

    gc.freeze()
    gc.enable()
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        fail(str(error))
    raise typer.Exit(run_bot(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve on this port; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    knowledge: KnowledgeDir = None,
) -> None:
    """Try the real bot on a page in your browser: no Discord account, no token, no network."""
    from bot.demo import serve

    raise typer.Exit(serve(knowledge or default_directory(), port=port, open_browser=browser))


@app.command()
def ask(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="A code, a question or a pasted error; - reads standard input."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", metavar="FILE", help="Read this file, text or picture, instead."),
    ] = None,
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id", "text"} lines from standard input, print one object a line.')
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show on the text what decided.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Answer TEXT in the terminal.

    With GATEWAY_URL set, the service's own list of models is used, as it was kept last; nothing is fetched.
    Exit code 0: answered, 1: no entry fits, 2: nothing to answer.
    """
    if as_jsonl:
        if text or file or as_json or explain:
            fail("--jsonl reads standard input and prints JSON; leave out TEXT, --file, --json and --explain")
        _answer_lines(_assistant(knowledge, _kept_catalogue()), cast("Language | None", lang))
        return
    if as_json and explain:
        fail("--json tells what decided as well, under `why`; leave out --explain")
    from bot import terminal

    question, pictured = _question(text, file, knowledge)
    if not question.strip():
        fail('nothing to answer; try: python -m bot ask "Error code: 429"')
    assistant = _assistant(knowledge, _kept_catalogue())
    answer = assistant.ask(question, lang=cast("Language | None", lang))
    if as_json:
        typer.echo(json.dumps(answer.as_json(), ensure_ascii=False))
    else:
        if pictured:
            terminal.show_seen(answer)
        terminal.show(answer, assistant.knowledge, explain=explain)
    raise typer.Exit(0 if answer.entry else 1)


@app.command()
def models(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A model's name, however it is written; without it, all.")
    ] = None,
    lang: Lang = None,
    knowledge: KnowledgeDir = None,
) -> None:
    """Tell whether NAME is a model's exact name, and which groups serve it; without NAME, list all by provider.

    With GATEWAY_URL set (and GATEWAY_KEY, where the prices are not public) the service's own list is asked, otherwise
    the names that are commonly known. Exit code 1: no such model.
    """
    from bot import terminal
    from bot.knowledge.model_lookup import ModelLookup
    from bot.settings import Settings, SettingsError

    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        fail(str(error))
    base = _assistant(knowledge).knowledge
    lookup = ModelLookup(base.families, _catalogue(settings.gateway_url, settings.gateway_key))
    speaks = cast("Language", lang or "en")
    if name is None:
        terminal.show_models(lookup, base.service, speaks)
        return
    facts = lookup.look_up(mask(name).text)
    terminal.show_model(facts, lookup, base.service, speaks)
    raise typer.Exit(1 if facts.standing == "unknown" else 0)


def _kept_catalogue() -> Catalogue | None:
    """Return the service's list that was kept last, without asking for a newer one; None without GATEWAY_URL."""
    url = os.environ.get("GATEWAY_URL")
    if not url:
        return None
    from bot.knowledge import catalogue_cache
    from bot.settings import Settings, SettingsError

    try:
        settings = Settings.from_env({"GATEWAY_URL": url})
    except SettingsError as error:
        fail(str(error))
    return catalogue_cache.load(settings.gateway_url) if settings.gateway_url else None


def _catalogue(url: str | None, key: str) -> Catalogue | None:
    """Return the service's own list, as new as it is to be had."""
    if url is None:
        return None
    import asyncio

    from bot.chat.catalogue import current

    found, why = asyncio.run(current(url, key))
    if why:
        typer.echo(f"no newer list from GATEWAY_URL: {why}", err=True)
    return found


@app.command()
def doctor(
    server: Annotated[
        int | None,
        typer.Option("--server", metavar="ID", min=1, help="One Discord server alone.", show_default="all"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look for what keeps the bot from working, and tell how to mend it. Nothing is changed.

    Settings, knowledge, database, catalogue, screenshots. Then, over
    Discord's API and without connecting: token, intents, commands, the
    channels of each server, and the invite link with the least permissions.

    Exit code 1: something is wrong.
    """
    from bot.cli.doctor import doctor as examine

    raise typer.Exit(examine(server, as_json=as_json))


@app.command()
def check(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            envvar="KNOWLEDGE_DIR",
            callback=_folder,
            help="The knowledge base; without it, the one that comes with the bot.",
        ),
    ] = None,
    write_schema: Annotated[
        bool, typer.Option("--write-schema", help="Also write schema.json, which editors complete from.")
    ] = False,
) -> None:
    """Validate a knowledge base and run its examples. Exit code 1 where anything is wrong."""
    from bot.assistant import examples
    from bot.knowledge import loading

    where = directory or default_directory()
    if write_schema:
        try:
            loading.write_schema(where)
        except OSError as error:
            fail(f"{where}: cannot write schema.json: {error.strerror}")
    try:
        base = loading.load(where)
    except KnowledgeError as error:
        typer.echo(str(error))
        fail(f"{counted(len(error.problems), 'mistake')} in {where}", FAILED)
    failures = list(examples.run(Assistant(base)))
    for failure in failures:
        place = loading.place_of(where, failure.meaning.entry, failure.place)
        typer.echo(f"{place}: {failure.meaning}: {failure.wrong}")
    if failures:
        fail(f"{counted(len(failures), 'mistake')} in {where}", FAILED)
    meanings = list(base.meanings())
    parts = [base.part(meaning) for meaning in meanings]
    count = sum(len(part.examples) + len(part.not_examples) for part in parts)
    entries, cases = len(base.entries), len(meanings) - len(base.entries)
    told = (counted(entries, "entry", "entries"), counted(cases, "case"), counted(count, "example"))
    typer.echo(f"{', '.join(told)}: all well")


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labelled messages, one JSON object a line.")],
    show_misses: Annotated[bool, typer.Option("--misses", help="List the messages that went wrong.")] = False,
    with_baselines: Annotated[
        bool, typer.Option("--baselines", help="Measure the plain ways (regex, RapidFuzz) beside it.")
    ] = False,
    floor: Annotated[
        str, typer.Option("--hold", metavar="NAME=PERCENT,…", help="Exit with 1 where a figure is worse than this.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    knowledge: KnowledgeDir = None,
) -> None:
    """Measure how right the answers are on labelled messages.

    A line is {"text": "…", "label": "429"}. The label is an entry, `none` where the bot should keep silent, or
    `other:…` for an error that is none of the published. It may have "also" (more labels that are right), "lang",
    "kind", by which figures are told apart, and "model", the failed one.
    """
    from bot import terminal
    from bot.assistant import baselines, evaluation

    if as_json and show_misses:
        fail("--json lists no messages; leave out --misses")
    lines = _lines_to_hold(floor)
    assistant = _assistant(knowledge)
    try:
        rows = evaluation.read_rows(file)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except evaluation.LabelledFileError as error:
        fail(str(error))
    results = list(evaluation.judge(assistant, terminal.watched(rows, "messages", len(rows))))
    plain = list(baselines.measure(rows, assistant.knowledge)) if with_baselines else []
    if as_json:
        told = evaluation.as_json(results, assistant.knowledge) | {"baselines": [way._asdict() for way in plain]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        terminal.show_figures(results, assistant.knowledge, plain, with_misses=show_misses)
    if worse := list(_worse(evaluation.figures(results, assistant.knowledge.service.published), lines)):
        fail("; ".join(worse), FAILED)


def _lines_to_hold(floor: str) -> dict[str, float]:
    """Return what `--hold` names: figure -> percent."""
    from bot.assistant.evaluation import figures

    names = figures((), ())
    lines: dict[str, float] = {}
    for part in filter(None, floor.split(",")):
        name, _, wanted = part.partition("=")
        if name not in names or not wanted.replace(".", "", 1).isdecimal():
            fail(f"--hold: '{part}' is not NAME=PERCENT, with a name among {', '.join(names)}")
        lines[name] = float(wanted)
    return lines


def _worse(figures: dict[str, float | None], lines: dict[str, float]) -> Iterator[str]:
    """Yield which figures do not hold their lines; `wrong`, `false` and `stray` must not be above them."""
    for name, line in lines.items():
        found = figures[name] or 0.0
        if found > line if name in {"wrong", "false", "stray"} else found < line:
            yield f"{name} is {found}, the line is {line}"


def _assistant(directory: Path | None, catalogue: Catalogue | None = None) -> Assistant:
    try:
        return Assistant(cache.load(directory or default_directory()), catalogue)
    except KnowledgeError as error:
        typer.echo(str(error), err=True)
        fail("the knowledge base cannot be used; `python -m bot check` shows the same list", UNUSABLE)


def _question(text: list[str] | None, file: Path | None, directory: Path | None) -> tuple[str, bool]:
    """Return what to answer, and whether it stood in a picture."""
    if file is not None:
        if text:
            fail("give TEXT or --file, not both")
        return _read(file, directory)
    if text and text != ["-"]:
        return " ".join(text), False
    if not text and sys.stdin.isatty():
        fail('nothing to answer; try: python -m bot ask "Error code: 429"')
    return decode(sys.stdin.buffer.read()), False


def _read(file: Path, directory: Path | None) -> tuple[str, bool]:
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    if kind(data):
        from bot.cli.pictures import text_in

        return text_in(file, data, _assistant(directory).knowledge), True
    if not is_text(data):
        fail(f"{file}: not a text file")
    return decode(data), False


def _answer_lines(assistant: Assistant, lang: Language | None) -> None:
    from bot import terminal

    for number, line in enumerate(terminal.watched(_lines(), "answers"), start=1):
        if not line.strip():
            continue
        try:
            record = _record(line)
        except ValueError as error:
            result = {"id": None, "error": f"line {number}: {error}"}
        else:
            result = {"id": record.get("id"), **assistant.ask(record["text"], lang=lang).as_json()}
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _record(line: str) -> dict[str, Any]:
    """Return the object of a line that holds a text; anything else is a ValueError that says so."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise ValueError('not an object such as {"id": 1, "text": "…"}')
    if not isinstance(record.get("text"), str):
        raise ValueError("'text' is not a string" if "text" in record else "'text' is missing")
    return record


def _lines() -> Iterator[str]:
    """Yield the lines of standard input; a byte that is no UTF-8 spoils its own line only."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").removeprefix("\ufeff")
