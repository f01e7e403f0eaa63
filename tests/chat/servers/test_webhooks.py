from __future__ import annotations

import discord
import pytest
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle, WebhookHandle

from bot.chat.servers import webhooks
from bot.chat.servers.setup_words import WORDS as SETUP
from bot.chat.words import WORDS as CARD
from tests.chat.town import ERROR, KEY, Town, private, shown

EN = webhooks.WORDS["en"]
OTHER = "Error code: 503 - Service Unavailable"


@pytest.fixture
def ada(town: Town) -> MemberActor:
    """Who may manage the server."""
    role = town.guild.create_role("Owner", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    return town.guild.add_member(town.env.create_user("ada"), roles=[role])


@pytest.fixture
def hook(town: Town) -> WebhookHandle:
    return town.guild.create_webhook(town.support)


def link(town: Town, message: discord.Message, channel: ChannelHandle | None = None) -> str:
    """What **Copy Message Link** gives."""
    return f"https://discord.com/channels/{town.guild.id}/{(channel or town.support).id}/{message.id}"


async def hear(who: MemberActor, town: Town, named: object) -> str:
    """Use the command, and return what it says to the user alone."""
    result = await who.slash(town.general, "desk hear", webhook=str(named))
    return "\n".join(shown(message) for message in (private(result), *result.followups))


def answers(town: Town, channel: ChannelHandle | None = None) -> list[discord.Message]:
    """The cards in a channel, without what webhooks wrote there."""
    return [card for card in town.cards(channel) if card.flags.components_v2]


def listed(town: Town) -> frozenset[int]:
    return town.desk.server(town.guild.id).webhooks


async def test_a_webhook_that_is_not_listed_is_not_read(town: Town, hook: WebhookHandle) -> None:
    await hook.send(ERROR)
    assert not answers(town)


async def test_a_webhook_named_by_one_of_its_messages_is_read_like_a_person(
    town: Town, ada: MemberActor, hook: WebhookHandle
) -> None:
    assert EN.begun.format(id=hook.id) in await hear(ada, town, link(town, await hook.send("hello")))
    assert listed(town) == {hook.id}
    posted = await hook.send(ERROR)
    card = answers(town)[0]
    assert "### 429 · " in shown(card)
    assert card.reference is not None
    assert card.reference.message_id == posted.id
    await hook.send("all is well")
    await hook.send(ERROR)
    assert len(answers(town)) == 1


async def test_an_embed_of_a_listed_webhook_is_read(town: Town, ada: MemberActor, hook: WebhookHandle) -> None:
    await hear(ada, town, hook.id)
    await hook.send(embed=discord.Embed(title="The build failed", description=ERROR))
    assert "### 429 · " in town.replies()[-1]


async def test_the_same_command_again_stops_it(town: Town, ada: MemberActor, hook: WebhookHandle) -> None:
    await hear(ada, town, hook.id)
    assert EN.stopped.format(id=hook.id) in await hear(ada, town, hook.id)
    await hook.send(ERROR)
    assert listed(town) == set()
    assert not answers(town)


@pytest.mark.parametrize("host", ["discord.com", "ptb.discord.com", "discordapp.com"])
async def test_of_a_webhooks_address_only_the_id_is_taken(
    town: Town, ada: MemberActor, hook: WebhookHandle, host: str
) -> None:
    told = await hear(ada, town, f" https://{host}/api/v10/webhooks/{hook.id}/{KEY} ")
    assert EN.begun.format(id=hook.id) in told
    assert KEY not in told
    assert listed(town) == {hook.id}


async def test_a_listed_webhook_is_read_in_support_channels_only_and_never_asks(
    town: Town, ada: MemberActor, hook: WebhookHandle
) -> None:
    elsewhere = town.guild.create_webhook(town.general)
    await hear(ada, town, hook.id)
    await hear(ada, town, elsewhere.id)
    await elsewhere.send(f"{town.mention} {ERROR}")
    await hook.send(f"{town.mention} good morning")
    assert not [*answers(town), *answers(town, town.general)]


async def test_another_webhook_and_other_bots_are_still_not_read(
    town: Town, ada: MemberActor, hook: WebhookHandle
) -> None:
    await hear(ada, town, hook.id)
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(town.support, ERROR)
    await town.guild.create_webhook(town.support).send(ERROR)
    assert not answers(town)


async def test_an_edit_of_a_listed_webhook_corrects_its_card_and_a_deletion_takes_it_away(
    town: Town, ada: MemberActor, hook: WebhookHandle
) -> None:
    await hear(ada, town, hook.id)
    posted = await hook.send(ERROR)
    town.env.backend.edit_message(town.support.id, posted.id, {"content": OTHER})
    await town.env.settle()
    assert "### 503 · " in town.replies()[-1]
    town.env.backend.delete_message(town.support.id, posted.id)
    await town.env.settle()
    assert not answers(town)


@pytest.mark.parametrize("ours", [True, False], ids=["our own", "another bot's"])
async def test_what_a_bot_answers_a_command_with_is_not_read_even_if_its_id_is_listed(
    town: Town, ada: MemberActor, ours: bool
) -> None:
    backend = town.env.backend
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    author, application = (backend.bot_user.id, backend.application_id) if ours else (robot.id, robot.id)
    await hear(ada, town, application)
    assert listed(town) == {application}
    stored = backend.create_message(town.support.id, author, ERROR, webhook_id=application, broadcast=False)
    payload = serializers.message_payload(backend, stored) | {"application_id": str(application)}
    backend.emit("MESSAGE_CREATE", payload)
    await town.env.settle()
    assert not answers(town)


@pytest.mark.parametrize("ours", [True, False], ids=["our own", "another bot's"])
async def test_what_a_bot_answers_a_command_with_is_no_webhooks(
    town: Town, ada: MemberActor, monkeypatch: pytest.MonkeyPatch, ours: bool
) -> None:
    message = await town.maya.send(town.support, ERROR)
    original = discord.TextChannel.fetch_message

    async def fetched(self: discord.TextChannel, id_: int) -> discord.Message:
        found = await original(self, id_)
        found.webhook_id = found.application_id = town.desk.application_id if ours else 1100000000000000009
        return found

    monkeypatch.setattr(discord.TextChannel, "fetch_message", fetched)
    assert EN.not_one in await hear(ada, town, link(town, message))
    assert listed(town) == set()


async def test_a_persons_message_is_no_webhooks(town: Town, ada: MemberActor) -> None:
    assert EN.not_one in await hear(ada, town, link(town, await town.maya.send(town.support, "hello")))


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("the build bot", EN.unclear),
        ("429", EN.unclear),
        ("", EN.unclear),
        ("https://example.com/api/webhooks/1300000000000000001/x", EN.unclear),
        ("https://discord.com/channels/{guild}/{support}/1300000000000000009", EN.unseen),
        ("https://discord.com/channels/{guild}/1300000000000000009/1", EN.unseen),
        ("https://discord.com/channels/1300000000000000009/{support}/{message}", EN.unseen),
        ("https://discord.com/channels/@me/1300000000000000009/1", EN.unclear),
    ],
)
async def test_what_names_no_webhook_is_told_so(
    town: Town, ada: MemberActor, hook: WebhookHandle, named: str, told: str
) -> None:
    message = await hook.send("hello")
    named = named.format(guild=town.guild.id, support=town.support.id, message=message.id)
    assert told in await hear(ada, town, named)
    assert listed(town) == set()


