"""Files with messages over HTTP: what is taken, who may open what, and what the assistant says to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app, limits_of
from api.composition import Replacements, Services, open_services
from api.limits import Limits, Rate
from api.links import CUSTOMER, FileLinks
from core.accounts import Role
from core.attachments import AttachmentId
from core.settings import Secret, Settings, read_settings
from core.types import TicketId
from models.fake_encoder import FakeEncoder
from tests.api.people import FAST, bearer, signed_in
from tests.api.shop import KEY, fill
from tests.desk.attachments.samples import PDF, SVG, png

ADMIN = {"Authorization": f"Bearer {KEY.reveal()}"}


class Visit:
    """A customer in a conversation of their own."""

    def __init__(self, http: TestClient, language: str = "zh") -> None:
        opened = http.post("/v1/conversations", json={"language": language}).json()
        self.http = http
        self.conversation_id = opened["conversation_id"]
        self.headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
        self.own = f"/v1/conversations/{self.conversation_id}"

    def upload(self, content: bytes, name: str = "x") -> Any:
        return self.http.post(f"{self.own}/attachments", files={"file": (name, content)}, headers=self.headers)

    def say(self, text: str, *files: str) -> Any:
        body = {"text": text, "attachments": list(files)}
        return self.http.post(f"{self.own}/messages", json=body, headers=self.headers).json()

    def get(self, what: str) -> Any:
        return self.http.get(f"{self.own}{what}", headers=self.headers).json()

    def link(self, attachment_id: str) -> Any:
        return self.http.post(f"{self.own}/attachments/{attachment_id}/link", headers=self.headers)


class Colleague:
    """Somebody at the desk."""

    def __init__(
        self, http: TestClient, services: Services, role: Role, name: str, teams: tuple[str, ...] = ()
    ) -> None:
        session = signed_in(services.accounts, role, name)
        self.account = session.account
        self.http, self.headers = http, bearer(session)
        http.put("/v1/desk/me/presence", json={"presence": "online"}, headers=self.headers)
        for team in teams:
            services.desk.staff.save_team(team, members=[session.account.account_id])

    def act(self, visit: Visit, what: str, **request: Any) -> Any:
        return self.http.post(f"/v1/desk/conversations/{visit.conversation_id}{what}", headers=self.headers, **request)

    def shown(self, visit: Visit) -> Any:
        return self.http.get(f"/v1/desk/conversations/{visit.conversation_id}", headers=self.headers)

    def upload(self, visit: Visit, content: bytes, name: str, *, internal: str = "no") -> Any:
        return self.act(visit, "/attachments", files={"file": (name, content)}, data={"internal": internal})


@pytest.fixture
def visit(http: TestClient) -> Visit:
    return Visit(http)


@pytest.fixture(scope="module")
def anna(http: TestClient, services: Services) -> Colleague:
    return Colleague(http, services, Role.AGENT, "anna")


@pytest.fixture
def taken(visit: Visit, anna: Colleague) -> Visit:
    """A conversation that Anna has, with a photo of the customer's."""
    visit.say("转人工", visit.upload(png(), "漏水.png").json()["attachment_id"])
    assert anna.act(visit, "/claim").status_code == 200
    return visit


