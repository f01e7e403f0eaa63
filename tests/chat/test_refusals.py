"""What Discord may refuse of our answers to interactions: every command, menu, button and form, one after the other.

Where it says 403, 404 or 500, the user gets a short line with a reference that the log knows, or what they wanted is
done all the same. Where it says that the interaction is unknown (10062) or has an answer (40060), it is nobody's
fault: the log has no error, nothing is answered twice, and what was to be stored is stored.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.http import FakeWebhookAdapter
from simcord.results import InteractionResult

from bot.chat.learning.incident_words import WORDS as INCIDENT
from bot.chat.patience import lenient
from bot.chat.privacy.privacy import WORDS as PRIVACY
from bot.chat.reports.escalation_words import SAID
from bot.chat.reports.staff_words import WORDS as STAFF
from bot.chat.words import WORDS
from bot.desk.reports import Report
from tests.chat.helpdesk import Helpdesk, helpdesk
from tests.chat.town import Town, choices, private

EN, SAY, AT_DESK, OWN = WORDS["en"], SAID["en"], STAFF["en"], PRIVACY["en"]
CALLBACK = ("POST", "/interactions/*/callback")
FURTHER = ("POST", "/webhooks/*")
_numbers = itertools.count(5)


@dataclass
class Scene:
    """A town with a team, and Ada, who manages it."""

    town: Town
    team: Helpdesk
    ada: MemberActor
    held: list[Any] = field(default_factory=list)

    async def card(self) -> discord.Message:
        """Maya asks about a model of which nobody has asked before."""
        text = f"Error code: 403 - forbidden, model: gpt-{next(_numbers)}"
        await self.town.maya.send(self.town.support, text)
        return self.town.cards()[-1]

    async def private_card(self) -> Any:
        """Ada asks in `#general`."""
        text = f"Error code: 403 - forbidden, model: gpt-{next(_numbers)}"
        return private(await self.ada.slash(self.town.general, "error", code=text))

    async def report(self) -> discord.Message:
        """Maya sends a report, which is in `held`, and staff have its card."""
        self.held = [await self.team.report()]
        return self.town.cards(self.team.staff)[-1]

    async def over(self) -> None:
        """Let what was before be over."""
        for number in itertools.count(1):
            if await self.team.records.reports.of(number) is None:
                break
            await self.team.records.reports.close(number, "resolved", self.ada.id)
        await self.town.env.advance_time(700)  # a card that was taken away counts for ten minutes

    async def now(self) -> Report:
        """The report as it is now."""
        return await self.team.of(self.held[0].id)

    async def notes(self) -> int:
        """How much was said on it."""
        return len(await self.team.records.reports.notes(self.held[0].id))

    async def own(self) -> Any:
        """The report as Maya is shown it."""
        await self.report()
        card = next(card for card in self.town.cards() if card.id == self.held[0].card_id)
        result = await self.town.maya.click(card, label=EN.to_support)
        return private(result) if result.response and not result.followups else result.followups[0]

    async def form(self, card: Any, label: str, who: MemberActor | None = None) -> InteractionResult:
        """Open a form."""
        opened = await (who or self.ada).click(card, label=label)
        assert opened.modal is not None
        return opened

    async def notice(self) -> discord.Message:
        """The notice of an incident."""
        model = f"gpt-{next(_numbers)}"
        await self.team.records.servers.change(self.town.guild.id, incident_people=2, incident_minutes=10)
        for who in (self.town.bob, self.town.sam):
            await who.send(self.town.support, f"Error code: 503 - no available channel for model {model}")
        await self.team.deliver()
        return self.town.cards(self.team.staff)[-1]


Start = Callable[[Scene], Awaitable[Any]]
Act = Callable[[Scene, Any], Awaitable[InteractionResult]]
Stored = Callable[[Scene], Awaitable[object]]


@dataclass(frozen=True)
class Place:
    """Somewhere that we answer an interaction.

    Attributes:
        act: what somebody does, with what `begin` returns.
        begin: what comes before.
        stored: what is true once the press counted, if it is one that counts.
        lasts: it counts whatever Discord says, so that nobody is told anything.
        route: which answer is refused.
    """

    act: Act
    begin: Start | None = None
    stored: Stored | None = None
    lasts: bool = False
    route: tuple[str, str] = CALLBACK


def command(full_name: str, /, **options: Any) -> Act:
    return lambda scene, _: scene.ada.slash(scene.town.general, full_name, **options)


def click(label: str, who: str = "maya") -> Act:
    def act(scene: Scene, card: Any) -> Awaitable[InteractionResult]:
        actor: MemberActor = scene.ada if who == "ada" else scene.town.maya
        return actor.click(card, label=label)

    return act


def fill(who: str = "ada", **values: str) -> Act:
    def act(scene: Scene, opened: InteractionResult) -> Awaitable[InteractionResult]:
        actor: MemberActor = scene.ada if who == "ada" else scene.town.maya
        assert opened.modal is not None
        rows = [row["component"] for row in opened.modal["components"]]
        given = {row["custom_id"]: values.get(row["custom_id"], row.get("value") or "-") for row in rows}
        return actor.submit_modal(opened, given)

    return act


async def said(scene: Scene) -> Any:
    return await scene.form(await scene.report(), AT_DESK.answer)


async def asked_back(scene: Scene) -> Any:
    return await scene.form(await scene.report(), AT_DESK.ask_back)


async def duplicated(scene: Scene) -> Any:
    first = await scene.team.report(asker_id=scene.town.bob.id)
    card = await scene.report()
    scene.held.append(first)
    return await scene.form(card, AT_DESK.duplicate)


async def adding(scene: Scene) -> Any:
    return await scene.form(await scene.own(), SAY.add, scene.town.maya)


async def sending(scene: Scene) -> Any:
    return await scene.form(await scene.card(), EN.to_support, scene.town.maya)


async def waiting(scene: Scene) -> Any:
    """Word from staff, for which there is a button."""
    scene.held = [await scene.team.report(card_id=None)]
    await scene.team.records.reports.note(scene.held[0].id, "answer", scene.ada.id, "Use v1.")
    scene.town.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await scene.team.deliver()
    return scene.town.cards()[-1]


async def settings(scene: Scene) -> Any:
    return private(await scene.ada.slash(scene.town.general, "desk setup"))


async def own_data(scene: Scene) -> Any:
    return private(await scene.town.maya.slash(scene.town.general, "privacy"))


async def sure(scene: Scene) -> Any:
    card = await own_data(scene)
    await scene.card()
    await scene.town.maya.click(card, label=OWN.delete)
    return card


async def folded(scene: Scene) -> Any:
    card = await scene.card()
    await scene.town.maya.click(card, label=EN.solved)
    return scene.town.cards()[-1]


async def pasted(scene: Scene) -> Any:
    return await scene.town.bob.send(scene.town.general, f"Error code: 403 - forbidden, model: gpt-{next(_numbers)}")


async def with_file(scene: Scene) -> Any:
    log = b"Error code: 403 - forbidden"
    return await scene.town.bob.send(scene.town.general, "", attachments=[("run.log", log)])


async def sent(scene: Scene) -> bool:
    exported = await scene.team.records.people.export(scene.town.maya.id)
    return any(report["state"] == "open" for report in exported["reports"])


async def in_state(scene: Scene, *states: str) -> bool:
    return (await scene.now()).state in states


async def erased(scene: Scene) -> bool:
    return not (await scene.team.records.people.export(scene.town.maya.id))["questions"]


async def dismissed(scene: Scene) -> bool:
    return not scene.town.cards()


async def judged(scene: Scene) -> bool:
    return bool((await scene.team.records.people.export(scene.town.maya.id))["verdicts"])


def explain(scene: Scene, message: Any) -> Awaitable[InteractionResult]:
    return scene.ada.context_menu(scene.town.general, "Explain this error", message)


PLACES: dict[str, Place] = {
    "/error": Place(lambda scene, _: scene.ada.slash(scene.town.support, "error", code="no such thing")),
    "/error to": Place(lambda s, _: s.ada.slash(s.town.support, "error", code="429", to=s.town.bob.user)),
    "/models": Place(command("models", name="gpt-5")),
    "/status": Place(command("status")),
    "/privacy": Place(command("privacy")),
    "/desk setup": Place(command("desk setup")),
    "/desk unanswered": Place(command("desk unanswered")),
    "/desk unanswered, figures": Place(command("desk unanswered"), route=FURTHER),
    "/desk stats": Place(command("desk stats")),
    "/desk stats, figures": Place(command("desk stats"), route=FURTHER),
    "/desk keep": Place(command("desk keep", days=90)),
    "/desk watch": Place(command("desk watch", people=4, minutes=10)),
    "/desk hear": Place(command("desk hear", webhook="123456789012345678")),
    "/desk quiet": Place(command("desk quiet")),
    "/desk reload": Place(command("desk reload")),
    "explain": Place(explain, pasted),
    "explain a file": Place(explain, with_file),
    "explain a file, answer": Place(explain, with_file, route=FURTHER),
    "another meaning": Place(lambda s, card: s.town.maya.select(card, [choices(card)[1]]), Scene.card),
    "somebody else's": Place(lambda s, card: s.town.bob.select(card, [choices(card)[1]]), Scene.card),
    "solved": Place(click(EN.solved), Scene.card, judged),
    "not solved": Place(click(EN.not_solved), Scene.card, judged),
    "show": Place(click(EN.show_answer), folded),
    "dismiss": Place(click(EN.dismiss), Scene.card, dismissed),
    "post here": Place(click(EN.post_here, "ada"), Scene.private_card),
    "post here, the card": Place(click(EN.post_here, "ada"), Scene.private_card, route=FURTHER),
    "to support": Place(click(EN.to_support), Scene.card),
    "the report's form": Place(fill("maya"), sending, sent, lasts=True),
    "add": Place(click(SAY.add), Scene.own),
    "the addition's form": Place(fill("maya", text="And more."), adding, Scene.notes, lasts=True),
    "withdraw": Place(click(SAY.withdraw), Scene.own, lambda scene: in_state(scene, "withdrawn")),
    "claim": Place(click(AT_DESK.claim, "ada"), Scene.report, lambda s: in_state(s, "claimed"), lasts=True),
    "answer": Place(click(AT_DESK.answer, "ada"), Scene.report),
    "the answer's form": Place(fill(text="Use v1."), said, Scene.notes, lasts=True),
    "ask back": Place(click(AT_DESK.ask_back, "ada"), Scene.report),
    "the question's form": Place(fill(text="Which?"), asked_back, Scene.notes, lasts=True),
    "duplicate": Place(click(AT_DESK.duplicate, "ada"), Scene.report),
    "the number's form": Place(
        lambda scene, opened: fill(text=str(scene.held[1].id))(scene, opened),
        duplicated,
        lambda scene: in_state(scene, "duplicate"),
        lasts=True,
    ),
    "resolve": Place(click(AT_DESK.resolve, "ada"), Scene.report, lambda s: in_state(s, "resolved"), lasts=True),
    "read": Place(click("Read it"), waiting),
    "read, the words": Place(click("Read it"), waiting, route=FURTHER),
    "close an incident": Place(click(INCIDENT["en"].close, "ada"), Scene.notice),
    "a setting": Place(lambda s, card: s.ada.select(card, ["zh"], custom_id="setup-language:"), settings),
    "my data": Place(click(OWN.file), own_data),
    "my data, the file": Place(click(OWN.file), own_data, route=FURTHER),
    "forget me": Place(click(OWN.delete), own_data),
    "do forget me": Place(click(OWN.yes), sure, erased),
    "keep me": Place(click(OWN.no), sure),
}


@pytest.fixture
async def scene(town: Town) -> Scene:
    role = town.guild.create_role("Owner", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    async with helpdesk(town) as team:
        return Scene(town, team, town.guild.add_member(town.env.create_user("ada"), roles=[role]))


async def begin(scene: Scene, place: Place) -> Any:
    """Do what comes first."""
    await scene.over()
    return await place.begin(scene) if place.begin else None


def told(result: InteractionResult) -> Iterator[str]:
    """What the user alone was told."""
    for message in (result.response, *result.followups):
        if message and message.ephemeral:
            yield message.content


@pytest.mark.parametrize("name", PLACES)
async def test_what_discord_refuses_is_told_with_a_reference_or_counts_all_the_same(
    scene: Scene, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    place = PLACES[name]
    for status in (403, 404, 500):
        about = await begin(scene, place)
        caplog.clear()
        scene.town.env.inject_error(*place.route, status=status)
        result = await place.act(scene, about)
        assert scene.town.env.backend.faults == []
        references = [found[1] for text in told(result) if (found := re.search(r"`([0-9a-f]{6})`", text))]
        if place.lasts:
            assert not place.stored or await place.stored(scene)
            assert references == []
        else:
            assert len(references) == 1
            assert f"(HTTP {status}, code 0), reference {references[0]}" in caplog.text
    assert {type(error) for error in scene.town.env.errors} <= {discord.app_commands.CommandInvokeError} | REFUSED


REFUSED = {discord.Forbidden, discord.NotFound, discord.DiscordServerError}


@pytest.mark.parametrize("name", [name for name, place in PLACES.items() if place.route == CALLBACK])
async def test_an_interaction_that_does_not_wait_is_nobodys_fault_and_counts(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def respond(self: FakeWebhookAdapter, *args: Any, **options: Any) -> Any:
        return lenient(self.__getattr__("create_interaction_response"))(*args, **options)

    monkeypatch.setattr(FakeWebhookAdapter, "create_interaction_response", respond, raising=False)
    place = PLACES[name]
    for status, code in ((404, 10062), (400, 40060)):
        about = await begin(scene, place)
        caplog.clear()
        scene.town.env.inject_error(*place.route, status=status, code=code)
        scene.town.env.inject_error("*", "/webhooks/*", status=404, code=10015, times=None)
        before = len(scene.town.env.http_requests)
        result = await place.act(scene, about)
        scene.town.env.backend.faults.clear()
        assert not place.stored or await place.stored(scene)
        assert not [record for record in caplog.records if record.levelname == "ERROR"]
        assert "Traceback" not in caplog.text
        assert result.response is None
        calls = [request.path for request in scene.town.env.http_requests[before:] if "callback" in request.path]
        assert len(calls) == 1
    assert {type(error) for error in scene.town.env.errors} <= {discord.app_commands.CommandInvokeError}
