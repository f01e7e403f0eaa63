from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
import pytest
from simcord.builders import ChannelHandle

from bot.chat.surfaces.explain import WORDS as OURS
from bot.chat.surfaces.files import Files, Trouble
from bot.chat.words import WORDS
from bot.reading.pictures import PictureError
from bot.reading.screenshots import BusyError
from tests.chat.surfaces.pictures import Pictures, a_minute, a_moment, picture
from tests.chat.town import ERROR, KEY, Town, private, shown

NAME = "Explain this error"
USED_UP = (
    '{"error":{"message":"该令牌额度已用尽 (request id: 20260108101207331846221Yb7rTnLs)","type":"new_api_error"}}'
)
PRETTY = '{\n  "error": {\n    "message": "Too many requests, please try again later",\n    "code": 429\n  }\n}'
LOG = f"2026-01-08 09:30:12 INFO starting\n2026-01-08 09:30:15 ERROR {ERROR}\n2026-01-08 09:30:15 INFO bye\n"
READ_IN_PICTURE = OURS["en"].seen.format(text="")


def posted(town: Town, channel: ChannelHandle | None = None, **fields: Any) -> discord.Message:
    """What another bot posts."""
    robot = town.env.create_user("robot", bot=True)
    town.guild.add_member(robot)
    channel = channel or town.general
    town.env.backend.create_message(channel.id, robot.id, **fields)
    message = channel.last_message
    assert message is not None
    return message


def typed(town: Town) -> int:
    return sum(sent.path.endswith("/typing") for sent in town.env.http_requests)


def reader(
    town: Town, texts: Mapping[str, str | Exception], take: Callable[[], Awaitable[object]] | None = None
) -> Pictures:
    town.desk.files = Files(pictures := Pictures(texts, take), available=lambda: True)
    return pictures


# What stands in a message


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"> {line}" for line in PRETTY.splitlines()),
        f">>> {PRETTY}",
        f"||{PRETTY}||",
        f"||```json\n{PRETTY}\n```||",
        f"look:\n```{PRETTY}```\nwhy?",
        f"`{ERROR}`",
        f"-# **{ERROR}**",
    ],
)
async def test_quotes_spoilers_and_blocks_of_code_are_read(town: Town, text: str) -> None:
    await town.maya.send(town.support, text)
    assert "### 429 · " in town.reply()


async def test_a_forwarded_message_is_read(town: Town) -> None:
    said = await town.bob.send(town.general, ERROR)
    await town.maya.forward(said, town.support)
    assert "### 429 · " in town.reply()


async def test_a_forwarded_embed_is_read_with_its_fields(town: Town) -> None:
    embed = discord.Embed(title="Alert").add_field(name="Cause", value=ERROR).set_footer(text="vps-3")
    await town.maya.forward(posted(town, embeds=[embed.to_dict()]), town.support)
    assert "### 429 · " in town.reply()


async def test_a_forwarded_file_is_read(town: Town) -> None:
    said = await town.bob.send(town.general, "", attachments=[("run.log", LOG.encode())])
    await town.maya.forward(said, town.support)
    assert "### 429 · " in town.reply()


async def test_discords_preview_of_a_link_is_nobodys_words(town: Town) -> None:
    embed = {"type": "rich", "url": "https://example.org/9", "description": ERROR}
    said = posted(town, content="see https://example.org/9", embeds=[embed])
    await town.maya.forward(said, town.support)
    await town.maya.forward(posted(town, embeds=[embed | {"type": "article"}]), town.support)
    assert not town.replies()


# Text files


@pytest.mark.parametrize(
    "name", ["message.txt", "run.log", "trace.har", "app.ts", "note.md", "config.yaml", "nothing", "x.dat", "a.b.JSON"]
)
async def test_an_error_in_a_text_file_is_answered(town: Town, name: str) -> None:
    await town.maya.send(town.support, "", attachments=[(name, LOG.encode())])
    assert "### 429 · " in town.reply()
    assert READ_IN_PICTURE not in town.reply()


@pytest.mark.parametrize(
    "data",
    [
        LOG.encode("utf-16"),
        LOG.encode("utf-16-le"),
        f"报错：{LOG}".encode("gb18030"),
        f"报错：{LOG}".encode("utf-8-sig"),
        LOG.replace("\n", "\0\n").encode(),
    ],
)
async def test_a_text_file_is_read_whatever_its_encoding(town: Town, data: bytes) -> None:
    await town.maya.send(town.support, "", attachments=[("run.log", data)])
    assert "### 429 · " in town.reply()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("todo.txt", b"buy milk, 429 eggs"),
        ("app.log", b"2026-01-08 09:30:12 INFO listening on port 429\n" * 200),
        ("empty.txt", b""),
        ("dump.bin", bytes(range(256)) * 40),
        ("film.ts", bytes(range(256)) * 40),
        ("notes.zip", b"PK\x03\x04" + ERROR.encode()),
        ("song.mp3", ERROR.encode()),
    ],
)
async def test_an_ordinary_attachment_gets_silence(town: Town, name: str, data: bytes) -> None:
    await town.maya.send(town.support, "have a look", attachments=[(name, data)])
    assert not town.replies()
    assert not typed(town)