class TestAnUpload:
    def test_is_described_as_its_content_is(self, visit: Visit) -> None:
        """Whatever its name and its header say."""
        made = visit.http.post(
            f"{visit.own}/attachments", files={"file": ("../漏水.exe", png(), "text/html")}, headers=visit.headers
        )

        assert made.status_code == 201
        card = made.json()
        assert card.pop("attachment_id")
        size = len(png())
        assert card == {
            "message_id": None, "name": "漏水.exe.png", "media_type": "image/png", "size": size, "inline": True,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (SVG, 415, "unsupported_format"),
            (b"MZ\x00\x00", 415, "unsupported_format"),
            (png(60_000, 60_000), 422, "file_refused"),
            (b"", 422, "invalid_input"),
            (b"a" * (10 * 1024 * 1024 + 1), 413, "too_large"),
            (b"a" * (11 * 1024 * 1024), 413, "too_large"),
        ],
        ids=["svg", "a program", "a bomb", "empty", "too large", "too large to be read"],
    )
    def test_is_refused_with_a_reason(self, visit: Visit, content: bytes, status: int, code: str) -> None:
        """And nothing waits to be sent."""
        refused = visit.upload(content)

        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert visit.get("/attachments")["waiting"] == []

    def test_says_what_the_form_lacks(self, visit: Visit) -> None:
        """No file, or fields that mean nothing here."""
        for request in ({"files": {"other": ("x", b"x")}}, {"data": {"file": "text"}}):
            refused = visit.http.post(f"{visit.own}/attachments", headers=visit.headers, **request)  # type: ignore[arg-type]
            assert refused.status_code == 422, request

    def test_is_slowed_down(self, services: Services) -> None:
        """So many an hour, for a conversation and for an address."""
        with TestClient(create_app(services, Limits(uploads_per_sender=Rate(2, 3600)))) as http:
            visit = Visit(http)
            statuses = [visit.upload(b"%d" % number).status_code for number in range(3)]

        assert statuses == [201, 201, 429]

    def test_waits_and_can_be_taken_back(self, visit: Visit) -> None:
        """The list says what waits, what was sent, and how much may be."""
        first, second = (visit.upload(content).json()["attachment_id"] for content in (png(), PDF))
        visit.http.delete(f"{visit.own}/attachments/{first}", headers=visit.headers)
        before = visit.get("/attachments")
        visit.say("说明书", second)
        after = visit.get("/attachments")

        assert [each["attachment_id"] for each in before["waiting"]] == [second]
        assert [each["attachment_id"] for each in after["files"]] == [second]
        assert after["waiting"] == []
        assert after["limits"] == {"file_bytes": 10485760, "per_message": 5, "conversation_bytes": 52428800}


class TestTheAssistant:
    def test_answers_the_words_and_says_that_it_can_t_see_the_file(self, visit: Visit) -> None:
        """With a person a button away."""
        reply = visit.say("运费多少？", visit.upload(png()).json()["attachment_id"])

        assert reply["outcome"] == "answer"
        assert "看不了" in reply["offer"]["text"]

    def test_asks_what_a_file_without_words_is_about(self, visit: Visit) -> None:
        """The next one goes to a person, who finds both in the package."""
        first = visit.say("", visit.upload(png(), "一.png").json()["attachment_id"])
        second = visit.say("", visit.upload(PDF, "二.pdf").json()["attachment_id"])

        assert (first["outcome"], first["offer"]["code"]) == ("clarification", "unsupported_request")
        assert "请用文字" in first["text"]
        assert (second["outcome"], second["code"]) == ("handover", "unsupported_request")
        shown = visit.http.get(f"/v1/desk/conversations/{visit.conversation_id}", headers=ADMIN).json()
        assert [each["name"] for each in shown["package"]["files"]] == ["一.png", "二.pdf"]
        assert "只发来了文件" in shown["package"]["wanted"]["text"]

    def test_says_it_in_both_languages_where_it_knows_none(self, http: TestClient) -> None:
        """Nothing was written, and nothing was chosen."""
        visit = Visit(http)
        visit.http.post("/v1/conversations")
        opened = http.post("/v1/conversations").json()
        visit.own = f"/v1/conversations/{opened['conversation_id']}"
        visit.headers["Authorization"] = f"Bearer {opened['token']}"

        reply = visit.say("", visit.upload(png()).json()["attachment_id"])

        assert "文件已收到" in reply["text"]
        assert "Your file has arrived" in reply["text"]

    def test_is_silent_while_a_person_has_the_turn(self, taken: Visit, anna: Colleague) -> None:
        """The file goes along, and the colleague sees it."""
        reply = taken.say("", taken.upload(PDF, "发票.pdf").json()["attachment_id"])

        assert reply["outcome"] == "silent"
        last = anna.shown(taken).json()["messages"][-1]
        assert [(each["name"], each["inline"]) for each in last["files"]] == [("发票.pdf", False)]

    def test_gets_neither_words_nor_files_and_says_so(self, visit: Visit) -> None:
        """422, as before there were files."""
        refused = visit.http.post(f"{visit.own}/messages", json={"text": " "}, headers=visit.headers)

        assert refused.status_code == 422


