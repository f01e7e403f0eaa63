from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.spellings import LONGEST
from tests.chat.town import Town

NO_CHANNEL = (
    'HTTP 503 {{"error":{{"code":"model_not_found","message":"No available channel for model {} under group svip '
    '(distributor) (request id: 202605200714345261721308268d9d6SjTLSqD4)","type":"new_api_error"}}}}'
)


def offers(*groups: str, age: timedelta = timedelta()) -> Catalogue:
    return Catalogue({"gpt-4o": frozenset(groups)}, frozenset({"svip", *groups}), datetime.now(UTC) - age)


async def test_the_groups_that_offer_a_model_stand_on_the_card(town: Town) -> None:
    town.desk.know(offers("default", "vip"))
    await town.maya.send(town.support, NO_CHANNEL.format("gpt-4o"))
    assert "Groups that offer it" in town.reply()
    assert all(f"`{group}`" in town.reply() for group in ("default", "vip"))


async def test_without_a_catalogue_no_group_is_named_but_that_of_the_error(town: Town) -> None:
    await town.maya.send(town.support, NO_CHANNEL.format("gpt-4o"))
    assert "`svip`" in town.reply()
    assert "Groups that offer it" not in town.reply()


async def test_a_newer_catalogue_takes_the_place_of_the_last_and_newer_knowledge_keeps_it(
    town: Town, knowledge: Knowledge
) -> None:
    town.desk.know(offers("default"))
    town.desk.know(offers("vip"))
    town.desk.learn(knowledge)
    await town.maya.send(town.support, NO_CHANNEL.format("gpt-4o"))
    assert "`vip`" in town.reply()
    assert "`default`" not in town.reply()


async def test_an_answer_in_flight_is_given_from_what_was_known_when_it_began(town: Town) -> None:
    begun = town.desk.assistant
    town.desk.know(offers("vip"))
    ids = [
        [finding.id for finding in assistant.ask(NO_CHANNEL.format("gpt-4o")).findings]
        for assistant in (begun, town.desk.assistant)
    ]
    assert "model-right" not in ids[0]
    assert "model-other-groups" not in ids[0]
    assert "model-other-groups" in ids[1]


async def test_a_catalogue_that_is_days_old_is_not_spoken_of(town: Town) -> None:
    town.desk.know(offers("vip", age=timedelta(days=3)))
    await town.maya.send(town.support, NO_CHANNEL.format("gpt-4p"))
    assert "model list" not in town.reply()


async def test_hostile_groups_of_a_catalogue_are_inert_on_a_card_that_discord_takes(town: Town) -> None:
    hostile = [f"`@everyone` **{i}** <@1> ".ljust(LONGEST, "`") for i in range(100)]
    town.desk.know(offers(*hostile))
    await town.maya.send(town.support, NO_CHANNEL.format("gpt-4o"))
    told = town.reply()
    assert "ˋ@everyoneˋ" in told
    assert "``" not in told
    assert not town.card().mentions
    assert len(told) <= 4000
