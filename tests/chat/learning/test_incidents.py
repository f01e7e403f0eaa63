from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import timedelta

import discord
import pytest
from discord.utils import utcnow
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.chat.client import Desk
from bot.chat.learning.calming import Calming, calming
from bot.chat.learning.incident_notice import post
from bot.chat.learning.incident_words import WORDS
from bot.chat.learning.incidents import may_be_an_outage, others, watch
from bot.chat.office import NOT_STAFF
from bot.chat.words import WORDS as CARD
from bot.desk.database import DeskError
from bot.desk.incidents import Incident
from bot.desk.outbox import Delivery
from bot.desk.questions import Asked
from bot.desk.records import Records
from bot.desk.servers import Servers
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Meaning
from tests.chat.conftest import Start
from tests.chat.town import KEY, Town, labels, private, shown

EN = WORDS["en"]
SEEN, SEEN_WITH = (text.partition("{")[0] for text in (EN.others, EN.others_with))
BUSY = "Error code: 429 - Too many requests, please try again later"
DOWN = "Error code: 503 - There is no available channel for model {model} under group default"
WRONG_KEY = "Error code: 401 - Invalid token"
MINUTE = 60
EXPLAIN = "Explain this error"


@dataclass
class Crowd:
    """A town with a staff channel, in which three people in ten minutes make an incident, and each has a card."""

    town: Town
    staff: ChannelHandle
    members: list[MemberActor]

    @property
    def desk(self) -> Desk:
        assert isinstance(self.town.env.bot, Desk)
        return self.town.env.bot

    @property
    def records(self) -> Records:
        assert self.desk.records is not None
        return self.desk.records

    async def paste(self, people: int, text: str, start: int = 0) -> None:
        """Have several people paste something."""
        for member in self.members[start : start + people]:
            await member.send(self.town.support, text)

    async def step(self) -> None:
        """Let the background do what it does every now and then."""
        await Calming(self.desk).once()
        await self.town.env.settle()

    async def open(self) -> list[Incident]:
        return await self.records.incidents.open_in(self.town.guild.id)

    def notices(self) -> list[str]:
        return self.town.replies(self.staff)

    def last(self) -> str:
        """The last answer."""
        return self.town.replies()[-1]


@pytest.fixture
async def crowd(town: Town) -> Crowd:
    staff = town.guild.create_text_channel("team")
    members = [town.guild.add_member(town.env.create_user(f"user{number}")) for number in range(9)]
    crowd = Crowd(town, staff, members)
    await crowd.records.servers.change(
        town.guild.id, staff_channel_id=staff.id, incident_people=3, incident_minutes=10, repeat_minutes=0
    )
    return crowd


@pytest.fixture
async def outage(crowd: Crowd) -> Crowd:
    """Three people met the same, and staff have their notice."""
    await crowd.paste(3, BUSY)
    return crowd