class TestAColleague:
    def test_answers_with_a_file_that_the_customer_opens(self, taken: Visit, anna: Colleague) -> None:
        """The update names it, the link gives the bytes."""
        manual = anna.upload(taken, PDF, "说明书.pdf").json()["attachment_id"]
        anna.act(taken, "/messages", json={"text": "请看第 1 页", "attachments": [manual]})

        update = taken.get("/updates")[-1]
        link = taken.link(update["files"][0]["attachment_id"]).json()
        content = taken.http.get(link["url"])

        assert (update["text"], update["files"][0]["name"]) == ("请看第 1 页", "说明书.pdf")
        assert content.content == PDF
        assert content.headers["content-type"] == "application/pdf"
        assert content.headers["content-disposition"].startswith("attachment; filename*=utf-8''")

    def test_keeps_a_note_s_files_to_the_desk(self, taken: Visit, anna: Colleague) -> None:
        """The customer finds them in no list, and can't tell one from none."""
        price = anna.upload(taken, "进价 12 元".encode(), "进价.txt", internal="yes").json()["attachment_id"]
        waiting = taken.link(price)
        anna.act(taken, "/notes", json={"text": "看进价", "attachments": [price]})
        sent, missing = taken.link(price), taken.link("0" * 32)

        assert waiting.status_code == sent.status_code == missing.status_code == 404
        assert sent.text.replace(price, "0" * 32) == missing.text
        assert price not in str([taken.get(what) for what in ("/attachments", "/updates", "/messages", "/state")])
        assert anna.act(taken, f"/attachments/{price}/link").status_code == 200
        refused = anna.act(taken, "/messages", json={"attachments": [price]})
        assert refused.status_code == 404

    def test_erases_a_file_for_good(self, taken: Visit, anna: Colleague, services: Services) -> None:
        """The link that was good before opens nothing any more."""
        attachment_id = taken.get("/attachments")["files"][0]["attachment_id"]
        link = taken.link(attachment_id).json()["url"]
        erased = taken.http.delete(
            f"/v1/desk/conversations/{taken.conversation_id}/attachments/{attachment_id}", headers=anna.headers
        )

        assert erased.status_code == 204
        assert taken.http.get(link).status_code == 404
        assert taken.get("/attachments")["files"] == []
        assert anna.shown(taken).json()["messages"][0]["files"] == []

    def test_opens_files_only_where_nothing_is_masked(self, visit: Visit, anna: Colleague, services: Services) -> None:
        """As with words: names are masked until the conversation is yours, and content can't be."""
        visit.say("转人工", visit.upload(png(), "13812345678.png").json()["attachment_id"])
        listed = visit.http.get(
            f"/v1/desk/conversations/{visit.conversation_id}/attachments", headers=anna.headers
        ).json()
        attachment_id = listed["files"][0]["attachment_id"]

        refused = anna.act(visit, f"/attachments/{attachment_id}/link")

        assert "13812345678" not in str(listed)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        anna.act(visit, "/claim")
        assert anna.act(visit, f"/attachments/{attachment_id}/link").status_code == 200

    def test_of_another_team_finds_nothing(
        self, visit: Visit, anna: Colleague, http: TestClient, services: Services
    ) -> None:
        """Neither list nor link nor upload; and a link made before is worth nothing after a transfer."""
        bo = Colleague(http, services, Role.AGENT, "bo", teams=("维修",))
        visit.say("转人工", visit.upload(png()).json()["attachment_id"])
        anna.act(visit, "/claim")
        attachment_id = visit.get("/attachments")["files"][0]["attachment_id"]
        link = anna.act(visit, f"/attachments/{attachment_id}/link").json()["url"]
        team = next(each.team_id for each in services.desk.staff.teams() if each.name == "维修")
        anna.act(visit, "/transfer", json={"account_id": bo.account.account_id})
        bo.act(visit, "/transfer", json={"team_id": team})

        own = f"/v1/desk/conversations/{visit.conversation_id}/attachments"
        assert http.get(own, headers=anna.headers).status_code == 404
        assert anna.act(visit, f"/attachments/{attachment_id}/link").status_code == 404
        assert anna.upload(visit, PDF, "x.pdf").status_code == 404
        assert http.get(link).status_code == 404
        assert http.get(own, headers=bo.headers).status_code == 200

    def test_finds_a_ticket_s_files(self, taken: Visit, anna: Colleague) -> None:
        """All of them, by the ticket's number."""
        ticket = TicketId(anna.shown(taken).json()["tickets"][0]["ticket_id"])

        listed = taken.http.get(f"/v1/desk/tickets/{ticket}/attachments", headers=anna.headers).json()

        assert [each["name"] for each in listed] == ["漏水.png"]