async def test_of_several_files_the_best_answer_is_given(town: Town) -> None:
    texts = [("a.txt", USED_UP.encode()), ("b.txt", LOG.encode()), ("c.txt", b"nothing here")]
    await town.maya.send(town.support, "", attachments=texts)
    assert "### 429 · " in town.reply()


async def test_a_file_with_a_bare_status_gives_way_to_one_that_says_more(town: Town) -> None:
    files = [("status.txt", b"HTTP 500"), ("body.json", PRETTY.encode())]
    await town.maya.send(town.support, "", attachments=files)
    assert "### 429 · " in town.reply()


async def test_a_file_with_a_bare_status_is_answered_where_no_other_says_more(town: Town) -> None:
    files = [("status.txt", b"HTTP 500"), ("notes.txt", b"it was about 429 users")]
    await town.maya.send(town.support, "", attachments=files)
    assert "### 500 · " in town.reply()


async def test_no_more_than_five_text_files_are_loaded(town: Town) -> None:
    chat = [(f"{number}.txt", b"hello") for number in range(5)]
    await town.maya.send(town.support, "", attachments=[*chat, ("6.txt", LOG.encode())])
    assert not town.replies()


async def test_the_words_beside_a_file_tell_the_language(town: Town) -> None:
    await town.maya.send(town.support, "早上还能用，现在一直这样，怎么办？", attachments=[("run.log", LOG.encode())])
    assert WORDS["zh"].what_to_do in town.reply()


async def test_a_model_named_beside_a_file_is_taken_from_the_words(town: Town) -> None:
    await town.maya.send(town.support, "model: gpt-4o", attachments=[("run.log", LOG.encode())])
    assert "`gpt-4o`" in town.reply()


async def test_a_key_in_a_file_is_warned_of_and_not_repeated(town: Town) -> None:
    await town.maya.send(town.support, "my config", attachments=[(".env", f"OPENAI_API_KEY={KEY}".encode())])
    assert WORDS["en"].key_posted in town.reply()
    assert KEY not in town.reply()


async def test_a_file_that_says_more_corrects_the_answer_to_the_words(town: Town) -> None:
    await town.maya.send(town.support, "I get HTTP 401 Unauthorized", attachments=[("body.json", USED_UP.encode())])
    assert "`401/used-up`" in town.reply()


async def test_a_file_that_says_less_leaves_the_answer_alone(town: Town) -> None:
    await town.maya.send(town.support, ERROR, attachments=[("other.txt", b"It says HTTP 500")])
    assert "### 429 · " in town.reply()


async def test_a_file_that_discord_does_not_send_is_passed_over_and_the_words_are_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.env.backend.cdn, "get", lambda _url: None)
    await town.maya.send(town.support, "", attachments=[("run.log", LOG.encode())])
    assert not town.replies()
    await town.maya.send(town.general, f"{town.mention} why?", attachments=[("run.log", LOG.encode())])
    assert OURS["en"].trouble["unreadable"].format(name="`run.log`") in town.reply(town.general)
    await town.maya.send(town.support, ERROR, attachments=[("run.log", LOG.encode())])
    assert "### 429 · " in town.reply()


# Pictures


async def test_an_error_in_a_picture_is_answered_and_the_card_says_what_it_read(town: Town) -> None:
    reader(town, {"shot": f"File  Edit  View\n{ERROR}"})
    await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    assert "### 429 · " in town.reply()
    assert f"{READ_IN_PICTURE}`File Edit View openai.RateLimitError: " in town.reply()
    assert not typed(town)


async def test_of_a_long_picture_the_card_shows_the_line_that_decided(town: Town) -> None:
    reader(town, {"shot": f"{'menu and side bar ' * 30}\nsaid: {ERROR}\n{'more ' * 100}"})
    await town.maya.send(town.support, "", attachments=[("shot.jpg", picture("shot"))])
    assert f"{READ_IN_PICTURE}`said: openai.RateLimitError" in town.reply()


async def test_what_was_read_stays_on_a_card_that_shows_another_meaning(town: Town) -> None:
    reader(town, {"shot": "HTTP 430"})
    await town.maya.send(town.general, town.mention, attachments=[("shot.png", picture("shot"))])
    await town.maya.select(town.card(town.general), ["400"])
    assert "### 400 · " in town.reply(town.general)
    assert f"{READ_IN_PICTURE}`HTTP 430`" in town.reply(town.general)


