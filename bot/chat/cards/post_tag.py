"""A forum's tag for solved posts: *Solved* gives it to the asker's post, and *Not solved* takes it away again.

The bot needs Manage Threads for that, and a post that is closed stays closed. Where it cannot be done, the user who
pressed the button is told how to do it: a post's author may set the tags that are not for moderators alone.
https://docs.discord.com/developers/resources/channel#modify-channel-json-params-thread
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.chat.cards.control import Subject
from bot.chat.markup import code
from bot.chat.trouble import tell
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

MEANS_SOLVED = (
    *("solved", "已解决", "已解決", "解决", "解決", "问题已解决", "問題已解決", "resolved"),
    *("fixed", "已修复", "已修復", "answered", "已回答", "已回复", "已回覆"),
    *("done", "已完成", "完成", "closed", "已关闭", "已關閉", "已结束", "已結束"),
)
"""The words that the name of such a tag has, and no others, the likeliest first; emoji do not count."""

MOST = 5
"""Tags that Discord allows on a post."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words on a tag that the bot cannot give or take; `{tag}` is filled in."""

    give: str
    full: str
    moderated: str
    take: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        give=(
            "I may not mark this post as solved. Please do it yourself: **Edit Tags** in the post's menu, "
            "then {tag}. With the permission **Manage Threads** I can do it."
        ),
        full="This post has five tags already. To mark it as solved, give it {tag} for one of them: **Edit Tags**.",
        moderated=(
            "I may not mark this post as solved: the tag {tag} is for moderators. "
            "With the permission **Manage Threads** I can do it."
        ),
        take="This post is still marked as solved, and I may not change that. Take {tag} off it with **Edit Tags**.",
    ),
    "zh": Words(
        give=(
            "我没有权限把这个帖子标记为已解决。请在帖子的菜单里选择「编辑标签」，添加 {tag}。"
            "给我「管理子区」（Manage Threads）权限后，我可以代劳。"
        ),
        full="这个帖子已经有五个标签。要标记为已解决，请用「编辑标签」把其中一个换成 {tag}。",
        moderated=(
            "我没有权限把这个帖子标记为已解决：标签 {tag} 只有管理员可以使用。"
            "给我「管理子区」（Manage Threads）权限后，我可以代劳。"
        ),
        take="这个帖子仍然标记为已解决，我没有权限修改。请用「编辑标签」去掉 {tag}。",
    ),
}


def solved_tag(forum: object) -> discord.ForumTag | None:
    """Return a forum's tag for solved posts, if it has one."""
    tags = forum.available_tags if isinstance(forum, discord.ForumChannel) else ()
    words = {tag: re.findall(r"\w+", tag.name.casefold()) for tag in tags}
    meant = [tag for tag in tags if words[tag] and set(words[tag]) <= set(MEANS_SOLVED)]
    return min(meant, key=lambda tag: min(map(MEANS_SOLVED.index, words[tag])), default=None)


async def mark(interaction: discord.Interaction[Desk], subject: Subject, *, solved: bool) -> None:
    """Give the tag to the post that a card stands in, or take it away, where the card is its author's.

    Args:
        interaction: the press on the button, which was answered already.
        subject: what the card is about.
        solved: whether the post is.

    Raises:
        discord.HTTPException: Discord does not take what the user is to be told.
    """
    post = interaction.channel
    if not isinstance(post, discord.Thread) or post.owner_id != subject.asker_id:
        return
    tag = solved_tag(post.parent)
    if tag is None or (tag in post.applied_tags) == solved:
        return
    others = [other for other in post.applied_tags if other != tag]
    words = WORDS[subject.lang]
    # Of a post that is closed, discord.py knows no more than the press tells, and all its tags would be set anew.
    may = interaction.app_permissions.manage_threads and post.guild.get_thread(post.id) is not None
    if solved and len(others) >= MOST:
        how = words.full
    elif may and await _set(post, [*others, tag] if solved else others):
        return
    elif not solved:
        how = words.take
    else:
        how = words.moderated if tag.moderated and not interaction.permissions.manage_threads else words.give
    await tell(interaction, how.format(tag=code(tag.name)))


async def _set(post: discord.Thread, tags: Sequence[discord.ForumTag]) -> bool:
    """Set a post's tags, and tell whether Discord took them."""
    try:
        await post.edit(applied_tags=tags)
    except discord.HTTPException as error:
        log.warning("post %s keeps its tags: HTTP %s, code %s", post.id, error.status, error.code)
        return False
    return True
