"""The knowledge manager's side: from a gap to an approved pair, and gaps put together or kept apart."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.composition import Services
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, principal_of, refusals, services_of
from api.routes.learning import refuse_contradiction, told
from api.schemas import gap_filling as shapes
from api.schemas import gold as gold_shapes
from api.schemas import learning as learning_shapes
from api.wire import Json, passage_json, plain
from api.wire_learning import gap_json
from core.errors import Conflict, NotFound
from core.gold import GoldEntry, GoldOrigin, GoldQuestion, GoldSource
from core.learning import CandidateStatus, Gap, GapId, GapQuestion, NearGap, PairWords
from core.types import Audience, Hit, MessageId, Query

router = APIRouter(prefix="/v1/gaps/{gap_id}", tags=["unanswered questions"], route_class=StaffRoute)

PASSAGES: Final = 5
"""Nearest passages shown beside a gap."""

MAX_QUOTE: Final = 200
"""Characters of the cited text that a gold question expects: enough to tell the place."""


@router.get(
    "/material", response_model=shapes.GapMaterial, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_READ
)
def show_material(request: Request, gap_id: schemas.Number) -> Json:
    """What helps to fill a gap: conversations, answers that people gave in them, nearest passages, nearest gaps.

    Personal data is removed from conversations and answers.
    """
    services = services_of(request)
    gap = services.learning.gaps.gap(GapId(gap_id))
    dialogues, given = services.learning.material.read(gap)
    found = services.retriever.find(Query(text=gap.question, audience=Audience.INTERNAL), k=PASSAGES)
    return {
        "dialogues": plain(dialogues),
        "answers": plain(given),
        "passages": [_nearest(hit) for hit in found.hits],
        "near": [_near(services, each) for each in services.learning.ties.near(gap.gap_id)],
    }


@router.post(
    "/answer",
    response_model=learning_shapes.GapWithQuestions,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def answer_gap(request: Request, gap_id: schemas.Number, body: shapes.GapAnswer) -> Json:
    """Write the answer: it becomes an approved pair with the gap's wordings, is published, and the gap is asked again.

    Customers can read it if one of them asked; if only colleagues did, it is for colleagues. An answer that differs
    from that of an approved pair which is asked the same is taken only with `confirm`.
    """
    services = services_of(request)
    loop, number = services.learning, GapId(gap_id)
    gap, asked = loop.gaps.gap(number), loop.gaps.questions(number)
    words = PairWords(body.question or gap.question, body.answer, tuple(body.similar) or _wordings(gap, asked))
    if not body.confirm:
        refuse_contradiction(services, words.question, words.answer)
    public = any(each.audience is Audience.PUBLIC for each in asked)
    audience = Audience.PUBLIC if public else Audience.INTERNAL
    loop.candidates.write_for(number, asked, words, audience=audience, by=principal_of(request).name)
    if loop.publisher.step():
        services.worker.wake()
    return told(services, loop.gaps.gap(number))


@router.post(
    "/confirmation",
    response_model=learning_shapes.GapWithQuestions,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def confirm_answer(request: Request, gap_id: schemas.Number, body: shapes.GapConfirmation) -> Json:
    """Say that the answer that one of its questions gets now is right; from then on that source fills the gap."""
    services = services_of(request)
    loop, number = services.learning, GapId(gap_id)
    loop.gaps.confirm(number, MessageId(body.message_id), by=principal_of(request).name)
    return told(services, loop.trials.try_gap(loop.gaps.gap(number)))


@router.post(
    "/gold",
    status_code=201,
    response_model=gold_shapes.GoldQuestion,
    responses=refusals(401, 403, 404, 409, 413),
    openapi_extra=KNOWLEDGE_WRITE,
)
def keep_as_gold(request: Request, gap_id: schemas.Number, body: shapes.GapGold) -> GoldQuestion:
    """Keep the gap's question in the gold set, with the answer that fills it: every publication asks it from then on."""
    services = services_of(request)
    loop, number = services.learning, GapId(gap_id)
    gap, asked = loop.gaps.gap(number), loop.gaps.questions(number)
    entry = GoldEntry(
        text=gap.question,
        audience=Audience.PUBLIC if any(each.audience is Audience.PUBLIC for each in asked) else Audience.INTERNAL,
        sources=_expected(services, number, asked),
        facts=tuple(body.facts),
        note=body.note,
    )
    from_message = next((each.message_id for each in asked), None)
    return services.gold.add(entry, origin=GoldOrigin.CONVERSATION, message_id=from_message)


