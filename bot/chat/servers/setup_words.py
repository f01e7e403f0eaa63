"""The words of `/desk setup`, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.servers import LanguageChoice
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences; `{…}` are filled in by whoever shows them.

    Permissions are called as Discord's own settings call them.
    """

    title: str
    private: str
    deaf: str
    support: str
    support_about: str
    support_none: str
    support_choose: str
    staff: str
    staff_about: str
    staff_none: str
    staff_gone: str
    staff_public: str
    staff_support: str
    waiting: str
    staff_choose: str
    role: str
    role_about: str
    role_choose: str
    language: str
    language_about: str
    languages: Mapping[LanguageChoice, str]
    heard: str
    heard_is: Mapping[bool, str]
    heard_turn: Mapping[bool, str]
    webhooks: str
    unmarked: str
    from_environment: str
    use_environment: str
    ready: str
    lacks: str
    gone: str
    role_gone: str
    comma: str
    permissions: Mapping[str, str]
    not_allowed: str
    not_known: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="Error Desk in this server",
        private="Only you see this. A change counts at once.",
        deaf=(
            "⚠️ Discord does not let me read messages here. Whoever runs me turns on **Message Content Intent** in the "
            "Developer Portal and restarts me. Until then I answer commands, mentions and direct messages only."
        ),
        support="Support channels",
        support_about="I answer errors that are pasted here, in threads and posts too.",
        support_none="None yet: I answer only when asked, with `/error` or by my name.",
        support_choose="Choose up to 25 channels",
        staff="Staff channel",
        staff_about="Where reports to your team arrive.",
        staff_none="None yet: *Send to support* shows what to send, and where.",
        staff_gone="Reports are stored and wait until you choose another one.",
        staff_public="⚠️ {place}: everybody can read it, and with it what people send to your team",
        staff_support="⚠️ {place}: it is a support channel as well; reports belong where only your team reads",
        waiting="⏳ Reports that could not be posted yet: {count}. They come as soon as they can.",
        staff_choose="Choose a channel",
        role="Staff role",
        role_about="Who works on reports, besides those with Manage Messages.",
        role_choose="Choose a role",
        language="Language",
        language_about="What my answers to messages are written in.",
        languages={"auto": "Automatic: the asker's own", "en": "English", "zh": "中文"},
        heard="Answers nobody asked for",
        heard_is={
            True: "**On:** in support channels I answer by myself where I am sure.",
            False: "**Off:** I answer only when asked, with `/error` or by my name.",
        },
        heard_turn={True: "Turn on", False: "Turn off"},
        webhooks="Webhooks whose messages I read: {count}. `/desk hear` adds one or takes it off.",
        unmarked="{places}: with **Manage Threads**, *Solved* also gives the post its tag.",
        from_environment="From the bot's environment, until you choose here.",
        use_environment="Use the environment's channels again",
        ready="✅ {places}",
        lacks="⚠️ {places}: I lack {permissions}",
        gone="🗑️ Gone since it was chosen: {count}",
        role_gone="🗑️ The chosen role is gone",
        comma=", ",
        permissions={
            "view_channel": "View Channel",
            "connect": "Connect",
            "read_message_history": "Read Message History",
            "send_messages": "Send Messages",
            "send_messages_in_threads": "Send Messages in Threads",
            "attach_files": "Attach Files",
        },
        not_allowed="This takes the permission **Manage Server**.",
        not_known="Discord has not shown me this server's channels yet. Please try again in a minute.",
    ),
    "zh": Words(
        title="本服务器的 Error Desk 设置",
        private="只有你能看到。修改后立即生效。",
        deaf=(
            "⚠️ Discord 目前不允许我读取消息。请机器人的维护者在 Developer Portal 打开 **Message Content Intent** "
            "并重启机器人；在此之前，我只回复命令、@ 和私信。"
        ),
        support="支持频道",
        support_about="有人在这些频道贴出报错时我会回答，子区和论坛帖子也算在内。",
        support_none="还没有选择：只有用 `/错误`（即 `/error`）或 @ 我时，我才会回答。",
        support_choose="最多选择 25 个频道",
        staff="客服频道",
        staff_about="发给客服团队的问题会送到这里。",
        staff_none="还没有选择：点「发给客服」时，我会告诉用户该发什么、发到哪里。",
        staff_gone="报告会先保存，等你选择新的频道后再送达。",
        staff_public="⚠️ {place}：所有成员都能看到这个频道，也就能看到发给客服的内容",
        staff_support="⚠️ {place}：它同时也是支持频道；报告应放在只有客服能看到的地方",
        waiting="⏳ 还有 {count} 份报告未能送达，条件允许后会立即送达。",
        staff_choose="选择一个频道",
        role="客服身份组",
        role_about="拥有该身份组或「管理消息」权限的人可以处理问题。",
        role_choose="选择一个身份组",
        language="语言",
        language_about="我用哪种语言回复消息。",
        languages={"auto": "自动：跟随消息的语言", "en": "English", "zh": "中文"},
        heard="主动回答",
        heard_is={
            True: "**已开启：** 在支持频道里，有把握时我会主动回答。",
            False: "**已关闭：** 只有用 `/错误`（即 `/error`）或 @ 我时，我才会回答。",
        },
        heard_turn={True: "开启", False: "关闭"},
        webhooks="我会阅读 {count} 个 Webhook 的消息，用 `/客服台 旁听`（即 `/desk hear`）增减。",
        unmarked="{places}：给我「管理子区」（Manage Threads）权限后，点「已解决」时我会给帖子加上对应的标签。",
        from_environment="来自机器人的环境变量，在这里选择后以这里为准。",
        use_environment="恢复环境变量中的频道",
        ready="✅ {places}",
        lacks="⚠️ {places}：我缺少权限 {permissions}",
        gone="🗑️ 之前选择的 {count} 个频道已不存在",
        role_gone="🗑️ 之前选择的身份组已不存在",
        comma="、",
        permissions={
            "view_channel": "查看频道（View Channel）",
            "connect": "连接（Connect）",
            "read_message_history": "阅读消息历史记录（Read Message History）",
            "send_messages": "发送消息（Send Messages）",
            "send_messages_in_threads": "在子区内发送消息（Send Messages in Threads）",
            "attach_files": "附加文件（Attach Files）",
        },
        not_allowed="需要「管理服务器」（Manage Server）权限。",
        not_known="Discord 还没有把本服务器的频道告诉我，请过一分钟再试。",
    ),
}