@pytest.mark.parametrize("name", ["shot.txt", "shot", "shot.bmp.WEBP"])
async def test_a_picture_is_known_by_what_is_in_it(town: Town, name: str) -> None:
    reader(town, {"shot": ERROR})
    await town.maya.send(town.support, "", attachments=[(name, picture("shot"))])
    assert "### 429 · " in town.reply()


async def test_a_text_that_is_called_a_picture_is_read_as_text(town: Town) -> None:
    reader(town, {})
    await town.maya.send(town.support, "", attachments=[("shot.png", LOG.encode())])
    assert "### 429 · " in town.reply()


async def test_a_picture_without_an_error_gets_silence(town: Town) -> None:
    reader(town, {"cat": "", "sign": "Open 4 to 29"})
    await town.maya.send(town.support, "my cat", attachments=[("cat.png", picture("cat"))])
    await town.maya.send(town.support, "", attachments=[("sign.png", picture("sign"))])
    assert not town.replies()
    assert not typed(town)


async def test_a_key_in_a_picture_is_warned_of_and_not_shown(town: Town) -> None:
    reader(town, {"shot": f"{ERROR}\nAuthorization: Bearer {KEY}"})
    await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    assert WORDS["en"].key_posted in town.reply()
    assert READ_IN_PICTURE in town.reply()
    assert KEY not in town.reply()


async def test_it_types_while_it_reads_for_somebody_who_asked(town: Town) -> None:
    reader(town, {"shot": ERROR}, a_moment)
    await town.maya.send(town.general, town.mention, attachments=[("shot.png", picture("shot"))])
    assert "### 429 · " in town.reply(town.general)
    assert typed(town) == 1


async def test_an_answer_comes_though_it_may_not_type(town: Town) -> None:
    reader(town, {"shot": ERROR}, a_moment)
    town.env.inject_error("POST", f"/channels/{town.general.id}/typing", status=403)
    await town.maya.send(town.general, town.mention, attachments=[("shot.png", picture("shot"))])
    assert "### 429 · " in town.reply(town.general)


@pytest.mark.parametrize(("raised", "why"), [(PictureError("broken", ""), "unreadable"), (BusyError(), "busy")])
async def test_a_picture_that_is_not_read_is_passed_over_when_heard_and_told_of_when_asked(
    town: Town, raised: Exception, why: Trouble
) -> None:
    reader(town, {"shot": raised})
    await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    assert not town.replies()
    await town.maya.send(town.general, town.mention, attachments=[("shot.png", picture("shot"))])
    assert OURS["en"].trouble[why].format(name="`shot.png`") in town.reply(town.general)


async def test_without_the_extra_a_picture_gets_silence_and_whoever_asks_is_told_to_paste_the_text(town: Town) -> None:
    town.desk.files = Files(Pictures({}), available=lambda: False)
    shot = [("shot.png", picture("shot"))]
    await town.maya.send(town.support, "", attachments=shot)
    assert not town.replies()
    await town.maya.send(town.general, f"{town.mention} 这是什么？", attachments=shot)
    assert OURS["zh"].trouble["unavailable"] in town.reply(town.general)
    message = await town.maya.send(town.general, "", attachments=shot)
    assert OURS["en"].trouble["unavailable"] in shown(private(await town.bob.context_menu(town.general, NAME, message)))


async def test_no_more_than_four_pictures_are_read(town: Town) -> None:
    pictures = reader(town, dict.fromkeys("abcdef", ""))
    await town.maya.send(town.support, "", attachments=[(f"{name}.png", picture(name)) for name in "abcdef"])
    assert sorted(pictures.read_so_far) == ["a", "b", "c", "d"]


# Somebody else's message


async def test_a_mention_in_a_reply_explains_the_files_of_the_message_replied_to(town: Town) -> None:
    reader(town, {"shot": ERROR})
    said = await town.maya.send(town.general, "look", attachments=[("shot.png", picture("shot"))])
    await town.sam.send(town.general, town.mention, reply_to=said)
    assert "### 429 · " in town.reply(town.general)


async def test_words_beside_the_mention_ask_about_the_message_replied_to(town: Town) -> None:
    said = await town.maya.send(town.general, ERROR)
    await town.sam.send(town.general, f"{town.mention} 这个是什么意思？", reply_to=said)
    assert "### 429 · " in town.reply(town.general)
    assert WORDS["zh"].what_to_do in town.reply(town.general)


async def test_an_error_beside_the_mention_is_a_question_of_its_own(town: Town) -> None:
    said = await town.maya.send(town.general, "good morning")
    await town.sam.send(town.general, f"{town.mention} 429", reply_to=said)
    assert "### 429 · " in town.reply(town.general)