@router.post(
    "/merge",
    response_model=learning_shapes.GapWithQuestions,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def merge_gap(request: Request, gap_id: schemas.Number, body: shapes.OtherGap) -> Json:
    """Put another gap's questions into this one. What new customers ask of either joins it."""
    services = services_of(request)
    return told(services, services.learning.ties.merge(GapId(gap_id), GapId(body.other)))


@router.post(
    "/split",
    response_model=learning_shapes.GapWithQuestions,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def split_gap(request: Request, gap_id: schemas.Number, body: shapes.GapSplit) -> Json:
    """Make a gap of its own of some questions; gives that new gap. The two aren't suggested to be the same again."""
    services = services_of(request)
    messages = [MessageId(each) for each in body.message_ids]
    made = services.learning.ties.split(GapId(gap_id), messages, by=principal_of(request).name)
    return told(services, made)


@router.post(
    "/apart",
    response_model=learning_shapes.GapWithQuestions,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def keep_apart(request: Request, gap_id: schemas.Number, body: shapes.OtherGap) -> Json:
    """Say that another gap isn't the same need; it isn't suggested again."""
    services = services_of(request)
    services.learning.ties.keep_apart(GapId(gap_id), GapId(body.other), by=principal_of(request).name)
    return told(services, services.learning.gaps.gap(GapId(gap_id)))


def _wordings(gap: Gap, asked: list[GapQuestion]) -> tuple[str, ...]:
    """The gap's other wordings, as far as a pair may have them; the newest first."""
    from analytics.learning.candidates import MAX_SIMILAR

    different = dict.fromkeys(each.text for each in asked if each.text != gap.question)
    return tuple(different)[:MAX_SIMILAR]


def _expected(services: Services, gap_id: GapId, asked: list[GapQuestion]) -> tuple[GoldSource, ...]:
    """Where the right answer stands: in the gap's pair, else where its questions are answered rightly now.

    Raises:
        Conflict: it has no right answer yet.
    """
    from analytics.learning.publishing import DOCUMENTS

    pairs = services.learning.candidates.of_gap(gap_id)
    live = [each for each in pairs if each.status in {CandidateStatus.APPROVED, CandidateStatus.PUBLISHED}]
    if live:
        return (GoldSource(DOCUMENTS[live[0].audience], live[0].question),)
    places = [each.told_from for each in asked if each.filling is not None and each.filling.fills]
    found: dict[str, GoldSource] = {}
    for place in places:
        if place is None:
            continue
        try:
            quote = services.kb.quote(place.document_id, place.version, place.start, place.end)
        except NotFound:
            continue  # gone since it was asked
        found.setdefault(quote, GoldSource(place.document, quote[:MAX_QUOTE]))
    if not found:
        raise Conflict("The gap has no right answer yet. Write one, or confirm the answer that it gets now.")
    return tuple(found.values())


def _nearest(hit: Hit) -> Json:
    told = passage_json(hit.passage)
    return {**{name: told[name] for name in shapes.NEAREST if name != "score"}, "score": round(hit.score, 4)}


def _near(services: Services, near: NearGap) -> Json:
    cost = services.analytics.cost(near.gap, services.analytics.facts())
    return {**gap_json(near.gap, cost), "closeness": round(near.closeness, 3), "suggested": near.suggested}
