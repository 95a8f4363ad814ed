"""The knowledge manager's side: the board of unanswered questions, and pairs that people's work suggests."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.composition import Services
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, principal_of, refusals, services_of
from api.schemas import learning as shapes
from api.wire import Json
from api.wire_learning import candidate_json, gap_json, gap_with_questions_json
from core.errors import PairConflict
from core.learning import Candidate, CandidateId, CandidateStatus, Gap, GapId, GapStatus
from core.text import comparable
from core.types import Audience, Query

gaps = APIRouter(prefix="/v1/gaps", tags=["unanswered questions"], route_class=StaffRoute)
candidates = APIRouter(prefix="/v1/candidates", tags=["candidate pairs"], route_class=StaffRoute)


@gaps.get("", response_model=shapes.GapPage, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_gaps(
    request: Request, status: GapStatus | None = None, offset: schemas.Offset = 0, limit: schemas.Limit = 100
) -> Json:
    """The board: what customers asked in vain, grouped by meaning; what most customers met comes first."""
    services = services_of(request)
    store, facts = services.learning.gaps, services.analytics.facts()
    found = store.gaps(status=status, offset=offset, limit=limit)
    items = [gap_json(gap, services.analytics.cost(gap, facts)) for gap in found]
    return {"counts": {key.value: count for key, count in store.counts().items()}, "items": items}


@gaps.get(
    "/{gap_id}", response_model=shapes.GapWithQuestions, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_READ
)
def show_gap(request: Request, gap_id: schemas.Number) -> Json:
    """One gap, with what customers asked; personal data is removed, and who asked isn't told."""
    services = services_of(request)
    return told(services, services.learning.gaps.gap(GapId(gap_id)))


@gaps.put(
    "/{gap_id}",
    response_model=shapes.GapWithQuestions,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def change_gap(request: Request, gap_id: schemas.Number, body: shapes.GapChange) -> Json:
    """Say who looks after it, until when, or that it isn't ours to answer."""
    services = services_of(request)
    changed = services.learning.gaps.edit(
        GapId(gap_id), owner=body.owner, due_on=body.due_on, note=body.note, dismissed=body.dismissed
    )
    return told(services, changed)


@gaps.post(
    "/{gap_id}/trial",
    response_model=shapes.GapWithQuestions,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def try_gap(request: Request, gap_id: schemas.Number) -> Json:
    """Ask its questions now. It closes if all are answered rightly; after each publication that happens by itself."""
    services = services_of(request)
    loop = services.learning
    return told(services, loop.trials.try_gap(loop.gaps.gap(GapId(gap_id))))


@candidates.get("", response_model=shapes.CandidatePage, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_candidates(
    request: Request, status: CandidateStatus | None = None, offset: schemas.Offset = 0, limit: schemas.Limit = 100
) -> Json:
    """The review queue: questions that people answered; what most customers asked comes first."""
    store = services_of(request).learning.candidates
    found = store.candidates(status=status, offset=offset, limit=limit)
    counts = {key.value: count for key, count in store.counts().items()}
    return {"counts": counts, "items": [candidate_json(each) for each in found]}


@candidates.get(
    "/{candidate_id}",
    response_model=shapes.Candidate,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def show_candidate(request: Request, candidate_id: schemas.Number) -> Json:
    """One candidate, with what it was learnt from."""
    return candidate_json(services_of(request).learning.candidates.candidate(CandidateId(candidate_id)))


@candidates.put(
    "/{candidate_id}",
    response_model=shapes.Candidate,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def change_candidate(request: Request, candidate_id: schemas.Number, body: shapes.CandidateChange) -> Json:
    """Change the words before they are approved."""
    changed = services_of(request).learning.candidates.edit(
        CandidateId(candidate_id), question=body.question, answer=body.answer, similar=body.similar, note=body.note
    )
    return candidate_json(changed)


@candidates.post(
    "/{candidate_id}/decision",
    response_model=shapes.Candidate,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def decide_candidate(request: Request, candidate_id: schemas.Number, body: shapes.CandidateDecision) -> Json:
    """Publish a candidate, or keep it out.

    A published one goes into the knowledge base as any file does; once customers can find it, its question is asked
    again. One that answers otherwise than an approved pair which is asked the same is approved only with `confirm`.
    """
    services = services_of(request)
    store, number = services.learning.candidates, CandidateId(candidate_id)
    by = principal_of(request).name
    if body.decision == "dismiss":
        return candidate_json(store.dismiss(number, by=by))
    if not body.confirm:
        candidate = store.candidate(number)
        refuse_contradiction(services, candidate.question, candidate.answer)
    store.approve(number, by=by, gap_id=_gap_of(services, store.candidate(number)))
    if services.learning.publisher.step():
        services.worker.wake()
    return candidate_json(store.candidate(number))


def _gap_of(services: Services, candidate: Candidate) -> GapId | None:
    """The gap that a candidate answers, if it was learnt from one of its questions."""
    return services.learning.gaps.gap_of([found.message_ids[0] for found in candidate.findings if found.message_ids])


def refuse_contradiction(services: Services, question: str, answer: str) -> None:
    """Refuse to approve what contradicts an approved pair, before somebody has said that both are meant.

    Raises:
        PairConflict: it does; the message names the other one.
    """
    from retrieval.review import SAME

    found = services.retriever.find(Query(text=question, audience=Audience.INTERNAL))
    for hit in found.pairs:
        if hit.probability >= SAME and comparable(hit.pair.answer) != comparable(answer):
            raise PairConflict(
                f"Pair {hit.pair.pair_id} in {hit.pair.document!r}, “{hit.pair.question}”, is asked the same and answers "
                'otherwise. Change the answer, or confirm that both stay (--confirm; "confirm": true in the API).'
            )


def told(services: Services, gap: Gap) -> Json:
    """A gap with its questions, from what each is answered now, and the pairs that were written for it."""
    cost = services.analytics.cost(gap, services.analytics.facts())
    loop = services.learning
    asked = loop.gaps.questions(gap.gap_id)
    return gap_with_questions_json(gap, cost, asked, pairs=loop.candidates.of_gap(gap.gap_id), quotes=services.kb)
