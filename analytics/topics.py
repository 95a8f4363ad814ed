"""Whether a customer came back with the same problem, wherever and in whatever words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

from analytics.facts import EpisodeFacts

Same = Callable[[EpisodeFacts, EpisodeFacts], bool]
"""Whether two episodes of one customer are about the same."""


def any_contact(_one: EpisodeFacts, _other: EpisodeFacts) -> bool:
    """Every further contact counts as the same topic: figures computed with it can only be too low."""
    return True


def with_repeats(episodes: Iterable[EpisodeFacts], same: Same = any_contact) -> list[EpisodeFacts]:
    """The episodes, each with the moment at which its customer next came with its topic.

    A later episode of the same topic begins after the former one did; only those of one customer are compared.
    """
    by_customer: dict[str, list[EpisodeFacts]] = defaultdict(list)
    for each in episodes:
        by_customer[each.customer].append(each)
    found: list[EpisodeFacts] = []
    for own in by_customer.values():
        own.sort(key=lambda each: (each.started_at, each.episode_id))
        for at, each in enumerate(own):
            again = next((later.started_at for later in own[at + 1 :] if same(each, later)), None)
            found.append(replace(each, again_at=again))
    return found


def of_customers_who_returned(episodes: Iterable[EpisodeFacts]) -> set[str]:
    """Episodes whose customer had another one: only of these does the wording matter."""
    own = sorted(episodes, key=lambda each: each.customer)
    pairs = [(one, other) for one, other in pairwise(own) if one.customer == other.customer]
    return {each.episode_id for pair in pairs for each in pair}