class TestALink:
    def test_shows_pictures_and_saves_everything_else(self, visit: Visit) -> None:
        """In a frame in which nothing runs, as the type that was found, for nobody else's cache."""
        heads = {}
        for content in (png(), PDF, "备注".encode("gbk")):
            link = visit.link(visit.upload(content).json()["attachment_id"]).json()["url"]
            got = visit.http.get(link)
            assert got.content == content
            heads[got.headers["content-type"]] = got.headers

        assert {kind: each["content-disposition"].partition(";")[0] for kind, each in heads.items()} == {
            "image/png": "inline",
            "application/pdf": "attachment",
            "text/plain; charset=gb18030": "attachment",
        }
        for each in heads.values():
            assert each["x-content-type-options"] == "nosniff"
            assert each["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
            assert each["cache-control"] == "private, no-store"

    def test_expires(self, services: Services, visit: Visit) -> None:
        """And says what to do."""
        attachment_id = AttachmentId(visit.upload(png()).json()["attachment_id"])
        old = FileLinks(KEY, seconds=-1).make(attachment_id, CUSTOMER)[0]

        refused = visit.http.get(f"/v1/files/{old}")

        assert refused.status_code == 403
        assert "expired" in refused.json()["detail"]

    @pytest.mark.parametrize("change", ["id", "reader", "expiry", "signature", "key", "form"])
    def test_can_t_be_made_up(self, visit: Visit, change: str) -> None:
        """Whatever part of it is changed."""
        attachment_id = visit.upload(png()).json()["attachment_id"]
        good = visit.link(attachment_id).json()["url"].rpartition("/")[2]
        parts = good.split(".")
        forged = {
            "id": ["0" * 32, *parts[1:]],
            "reader": [parts[0], "k", *parts[2:]],
            "expiry": [*parts[:2], str(int(parts[2]) + 9_999), parts[3]],
            "signature": [*parts[:3], "0" * 64],
            "key": FileLinks(Secret("x" * 43), seconds=99).make(AttachmentId(attachment_id), CUSTOMER)[0].split("."),
            "form": ["..%2f..%2fadmin", "key"],
        }[change]

        assert visit.http.get(f"/v1/files/{good}").status_code == 200
        assert visit.http.get(f"/v1/files/{'.'.join(forged)}").status_code == 404

    def test_ends_with_its_account(self, taken: Visit, http: TestClient, services: Services) -> None:
        """Who was disabled a second ago opens nothing with the link of a minute ago."""
        from api.accounts.audit import OPERATOR

        lead = Colleague(http, services, Role.LEAD, "lead")
        attachment_id = taken.get("/attachments")["files"][0]["attachment_id"]
        link = lead.act(taken, f"/attachments/{attachment_id}/link").json()["url"]
        before = http.get(link).status_code
        services.accounts.change(lead.account.account_id, by=OPERATOR, disabled=True)

        assert (before, http.get(link).status_code) == (200, 404)

    def test_of_another_conversation_isn_t_given(self, visit: Visit, http: TestClient) -> None:
        """A foreign id looks like none, in the address and in a message's body."""
        stranger = Visit(http)
        attachment_id = visit.upload(png()).json()["attachment_id"]

        foreign, missing = stranger.link(attachment_id), stranger.link("0" * 32)
        sent = stranger.say("看", attachment_id)

        assert foreign.status_code == missing.status_code == 404
        assert foreign.text.replace(attachment_id, "0" * 32) == missing.text
        assert sent["code"] == "not_found"


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[Services]:
    """A shop whose scanner dislikes one word, with small limits."""
    program = "import sys; sys.exit(b'EICAR' in open(sys.argv[1], 'rb').read())"
    environment = {
        "ZHIDA_ADMIN_KEY": KEY.reveal(),
        "ZHIDA_ATTACHMENT_SCAN": f'{sys.executable} -c "{program}"',
        "ZHIDA_ATTACHMENT_MB": "1",
    }
    settings = read_settings(environment, home=tmp_path / "shop")
    opened = open_services(settings, Replacements(encoder=FakeEncoder(), passwords=FAST))
    fill(opened)
    yield opened
    opened.close()


def test_settings_reach_the_routes(scanned: Services) -> None:
    """The scanner is asked, and the limit of a file is that of the body."""
    with TestClient(create_app(scanned)) as http:
        visit = Visit(http)
        statuses = [visit.upload(each).status_code for each in (b"EICAR", b"fine", b"a" * 1_100_000, b"a" * 2_000_000)]

    assert statuses == [422, 201, 413, 413]
    assert scanned.settings.attachment_files.is_dir()
    assert limits_of(replace_per_hour(scanned.settings, 7)).uploads_per_address == Rate(70, 3600)


def replace_per_hour(settings: Settings, count: int) -> Settings:
    """The same settings with another rate."""
    return replace(settings, attachments=replace(settings.attachments, per_hour=count))
