"""HTML of «why»: how a reply came about, why each passage was found, and why another one wasn't.

As in `ui.render`, every text that isn't ours is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Final

from api.client import TestedReply
from core.explanations import Absence, Barrier, Standing, WhyNot, Withheld
from core.types import Audience, Contribution, Decision, Document, Hit, Language, Understood, Why
from ui.render import element, place
from ui.render_knowledge import LONG_TEXT, unfolding
from ui.texts import TEXTS, say

INNER_STEPS: Final = frozenset({"understand", "encode", "questions", "passages", "model_first_text"})
"""Steps within other steps, which are shown as parts of them."""

LEAST_POINTS: Final = 0.005
"""A contribution below this would read as 0.00."""


# A reply


def reasons(tested: TestedReply, language: Language) -> str:
    """Return why the reply is what it is: the rule, the probability, what was understood, what was kept back."""
    return (
        (_decision(tested.decision, language) if tested.decision else "")
        + (_understood(tested.understood, language) if tested.understood else "")
        + _steps(tested.ms, language)
        + _withheld(tested.withheld, language)
    )


def _decision(decision: Decision, language: Language) -> str:
    rule = element("p", escape(say(f"rule.{decision.rule}", language)))
    return element(
        "section",
        element("h3", escape(say("why.decided", language))) + rule + _gauge(decision, language),
        classes="zd-block zd-decided",
    )


def _gauge(decision: Decision, language: Language) -> str:
    """A bar for the probability, with a line where answering begins."""
    if decision.probability is None or decision.threshold is None:
        return ""
    share, limit = (round(100 * min(1.0, max(0.0, value))) for value in (decision.probability, decision.threshold))
    label = f"{say('why.probability', language)}: {share}%"
    bar = element(
        "div",
        f'<i style="width:{share}%"></i><b style="left:{limit}%"></b>',
        classes=f"zd-gauge {'zd-enough' if decision.probability >= decision.threshold else 'zd-short'}",
        role="meter",
        aria_valuenow=share,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_label=label,
    )
    limits = element("span", escape(say("why.threshold", language, threshold=f"{limit}%")), classes="zd-small")
    return element("div", element("span", escape(label)) + limits, classes="zd-row") + bar


def _understood(understood: Understood, language: Language) -> str:
    lines: list[str] = []
    if understood.searched != understood.asked:
        lines.append(say("why.searched", language, text=understood.searched))
    if understood.from_history:
        lines.append(say("why.history", language))
    for each in understood.corrections:
        kind = say(f"correction.{each.kind}", language)
        lines.append(say("why.corrected", language, written=each.written, read_as=each.read_as, kind=kind))
    lines += [say("why.also", language, of=also.of, text=also.text) for also in understood.expansions]
    if understood.whole:
        lines.append(say("why.dictionary", language, words=", ".join(understood.whole)))
    if not lines:
        return ""
    listed = "".join(element("li", escape(line)) for line in lines)
    return element(
        "section",
        element("h3", escape(say("why.understood", language))) + element("ul", listed, classes="zd-plain"),
        classes="zd-block",
    )


def _steps(ms: Mapping[str, float], language: Language) -> str:
    """One bar for all steps, as wide as each took."""
    inner = [step for step in ms if step in INNER_STEPS]
    outer = [step for step in ms if step not in INNER_STEPS and step != "total"]
    if not outer:
        return ""
    total = sum(ms[step] for step in outer) or 1.0
    parts = "".join(f'<i style="width:{100 * ms[step] / total:.1f}%"></i>' for step in outer)
    named = " · ".join(f"{_name('step', step, language)} {ms[step]:.1f} ms" for step in outer)
    within = " · ".join(f"{_name('step', step, language)} {ms[step]:.1f} ms" for step in inner)
    text = f"{say('ask.steps', language)}: {named}" + (f" ({within})" if within else "")
    return element("div", parts, classes="zd-steps", aria_hidden="true") + element(
        "p", escape(text), classes="zd-small"
    )


def _withheld(withheld: Sequence[Withheld], language: Language) -> str:
    if not withheld:
        return ""
    lines = "".join(
        element(
            "li",
            element("b", escape(each.standing.passage.document))
            + " "
            + barrier_pills(each.standing, language)
            + element("span", escape(say("why.withheld.rank", language, rank=each.rank)), classes="zd-small")
            + element("div", escape(_short(each.standing.passage.text)), classes="zd-small"),
        )
        for each in withheld
    )
    return element(
        "section",
        element("h3", escape(say("why.withheld", language)))
        + element("p", escape(say("why.withheld.intro", language)), classes="zd-small")
        + element("ul", lines, classes="zd-plain"),
        classes="zd-block zd-withheld",
    )


def barrier_pills(standing: Standing, language: Language) -> str:
    """Return why a passage may not be shown, each reason as a small label."""
    days: Mapping[Barrier, date | None] = {
        Barrier.NOT_YET_VALID: standing.valid_from,
        Barrier.EXPIRED: standing.valid_until,
    }
    return "".join(
        element(
            "span",
            escape(say(f"barrier.{barrier}", language, day=days.get(barrier) or "")),
            classes="zd-pill zd-barred",
        )
        for barrier in standing.barriers
    )


# A hit


def explained_hit(hit: Hit, position: int, language: Language, *, most: float) -> str:
    """Return a passage with the matched words highlighted and the reasons for its rank.

    `most` is the largest contribution of all hits, which the bars are drawn against.
    """
    head = element("h3", escape(f"{position}. {hit.passage.document}"))
    where = element(
        "div", escape(" · ".join(place(hit.passage.page, hit.passage.heading, language))), classes="zd-small"
    )
    text = highlighted(hit.passage.text, hit.why.highlights)
    return element("section", head + where + text + _why(hit, language, most=most), classes="zd-block")


def largest(hits: Sequence[Hit]) -> float:
    """Return the largest contribution of all hits, at least a little above 0."""
    return max((abs(each.points) for hit in hits for each in hit.why.contributions), default=0.0) or 1.0


def highlighted(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text with spans highlighted; a long one is folded, and shows its first highlight when closed."""
    if len(text) <= LONG_TEXT:
        return element("div", _with_marks(text, spans, 0, len(text)), classes="zd-pre")
    start = max(0, min(spans[0][0] - LONG_TEXT // 4, len(text) - LONG_TEXT)) if spans else 0
    end = min(len(text), start + LONG_TEXT)
    closed = ("…" if start else "") + _with_marks(text, spans, start, end) + ("…" if end < len(text) else "")
    return element(
        "details",
        element("summary", closed, classes="zd-pre")
        + element("div", _with_marks(text, spans, 0, len(text)), classes="zd-pre"),
        classes="zd-unfold",
    )


def _with_marks(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> str:
    pieces: list[str] = []
    at = start
    for first, last in spans:
        first, last = max(first, at), min(last, end)
        if first < last:
            pieces += [escape(text[at:first]), element("mark", escape(text[first:last]))]
            at = last
    return "".join([*pieces, escape(text[at:end])])


def _why(hit: Hit, language: Language, *, most: float) -> str:
    why = hit.why
    matched = "".join(element("mark", escape(word)) + " " for word in why.matched) or escape(say("why.none", language))
    words = element("span", escape(say("why.matched", language)) + ": " + matched)
    said = "".join(element("span", escape(line)) for line in _in_words(why, language))
    return element("div", words + said, classes="zd-why") + _contributions(hit, language, most=most)


def _in_words(why: Why, language: Language) -> list[str]:
    lines = [say(f"close.{why.closeness}", language)] if why.closeness else []
    lines.append(
        say("why.by_meaning", language, rank=why.dense_rank) if why.dense_rank else say("why.dense.none", language)
    )
    lines.append(
        say("why.by_words", language, rank=why.lexical_rank) if why.lexical_rank else say("why.lexical.none", language)
    )
    return lines


def _contributions(hit: Hit, language: Language, *, most: float) -> str:
    """Bars to the right for what pushed the passage up, to the left for what held it down."""
    why = hit.why
    told = [each for each in why.contributions if abs(each.points) >= LEAST_POINTS]
    rows = "".join(_bar(each, language, most=most) for each in told)
    numbers = say(
        "why.numbers",
        language,
        cosine="–" if why.dense_score is None else f"{why.dense_score:.2f}",
        bm25="–" if why.lexical_score is None else f"{why.lexical_score:.1f}",
        score=f"{hit.score:.2f}",
    )
    title = element("summary", escape(say("why.pushed", language)))
    return element(
        "details",
        title + element("div", rows, classes="zd-parts") + element("div", escape(numbers), classes="zd-small"),
        classes="zd-pushed",
        open=True,
    )


def _bar(each: Contribution, language: Language, *, most: float) -> str:
    width = min(50.0, 50 * abs(each.points) / most)
    side = f"left:50%;width:{width:.1f}%" if each.points >= 0 else f"right:50%;width:{width:.1f}%"
    points = say("why.points", language, points=f"{each.points:+.2f}")
    return (
        element("span", escape(_name("part", each.part, language)))
        + element("div", f'<i style="{side}"></i>', classes=f"zd-part {'zd-up' if each.points >= 0 else 'zd-down'}")
        + element("span", escape(points), classes="zd-num")
    )


# A passage that isn't there


def why_not_form(
    documents: Sequence[Document], language: Language, *, text: str, audience: Audience, as_of: date | None
) -> str:
    """Return the form that asks why a document isn't shown for the question that was just tried."""
    if not documents:
        return ""
    options = "".join(
        element("option", escape(document.name), value=document.document_id)
        for document in sorted(documents, key=lambda document: document.name)
    )
    label = escape(say("whynot.document", language))
    choice = f'<select name="document" aria-label="{label}">{element("option", "–", value="")}{options}</select>'
    send = element("button", escape(say("whynot.run", language)), classes="zd-button", type="submit")
    asked = {"data_text": text, "data_audience": audience, "data_day": as_of.isoformat() if as_of else ""}
    return element(
        "form",
        element("h3", escape(say("whynot.title", language)))
        + element("p", escape(say("whynot.intro", language)), classes="zd-small")
        + element("div", choice + send, classes="zd-contact"),
        classes="zd-block zd-why-not",
        data_act="whynot",
        **asked,
    )


def why_not(found: WhyNot, language: Language) -> str:
    """Return where the expected document stands."""
    head = element("h3", escape(found.document))
    verdict = say(f"absence.{found.absence}", language, rank=found.rank or "–", shown=found.shown)
    pills = barrier_pills(found.standing, language) if found.standing else ""
    facts = element("ul", "".join(element("li", escape(line)) for line in _facts(found, language)), classes="zd-plain")
    passage = ""
    if found.passage is not None:
        nearest = escape(say("whynot.nearest", language))
        where = place(found.passage.page, found.passage.heading, language)
        passage = element("p", nearest + escape(": " + " · ".join(where) if where else ""), classes="zd-small")
        passage += unfolding(found.passage.text)
    advice = (
        element("p", escape(say("whynot.advice", language)), classes="zd-small")
        if found.absence in {Absence.RANKED_LOWER, Absence.NOT_FOUND}
        else ""
    )
    return element(
        "section",
        head + element("p", escape(verdict)) + pills + facts + passage + advice,
        classes="zd-block zd-absence",
    )


def _facts(found: WhyNot, language: Language) -> list[str]:
    if found.passage is None:
        return []
    why = Why(
        found.matched, found.dense_rank, found.dense_score, found.lexical_rank, found.lexical_score, found.closeness
    )
    lines = _in_words(why, language)
    shared = say("whynot.shared", language, words=", ".join(found.matched))
    lines.append(shared if found.matched else say("whynot.unshared", language))
    if found.absence is Absence.RANKED_LOWER and found.score is not None and found.last_score is not None:
        gap = found.last_score - found.score
        lines.append(
            say("whynot.gap", language, score=f"{found.score:.2f}", last=f"{found.last_score:.2f}", gap=f"{gap:.2f}")
        )
    return lines


def _name(kind: str, value: str, language: Language) -> str:
    """What a step or part is called; one that the table doesn't know goes by its own name."""
    key = f"{kind}.{value}"
    return say(key, language) if key in TEXTS else value.replace("_", " ")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:120] + "…"