async def test_no_more_webhooks_than_a_server_may_have(town: Town, ada: MemberActor, hook: WebhookHandle) -> None:
    assert town.desk.records
    many = set(range(1, webhooks.MOST + 1))
    await town.desk.records.servers.change(town.guild.id, webhooks=many)
    assert EN.full.format(most=webhooks.MOST) in await hear(ada, town, hook.id)
    assert listed(town) == many


async def test_without_the_desk_it_says_so(
    town: Town, ada: MemberActor, hook: WebhookHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.desk, "records", None)
    assert CARD["en"].no_desk in await hear(ada, town, hook.id)
    assert len(town.env.errors) == 1


async def test_the_settings_say_how_many_are_read(town: Town, ada: MemberActor, hook: WebhookHandle) -> None:
    before = shown(private(await ada.slash(town.general, "desk setup")))
    await hear(ada, town, hook.id)
    after = shown(private(await ada.slash(town.general, "desk setup")))
    line = SETUP["en"].webhooks.format(count=1)
    assert (line in before, line in after) == (False, True)


async def test_whoever_may_not_manage_the_server_changes_nothing(town: Town, hook: WebhookHandle) -> None:
    (desk,) = [found for found in await town.desk.tree.fetch_commands() if found.name == "desk"]
    town.guild.set_command_permissions(desk, {town.guild.default_role: True})
    assert SETUP["en"].not_allowed in await hear(town.bob, town, hook.id)
    assert listed(town) == set()
