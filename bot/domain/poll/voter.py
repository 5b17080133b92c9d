"""Who may vote in a poll, and what is said to who may not."""

from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.actor import Actor
from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Poll


class AccountYoungError(PaddockError):
    """The account is too new. Params: days (how old it has to be), at (when it will be, in seconds since 1970)."""

    message_id = "poll.error.account_young"


class RoleMissingError(PaddockError):
    """Only members with certain roles vote here. Params: roles (their mentions)."""

    message_id = "poll.error.role_missing"


class JoinedLateError(PaddockError):
    """Only those who were members when the poll opened vote here."""

    message_id = "poll.error.joined_late"


@lru_cache(maxsize=64)
def _age(days: int) -> timedelta:
    return timedelta(days=days)


def check_voter(poll: Poll, voter: Actor, at: datetime) -> None:
    """Refuse a member who may not vote.

    Args:
        poll: where.
        voter: who, with the roles of just now.
        at: when the vote was cast.

    Raises:
        AccountYoungError, RoleMissingError, JoinedLateError.
    """
    rules = poll.rules
    days = rules.account_days_min
    if days and at - voter.created_at <= _age(days):
        raise AccountYoungError(days=days, at=round((voter.created_at + _age(days)).timestamp()))
    if rules.role_ids and not rules.role_ids & voter.role_ids:
        raise RoleMissingError(roles=", ".join(f"<@&{role_id}>" for role_id in sorted(rules.role_ids)))
    # Discord does not always say when somebody joined; whoever it does not say it of is not shut out for that.
    if rules.joined_before_open and voter.joined_at is not None and voter.joined_at >= poll.opens_at:
        raise JoinedLateError
