"""Which of the bot's servers this process answers for, where several processes share one desk.

Discord gives every shard its servers by their ids, so that each process can tell for any server whose it is:
https://docs.discord.com/developers/events/gateway#sharding
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, literal, true


@dataclass(frozen=True, slots=True)
class Share:
    """The shards of this process.

    Attributes:
        count: how many shards there are in all processes together; without `ids` it does not matter.
        ids: those of this process; empty for all.
    """

    count: int = 1
    ids: frozenset[int] = frozenset()

    def __contains__(self, guild_id: int) -> bool:
        return self.whole or (guild_id >> 22) % self.count in self.ids

    @property
    def whole(self) -> bool:
        """Whether there are no servers in other processes."""
        return not self.ids or len(self.ids) == self.count

    @property
    def first(self) -> bool:
        """Whether it has the first shard: that process gets direct messages, and does what is to be done once."""
        return self.whole or 0 in self.ids

    def has(self, guild_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
        """Return the condition that the server in a column is one of these."""
        if self.whole:
            return true()
        return (guild_id.bitwise_rshift(literal(22, Integer)) % self.count).in_(sorted(self.ids))


WHOLE = Share()
"""All servers, for the only process."""
