"""The page of nouns. Who knows these types knows Zhida.

A **Document** (a file or record somebody uploaded) has **DocumentVersion**s. A ready version is
one canonical text, cut into **Passage**s, the unit that is retrieved. A **QAPair** is an approved
answer to a question. A **Query** is answered by ranked **Hit**s. A **Turn** (what the customer
wrote) ends in an **Outcome**: an **Answer** with **Citation**s, a **Clarification**, or a
**Handover** to a person, which opens a **Ticket**.

Each noun is described in the module that it is imported from. This page is what other folders import from; modules of
`core/` import from the modules below, which may not import this page back.

Every character position is a code-point offset into the text of one document version, start inclusive and end
exclusive, so `version.text[start:end]` is what is meant.
"""

from __future__ import annotations

from core.answers import Answer, Check, Citation, Segment, Tier
from core.check_report import CheckReport, Finding
from core.documents import Audience, Document, DocumentKind, DocumentVersion, Passage, VersionStatus, indexed_text
from core.encoder_identity import EncoderIdentity
from core.handover_codes import HandoverCode
from core.hits import Closeness, Contribution, Hit, QAHit, Why
from core.ids import ConversationId, DocumentId, MessageId, PassageId, QAPairId, TicketId
from core.language import Language
from core.messages import Message, Role, Turn
from core.outcomes import Clarification, Handover, Outcome, Silence
from core.qa import QAPair, QAStatus, Question, QuestionKind
from core.queries import Correction, CorrectionKind, Expansion, Query, Understood
from core.replies import Decision, ModelFailure, Reply, Rule
from core.tickets import Ticket, TicketStatus

__all__ = [
    "Answer",
    "Audience",
    "Check",
    "CheckReport",
    "Citation",
    "Clarification",
    "Closeness",
    "Contribution",
    "ConversationId",
    "Correction",
    "CorrectionKind",
    "Decision",
    "Document",
    "DocumentId",
    "DocumentKind",
    "DocumentVersion",
    "EncoderIdentity",
    "Expansion",
    "Finding",
    "Handover",
    "HandoverCode",
    "Hit",
    "Language",
    "Message",
    "MessageId",
    "ModelFailure",
    "Outcome",
    "Passage",
    "PassageId",
    "QAHit",
    "QAPair",
    "QAPairId",
    "QAStatus",
    "Query",
    "Question",
    "QuestionKind",
    "Reply",
    "Role",
    "Rule",
    "Segment",
    "Silence",
    "Ticket",
    "TicketId",
    "TicketStatus",
    "Tier",
    "Turn",
    "Understood",
    "VersionStatus",
    "Why",
    "indexed_text",
]