async def test_a_mention_in_a_reply_explains_what_another_bot_put_in_an_embed(town: Town) -> None:
    said = posted(town, embeds=[{"type": "rich", "description": ERROR}])
    await town.sam.send(town.general, town.mention, reply_to=said)
    assert "### 429 · " in shown(town.cards(town.general)[-1])


async def test_the_menu_of_a_message_explains_its_files(town: Town) -> None:
    reader(town, {"shot": ERROR})
    said = await town.maya.send(town.general, "", attachments=[("shot.png", picture("shot"))])
    card = private(await town.bob.context_menu(town.general, NAME, said))
    assert "### 429 · " in shown(card)
    assert READ_IN_PICTURE in shown(card)


async def test_a_file_in_a_direct_message_is_read(town: Town) -> None:
    channel = town.env.backend.get_dm_channel(town.maya.id)
    files = town.env.backend.store_attachments(channel.id, [("run.log", LOG.encode())])
    await town.maya.send_dm("", attachments=files)
    message = town.maya.user.dm_channel.last_message
    assert message is not None
    assert "### 429 · " in shown(message)


# As time goes by


async def test_an_edit_reads_no_picture_again(town: Town) -> None:
    pictures = reader(town, {"shot": ERROR})
    said = await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    await town.maya.edit(said, "这是怎么回事？")
    assert WORDS["zh"].what_to_do in town.reply()
    assert pictures.read_so_far == ["shot"]


async def test_what_holds_a_key_is_not_kept_and_read_again(town: Town) -> None:
    pictures = reader(town, {"shot": f"{ERROR} {KEY}"})
    said = await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    assert KEY not in str(vars(town.desk.files))
    await town.maya.edit(said, "help")
    assert WORDS["en"].key_posted in town.reply()
    assert pictures.read_so_far == ["shot", "shot"]


async def test_a_message_that_is_deleted_while_its_picture_is_read_is_not_answered(town: Town) -> None:
    reader(town, {"shot": ERROR}, a_minute)
    said = await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    await town.maya.delete(said)
    await town.env.advance_time(61)
    assert not [sent for sent in town.env.http_requests if sent.path.endswith("/messages")]


async def test_a_message_that_is_edited_while_its_picture_is_read_is_answered_as_it_stands_now(town: Town) -> None:
    reader(town, {"shot": ERROR}, a_minute)
    said = await town.maya.send(town.support, "", attachments=[("shot.png", picture("shot"))])
    await town.maya.edit(said, "怎么回事？")
    await town.env.advance_time(130)
    assert WORDS["zh"].what_to_do in town.reply()


async def test_the_words_are_answered_while_the_picture_is_read(town: Town) -> None:
    reader(town, {"shot": USED_UP}, a_minute)
    await town.maya.send(town.support, "HTTP 401 Unauthorized", attachments=[("shot.png", picture("shot"))])
    assert "### 401 · " in town.reply()
    assert "`401/used-up`" not in town.reply()
    await town.env.advance_time(61)
    assert "`401/used-up`" in town.reply()


async def test_the_text_of_a_file_goes_with_what_did_not_help(town: Town) -> None:
    await town.maya.send(town.support, "again", attachments=[("run.log", LOG.encode())])
    await town.maya.click(town.card(), label=WORDS["en"].not_solved)
    assert town.desk.records is not None
    (missed,) = await town.desk.records.unanswered.all(town.guild.id)
    assert missed.text.startswith("again")
    assert "RateLimitError" in missed.text


async def test_fifty_pictures_at_once_leave_text_answers_as_quick_as_before(town: Town) -> None:
    names = [f"shot{number}" for number in range(50)]
    seen = asyncio.Event()
    pictures = reader(town, dict.fromkeys(names, ERROR), seen.wait)

    async def answer_time(number: int) -> float:
        """Seconds until a text is answered."""
        asker = town.env.create_user(f"asker{number}")
        channel = town.guild.create_text_channel(f"side{number}")
        town.guild.add_member(asker)
        start = time.perf_counter()
        town.env.backend.create_message(channel.id, asker.id, f"{town.mention} {ERROR}")
        while not town.cards(channel):  # noqa: ASYNC110 - SimCord tells nobody of a message
            await asyncio.sleep(0.001)
        return time.perf_counter() - start

    before = [await answer_time(number) for number in range(5)]
    for name in names:
        files = town.env.backend.store_attachments(town.support.id, [(f"{name}.png", picture(name))])
        town.env.backend.create_message(town.support.id, town.bob.id, "", attachments=files)
    meanwhile = [await answer_time(number) for number in range(5, 10)]
    assert not pictures.read_so_far
    assert statistics.median(meanwhile) < 5 * statistics.median(before)
    seen.set()
    await town.env.settle()
    assert len(pictures.read_so_far) == 50
