"""The JSON form of «why», beside `api.wire`."""

from __future__ import annotations

from collections.abc import Sequence

from api.wire import Json, hit_json, passage_json, plain, reply_json
from core.explanations import Standing, WhyNot, Withheld
from core.types import Reply


def explained_json(reply: Reply, withheld: Sequence[Withheld]) -> Json:
    """A reply with what was found, what was kept back, and the rule that decided."""
    return {
        **reply_json(reply),
        "hits": [hit_json(hit) for hit in reply.hits],
        "decision": plain(reply.decision),
        "understood": plain(reply.understood),
        "withheld": [withheld_json(each) for each in withheld],
    }


def withheld_json(withheld: Withheld) -> Json:
    """A passage that was kept back."""
    standing = withheld.standing
    return {
        **standing_json(standing),
        "rank": withheld.rank,
        "score": withheld.score,
        "passage": passage_json(standing.passage),
    }


def standing_json(standing: Standing) -> Json:
    """Whether a passage may be shown, without the passage."""
    return {
        "barriers": plain(standing.barriers),
        "valid_from": plain(standing.valid_from),
        "valid_until": plain(standing.valid_until),
    }


def why_not_json(found: WhyNot) -> Json:
    """Where an expected passage stands."""
    facts = {
        name: plain(getattr(found, name)) for name in WhyNot.__dataclass_fields__ if name not in {"passage", "standing"}
    }
    return {
        **facts,
        "passage": passage_json(found.passage) if found.passage else None,
        "standing": standing_json(found.standing) if found.standing else None,
    }