@pytest.fixture
async def delivery(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """The notice that is to be posted, in the hands of the test."""
    monkeypatch.setattr(crowd.desk.deliverer, "hurry", lambda: None)
    await crowd.paste(3, BUSY)
    (due,) = await crowd.records.outbox.due()
    return due


async def test_staff_get_one_notice_when_enough_people_meet_the_same(crowd: Crowd) -> None:
    await crowd.paste(2, BUSY)
    assert crowd.notices() == []
    await crowd.paste(5, BUSY, start=2)
    (notice,) = crowd.notices()
    assert EN.several in notice
    assert "429 · " in notice
    assert "up to 3 different people within 10 minutes" in notice
    assert labels(crowd.town.card(crowd.staff)) == [EN.close]


async def test_the_notice_calls_the_error_as_the_cards_do_where_all_met_the_same_case(crowd: Crowd) -> None:
    await crowd.paste(3, DOWN.format(model="gpt-5"))
    heading = crowd.desk.explain(Meaning("503", "no-channel"), "en").heading
    assert heading in crowd.last()
    assert heading in crowd.notices()[0]
    await crowd.paste(1, "Error code: 503 - gpt-5 is not available", start=3)
    await crowd.step()
    assert heading not in crowd.notices()[0]
    assert crowd.desk.explain(Meaning("503"), "en").heading in crowd.notices()[0]


async def test_many_readers_of_one_message_are_one_who_met_the_error(crowd: Crowd) -> None:
    message = await crowd.members[0].send(crowd.town.general, BUSY)
    for reader in crowd.members[1:6]:
        assert "### 429 · " in shown(private(await reader.context_menu(crowd.town.general, EXPLAIN, message)))
    assert crowd.notices() == []
    await crowd.paste(1, BUSY, start=6)
    assert crowd.notices() == []
    await crowd.paste(1, BUSY, start=7)
    (notice,) = crowd.notices()
    assert "up to 3 different people" in notice


async def test_answers_say_that_others_see_it_too_and_since_when(outage: Crowd) -> None:
    *before, opening = outage.town.replies()
    assert SEEN not in "".join(before)
    assert opening.startswith(SEEN)
    await outage.paste(1, BUSY, start=3)
    (incident,) = await outage.open()
    assert outage.last().startswith(f"{SEEN}<t:{int(incident.started_at.timestamp())}:t>; the team knows.")
    assert "### 429 · " in outage.last()


async def test_it_is_said_to_go_on_since_the_first_of_them_met_it(crowd: Crowd) -> None:
    for number, wait in enumerate((0, 7, 4, 4)):
        await crowd.town.env.advance_time(wait * MINUTE)
        await crowd.paste(1, BUSY, start=number)
    began = int(crowd.town.cards()[1].created_at.timestamp())
    assert crowd.last().startswith(f"{SEEN}<t:{began}:t>")
    assert f"<t:{began}:f>" in crowd.notices()[0]


async def test_who_makes_it_an_incident_of_a_model_is_told_so_with_their_own_answer(crowd: Crowd) -> None:
    await crowd.paste(3, DOWN.format(model="gpt-4o"))
    assert [text.startswith(SEEN) for text in crowd.town.replies()] == [False, False, True]


@pytest.mark.usefixtures("delivery")
async def test_the_team_is_not_said_to_know_before_the_notice_is_posted(crowd: Crowd) -> None:
    await crowd.paste(1, BUSY, start=3)
    assert re.match(rf"{SEEN}<t:\d+:t>\.\n", crowd.last())
    assert "the team knows" not in crowd.last()


async def test_without_a_staff_channel_there_is_no_notice_and_answers_say_it_all_the_same(crowd: Crowd) -> None:
    await crowd.records.servers.change(crowd.town.guild.id, staff_channel_id=None)
    await crowd.paste(4, BUSY)
    assert crowd.notices() == []
    assert crowd.last().startswith(SEEN)
    assert "the team knows" not in crowd.last()
    assert await crowd.records.outbox.waiting() == []


async def test_answers_in_chinese_say_it_in_chinese(outage: Crowd) -> None:
    await outage.paste(1, "一直报错 429 Too many requests，怎么办", start=3)
    assert "其他人也遇到了这个问题，团队已经知道了。" in outage.last()


async def test_one_person_counts_once_however_much_they_paste(crowd: Crowd) -> None:
    for number in range(6):
        await crowd.members[0].send(crowd.town.support, f"{crowd.town.mention} {BUSY} {number}")
    assert len(crowd.town.cards()) == 6
    assert await crowd.open() == []


async def test_what_a_bot_posts_does_not_count(crowd: Crowd) -> None:
    for number in range(4):
        robot = crowd.town.guild.add_member(crowd.town.env.create_user(f"robot{number}", bot=True))
        await robot.send(crowd.town.support, BUSY)
    await crowd.paste(2, BUSY)
    assert await crowd.open() == []


async def test_people_who_met_it_longer_ago_do_not_count(crowd: Crowd) -> None:
    await crowd.paste(2, BUSY)
    await crowd.town.env.advance_time(11 * MINUTE)
    await crowd.paste(1, BUSY, start=2)
    assert await crowd.open() == []


async def test_the_same_mistake_of_many_is_no_incident(crowd: Crowd) -> None:
    await crowd.paste(5, WRONG_KEY)
    assert len(crowd.town.cards()) == 5
    assert await crowd.open() == []


async def test_an_incident_is_about_one_model(crowd: Crowd) -> None:
    await crowd.paste(2, DOWN.format(model="gpt-5"))
    await crowd.paste(1, DOWN.format(model="claude-sonnet-4-5"), start=2)
    assert await crowd.open() == []
    await crowd.paste(1, DOWN.format(model="gpt-5"), start=4)
    (incident,) = await crowd.open()
    assert (incident.entry, incident.model) == ("503", "gpt-5")
    assert "`gpt-5`" in crowd.notices()[0]
    await crowd.paste(1, DOWN.format(model="claude-sonnet-4-5"), start=5)
    assert SEEN not in crowd.last()
    await crowd.paste(1, DOWN.format(model="gpt-5"), start=6)
    assert crowd.last().startswith(SEEN)


@pytest.mark.parametrize("names", [("gpt-4o", "GPT-4O", "openai/gpt-4o"), ("acme-9", "Acme-9", "ACME-9")])
async def test_a_model_is_one_however_its_name_is_written(crowd: Crowd, names: tuple[str, ...]) -> None:
    for place, name in enumerate(names):
        await crowd.paste(1, DOWN.format(model=name), start=place)
    (incident,) = await crowd.open()
    assert incident.model == names[0]
    await crowd.paste(1, DOWN.format(model=names[1]), start=3)
    assert crowd.last().startswith(SEEN)


async def test_who_names_no_model_is_told_of_the_one_that_others_have_trouble_with(crowd: Crowd) -> None:
    await crowd.paste(3, DOWN.format(model="gpt-5"))
    await crowd.paste(1, f"{crowd.town.mention} 503", start=3)
    assert crowd.last().startswith(f"{SEEN_WITH}`gpt-5` since <t:")


async def test_an_incident_without_a_model_stands_for_all_of_them(outage: Crowd) -> None:
    await outage.paste(1, f"{BUSY}, model: gpt-5", start=3)
    assert "`gpt-5`" in outage.last()
    assert outage.last().startswith(SEEN)


async def test_another_server_knows_nothing_of_it(outage: Crowd) -> None:
    elsewhere = outage.town.env.create_guild()
    support = elsewhere.create_text_channel("support")
    member = elsewhere.add_member(outage.town.env.create_user("far"))
    await member.send(support, BUSY)
    assert SEEN not in outage.town.reply(support)


async def test_commands_and_private_answers_say_it_too(outage: Crowd) -> None:
    told = shown(private(await outage.members[4].slash(outage.town.general, "error", code="429")))
    assert told.startswith(SEEN)


async def test_a_card_says_it_of_the_meaning_that_it_shows(outage: Crowd) -> None:
    await outage.paste(1, f"{outage.town.mention} 429", start=3)
    assert outage.last().startswith(SEEN)
    await outage.members[3].select(outage.town.cards()[-1], ["429/too-large"])
    assert SEEN not in outage.last()
    await outage.members[3].select(outage.town.cards()[-1], ["429"])
    assert outage.last().startswith(SEEN)


async def test_a_solved_card_does_not_say_it_and_says_it_when_it_is_opened_again(outage: Crowd) -> None:
    await outage.paste(1, BUSY, start=3)
    await outage.members[3].click(outage.town.cards()[-1], label=CARD["en"].solved)
    assert SEEN not in outage.last()
    copy = await outage.members[3].click(outage.town.cards()[-1], label=CARD["en"].show_answer)
    assert shown(private(copy)).startswith(SEEN)


async def test_an_edit_that_changes_nothing_leaves_a_card_from_before_the_incident_as_it_is(crowd: Crowd) -> None:
    question = await crowd.members[0].send(crowd.town.support, BUSY)
    await crowd.paste(2, BUSY, start=1)
    await crowd.members[0].edit(question, f"{BUSY}\nThank you!")
    assert [call for call in crowd.town.env.http_requests if call.method == "PATCH"] == []


async def test_a_key_in_the_message_is_warned_of_below_it(outage: Crowd) -> None:
    await outage.paste(1, f"{BUSY} {KEY}", start=3)
    assert outage.last().startswith(SEEN)
    assert CARD["en"].key_posted in outage.last()


async def test_staff_close_it_and_answers_stop_saying_it_at_once(outage: Crowd) -> None:
    await outage.town.sam.click(outage.town.card(outage.staff), label=EN.close)
    assert EN.over in outage.notices()[0]
    assert f"<@{outage.town.sam.id}>" in outage.notices()[0]
    assert labels(outage.town.card(outage.staff)) == []
    await outage.paste(1, BUSY, start=3)
    assert SEEN not in outage.last()


async def test_whoever_is_not_staff_cannot_close_it(outage: Crowd) -> None:
    refused = await outage.town.bob.click(outage.town.card(outage.staff), label=EN.close)
    assert shown(private(refused)) == NOT_STAFF["en"]
    assert len(await outage.open()) == 1


async def test_it_is_closed_after_a_restart_too(outage: Crowd, start: Start) -> None:
    await outage.town.env.restart_bot(start())
    await outage.paste(1, BUSY, start=3)
    assert "; the team knows." in outage.last()
    await outage.town.sam.click(outage.town.card(outage.staff), label=EN.close)
    assert await outage.open() == []
    assert EN.over in outage.notices()[0]


async def test_for_an_hour_after_it_was_closed_there_is_no_other_notice(outage: Crowd) -> None:
    await outage.town.sam.click(outage.town.card(outage.staff), label=EN.close)
    await outage.paste(3, BUSY, start=3)
    assert len(outage.notices()) == 1
    await outage.town.env.advance_time(61 * MINUTE)
    await outage.paste(3, BUSY, start=6)
    assert len(outage.notices()) == 2


async def test_it_calms_down_when_nobody_new_meets_it_and_the_notice_says_so(outage: Crowd) -> None:
    await outage.step()
    assert EN.several in outage.notices()[0]
    await outage.town.env.advance_time(31 * MINUTE)
    await outage.step()
    assert EN.over in outage.notices()[0]
    assert "nobody new met it for 30 minutes" in outage.notices()[0]
    assert labels(outage.town.card(outage.staff)) == []
    assert await outage.open() == []


async def test_answers_stop_saying_it_when_it_calmed_down_even_before_the_background_has_seen_that(
    outage: Crowd,
) -> None:
    await outage.town.env.advance_time(31 * MINUTE)
    await outage.paste(1, BUSY, start=3)
    assert SEEN not in outage.last()


async def test_it_goes_on_while_somebody_else_meets_it_every_now_and_then(outage: Crowd) -> None:
    for number in range(3, 6):
        await outage.town.env.advance_time(20 * MINUTE)
        await outage.paste(1, BUSY, start=number)
        await outage.step()
        assert outage.last().startswith(SEEN)
    assert len(await outage.open()) == 1


async def test_one_person_alone_does_not_keep_it_open(outage: Crowd) -> None:
    for _ in range(3):
        await outage.town.env.advance_time(16 * MINUTE)
        await outage.members[0].send(outage.town.support, f"{outage.town.mention} {BUSY}")
    await outage.step()
    assert await outage.open() == []


async def test_the_notice_counts_on_while_more_people_meet_it(outage: Crowd) -> None:
    assert "up to 3 different people" in outage.notices()[0]
    await outage.paste(3, BUSY, start=3)
    await outage.step()
    assert "up to 6 different people" in outage.notices()[0]
    assert len(outage.notices()) == 1


async def test_a_notice_that_discord_does_not_change_now_is_changed_at_the_next_look(outage: Crowd) -> None:
    service = Calming(outage.desk)
    await outage.town.env.advance_time(31 * MINUTE)
    outage.town.env.inject_error("PATCH", f"/channels/{outage.staff.id}/messages/*", status=503)
    await service.once()
    assert EN.several in outage.notices()[0]
    await service.once()
    assert EN.over in outage.notices()[0]


async def test_a_notice_that_was_deleted_holds_nothing_up(outage: Crowd) -> None:
    await outage.town.sam.delete(outage.town.card(outage.staff))
    await outage.town.env.advance_time(31 * MINUTE)
    await outage.step()
    assert await outage.open() == []


async def test_what_another_process_closed_is_over_here_at_the_next_look(outage: Crowd) -> None:
    (incident,) = await outage.open()
    await outage.records.incidents.close(incident.id, outage.town.sam.id)
    await outage.paste(1, BUSY, start=3)
    assert SEEN in outage.last()
    await outage.step()
    await outage.paste(1, BUSY, start=4)
    assert SEEN not in outage.last()


async def test_a_notice_that_was_posted_and_not_noted_down_is_not_posted_again(
    crowd: Crowd, delivery: Delivery
) -> None:
    (incident,) = await crowd.open()
    await post(crowd.desk, delivery)
    await crowd.records.incidents.posted(incident.id, None, None)  # type: ignore[arg-type]  # as if it never was
    await post(crowd.desk, replace(delivery, attempts=2))
    assert len(crowd.notices()) == 1
    (noted,) = await crowd.open()
    assert noted.message_id == crowd.town.card(crowd.staff).id


async def test_a_notice_carries_its_number_so_that_discord_takes_it_once(outage: Crowd) -> None:
    (sent,) = (
        call.json
        for call in outage.town.env.http_requests
        if call.method == "POST" and call.path == f"/channels/{outage.staff.id}/messages"
    )
    assert isinstance(sent, dict)
    assert sent["enforce_nonce"] is True
    assert sent["nonce"]


async def test_an_incident_that_is_over_before_its_notice_is_posted_has_none(crowd: Crowd, delivery: Delivery) -> None:
    (incident,) = await crowd.open()
    await crowd.records.incidents.close(incident.id, None)
    await post(crowd.desk, delivery)
    assert crowd.notices() == []


async def test_a_staff_channel_that_is_gone_is_told_to_whoever_delivers(crowd: Crowd, delivery: Delivery) -> None:
    await crowd.records.servers.change(crowd.town.guild.id, staff_channel_id=crowd.staff.id + 1)
    with pytest.raises(discord.NotFound):
        await post(crowd.desk, delivery)


async def test_questions_in_direct_messages_make_an_incident_of_the_one_staff(crowd: Crowd) -> None:
    for number in range(3):
        await watched(crowd, number, guild_id=None)
    assert await crowd.open() == []
    crowd.desk.settings = replace(crowd.desk.settings, staff_channel="team")
    await watched(crowd, 3, guild_id=None)
    (incident,) = await crowd.open()
    assert incident.people == 4
    assert SEEN in others(crowd.desk, None, Meaning("429"), None, "en")


async def test_who_makes_it_an_incident_in_a_direct_message_is_told_so_with_their_own_answer(crowd: Crowd) -> None:
    crowd.desk.settings = replace(crowd.desk.settings, staff_channel="team")
    for member in crowd.members[:3]:
        await member.send_dm(BUSY)
    answers = [crowd.town.reply(member.user.dm_channel) for member in crowd.members[:3]]
    assert [text.startswith(SEEN) for text in answers] == [False, False, True]


async def watched(crowd: Crowd, number: int, guild_id: int | None) -> None:
    """Log a question as the surfaces do."""
    asked = Asked(
        question_id=number + 1,
        guild_id=guild_id,
        channel_id=1,
        asker_id=crowd.members[number].id,
        asked=True,
        entry="429",
        case=None,
        model=None,
        lang="en",
    )
    await crowd.records.questions.log(asked)
    await watch(crowd.desk, asked)


async def test_the_notice_is_in_the_language_of_the_server(crowd: Crowd) -> None:
    await crowd.records.servers.change(crowd.town.guild.id, language="zh")
    await crowd.paste(3, BUSY)
    assert WORDS["zh"].several in crowd.notices()[0]
    await crowd.town.sam.click(crowd.town.card(crowd.staff), label=WORDS["zh"].close)
    assert WORDS["zh"].over in crowd.notices()[0]


async def test_the_background_goes_on_when_the_database_does_not(
    outage: Crowd, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    steps, done = 0, asyncio.Event()

    async def sleep(_: float) -> None:
        nonlocal steps
        steps += 1
        if steps > 2:
            done.set()
            await asyncio.Event().wait()

    async def broken(_: timedelta) -> None:
        raise DeskError("it is away")

    monkeypatch.setattr(outage.records.incidents, "calm", broken)
    async with calming(outage.desk, sleep=sleep):
        await done.wait()
    assert caplog.text.count("the incidents have to wait: it is away") == 2


@pytest.mark.parametrize(
    ("meaning", "counts"),
    [
        (Meaning("429"), True),
        (Meaning("503"), True),
        (Meaning("503", "no-channel"), True),
        (Meaning("521"), True),
        (Meaning("network"), True),
        (Meaning("401"), False),
        (Meaning("400"), False),
        (Meaning("500", "validation"), False),
        (Meaning("504", "client-timeout"), False),
    ],
    ids=str,
)
def test_what_may_be_the_services_doing_counts(knowledge: Knowledge, meaning: Meaning, counts: bool) -> None:
    assert may_be_an_outage(knowledge, meaning) is counts


def test_words_and_buttons_fit() -> None:
    for lang in LANGUAGES:
        assert len(WORDS[lang].close) <= 80
        assert sum(len(getattr(WORDS[lang], name)) for name in ("several", "counted", "told")) < 2000


async def test_the_figures_are_set_by_a_command(crowd: Crowd) -> None:
    boss = crowd.town.guild.create_role(
        "Boss", permissions=discord.Permissions(manage_guild=True, manage_messages=True)
    )
    ada = crowd.town.guild.add_member(crowd.town.env.create_user("ada"), roles=[boss])
    told = await ada.slash(crowd.town.general, "desk watch", people=7, minutes=15)
    assert "7 different people" in shown(private(told))
    server = crowd.desk.server(crowd.town.guild.id)
    assert (server.incident_people, server.incident_minutes) == (7, 15)
    told = await ada.slash(crowd.town.general, "desk watch", people=3)
    assert "15 minutes" in shown(private(told))
    server = crowd.desk.server(crowd.town.guild.id)
    assert (server.incident_people, server.incident_minutes) == (3, 15)
    assert crowd.desk._database
    elsewhere = Servers(crowd.desk._database, utcnow)  # as another process has them
    await elsewhere.change(crowd.town.guild.id, incident_minutes=40)
    told = await ada.slash(crowd.town.general, "desk watch", people=4)
    assert "40 minutes" in shown(private(told))
