"""Files with messages: taken, sent, erased and swept, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analytics.transcripts import Transcripts
from core.accounts import AccountId
from core.actors import Actor, agent, customer
from core.attachments import Attachment, AttachmentLimits
from core.blobs import BlobStore
from core.desk_events import EventKind
from core.errors import Conflict, FileRefused, InvalidInput, NotFound, StorageError, TooLarge, UnsupportedFormat
from core.staff import Presence
from core.types import Audience, ConversationId, Handover, HandoverCode, Language, Reply, Role
from desk.attachments.store import Attachments
from desk.store import Desk
from kb.rows import UPLOADS, take_turn
from tests.desk.attachments.samples import PDF, png
from tests.kb.samples import SetClock

ANNA, BO = AccountId(11), AccountId(12)
CUSTOMER = customer(None)
LIMITS = AttachmentLimits(file_bytes=1_000, per_message=3, conversation_bytes=2_000)
TO_PEOPLE = Reply(Handover(HandoverCode.MISSING_KNOWLEDGE, "nothing found", "已转给同事。", 0.1), (), {"total": 1.0})


class World:
    """A desk with two agents, and the files of its conversations."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.clock = SetClock()
        self.desk = Desk(engine, clock=self.clock)
        self.folder = folder / "attachments"
        self.files = Attachments(
            engine,
            BlobStore(self.folder, max_bytes=LIMITS.file_bytes),
            turn=lambda connection: take_turn(connection, UPLOADS),
            limits=LIMITS,
            clock=self.clock,
        )
        for account_id, name in ((ANNA, "Anna"), (BO, "Bo")):
            self.desk.staff.enrol(account_id, name)
            self.desk.staff.set_presence(account_id, Presence.ONLINE)

    def conversation(self) -> ConversationId:
        return self.desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)[0]

    def upload(
        self,
        conversation: ConversationId,
        content: bytes,
        *,
        by: Actor = CUSTOMER,
        name: str = "x",
        internal: bool = False,
    ) -> Attachment:
        return self.files.accept(conversation, by, name, [content], internal=internal)

    def say(self, conversation: ConversationId, text: str, *files: Attachment) -> None:
        self.desk.turns.receive(conversation, text, files=[each.attachment_id for each in files])

    def taken_by_anna(self) -> ConversationId:
        conversation = self.conversation()
        self.desk.record(conversation, "你们修自行车吗？", TO_PEOPLE)
        self.desk.dialogues.claim(conversation, ANNA)
        return conversation

    def stored(self) -> set[str]:
        return {path.name for path in self.folder.glob("*")}

    def log(self, kind: EventKind) -> list[tuple[str, str]]:
        return [(event.old, event.new) for event in self.desk.events.every() if event.kind is kind]


@pytest.fixture
def world(database: Engine, tmp_path: Path) -> World:
    return World(database, tmp_path)


class TestAFileWithoutWords:
    def test_is_no_question_to_learn_or_measure_from(self, world: World, database: Engine) -> None:
        """The board, the gold set and repeated contacts compare texts, and here is none."""
        conversation = world.conversation()
        photo = world.upload(conversation, png())

        received = world.desk.turns.receive(conversation, "", files=[photo.attachment_id])
        assert world.desk.turns.commit(received, TO_PEOPLE) is not None

        episode = int(world.desk.episode(conversation).episode_id)
        assert world.desk.customer_messages() == []
        assert Transcripts(database).first_questions([episode]) == {}

    def test_leaves_the_words_that_follow_as_the_question(self, world: World, database: Engine) -> None:
        """The photo came first, the question after it."""
        conversation = world.conversation()
        photo = world.upload(conversation, png())
        world.say(conversation, "", photo)
        world.desk.record(conversation, "底部漏水怎么办？", TO_PEOPLE)

        episode = int(world.desk.episode(conversation).episode_id)

        assert len(world.desk.customer_messages()) == 1
        assert list(Transcripts(database).first_questions([episode]).values()) == ["底部漏水怎么办？"]


class TestAnUpload:
    def test_waits_until_it_is_sent(self, world: World) -> None:
        """With the message it gets its place; nothing is shown before."""
        conversation = world.conversation()
        photo = world.upload(conversation, png(), name="漏水.jpg")

        waiting = world.files.unsent(conversation, CUSTOMER)
        before = world.files.of_conversation(conversation)
        world.say(conversation, "底部漏水", photo)

        assert (photo.name, photo.media_type) == ("漏水.jpg.png", "image/png")
        assert waiting == [photo]
        assert before == []
        sent = world.files.of_conversation(conversation)
        assert [(each.attachment_id, each.role) for each in sent] == [(photo.attachment_id, Role.CUSTOMER)]
        assert sent[0].message_id == world.desk.history(conversation)[0].message_id
        assert world.files.unsent(conversation, CUSTOMER) == []
        assert world.files.path(sent[0]).read_bytes() == png()
        assert world.log(EventKind.ATTACHMENT_ADDED) == [("", photo.attachment_id)]

    def test_sent_again_is_the_one_that_waits(self, world: World) -> None:
        """A browser that heard nothing tries again; the customer sends one photo, not two."""
        conversation = world.conversation()

        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: world.upload(conversation, png()), range(4)))

        assert len({each.attachment_id for each in made}) == 1
        assert len(world.files.unsent(conversation, CUSTOMER)) == 1

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", InvalidInput),
            (b"a" * 1_001, TooLarge),
            (b"MZ\x00", UnsupportedFormat),
            (b"<svg/>", UnsupportedFormat),
            (png(60_000, 60_000), FileRefused),
        ],
        ids=["empty", "too large", "a program", "svg", "a bomb"],
    )
    def test_that_isnt_taken_leaves_nothing(self, world: World, content: bytes, error: type[Exception]) -> None:
        """Neither a row nor a byte."""
        conversation = world.conversation()

        with pytest.raises(error):
            world.upload(conversation, content)

        assert world.files.unsent(conversation, CUSTOMER) == []
        assert world.stored() == set()

    def test_needs_a_conversation(self, world: World) -> None:
        """An unknown one gets nothing, and no byte is kept."""
        with pytest.raises(NotFound):
            world.upload(ConversationId("f" * 32), png())
        assert world.stored() == set()

    def test_is_refused_beside_as_many_as_a_message_may_have(self, world: World) -> None:
        """They are sent first."""
        conversation = world.conversation()
        for number in range(LIMITS.per_message):
            world.upload(conversation, b"%d" % number)

        with pytest.raises(Conflict, match="3 files wait already"):
            world.upload(conversation, b"one more")

    def test_is_refused_when_the_conversation_is_full(self, world: World) -> None:
        """Of each side: what customers send doesn't keep an agent from answering."""
        conversation = world.taken_by_anna()
        for letter in (b"a", b"b"):
            world.say(conversation, "看", world.upload(conversation, letter * 1_000))

        with pytest.raises(TooLarge, match="files of one conversation"):
            world.upload(conversation, b"c")
        assert world.upload(conversation, b"c", by=agent(ANNA)).size == 1

    def test_can_be_taken_back_by_its_sender_alone(self, world: World) -> None:
        """Until it is sent."""
        conversation = world.taken_by_anna()
        photo = world.upload(conversation, png())

        with pytest.raises(NotFound):
            world.files.take_back(conversation, agent(ANNA), photo.attachment_id)
        world.files.take_back(conversation, CUSTOMER, photo.attachment_id)

        assert world.files.unsent(conversation, CUSTOMER) == []
        assert world.stored() == set()
        world.say(conversation, "看", sent := world.upload(conversation, png()))
        with pytest.raises(NotFound):
            world.files.take_back(conversation, CUSTOMER, sent.attachment_id)


class TestAMessage:
    def test_takes_only_what_its_sender_uploaded_for_it(self, world: World) -> None:
        """Not another conversation's, not a colleague's, not one that was sent, not one that never was; then nothing is written."""
        mine, other = world.taken_by_anna(), world.conversation()
        written = len(world.desk.history(mine))
        photo = world.upload(other, png())
        anna = world.upload(mine, PDF, by=agent(ANNA))

        for file in (photo, anna):
            with pytest.raises(NotFound, match="uploaded file"):
                world.say(mine, "看", file)
        with pytest.raises(NotFound, match="uploaded file"):
            world.desk.dialogues.note(mine, BO, "看", files=[anna.attachment_id])

        assert len(world.desk.history(mine)) == written
        world.say(other, "看", photo)
        with pytest.raises(NotFound, match="uploaded file"):
            world.say(other, "再看", photo)

    def test_may_have_no_words(self, world: World) -> None:
        """A photograph is a message, and starts the clocks of one."""
        conversation = world.taken_by_anna()
        world.desk.dialogues.reply(conversation, ANNA, "请发照片。")

        world.say(conversation, "", world.upload(conversation, png()))

        assert world.desk.history(conversation)[-1].text == ""
        assert world.desk.dialogues.view(conversation).waiting_since is not None

    def test_of_an_agent_may_have_files(self, world: World) -> None:
        """Also nothing else; but neither words nor files is nothing."""
        conversation = world.taken_by_anna()
        manual = world.upload(conversation, PDF, by=agent(ANNA), name="说明书.pdf")

        world.desk.dialogues.reply(conversation, ANNA, "", files=[manual.attachment_id])

        assert [(each.name, each.visible) for each in world.files.of_conversation(conversation)] == [
            ("说明书.pdf", True)
        ]
        with pytest.raises(InvalidInput, match="nothing to send"):
            world.desk.dialogues.reply(conversation, ANNA, " ")

    def test_for_colleagues_keeps_its_files_from_the_customer(self, world: World) -> None:
        """What was uploaded for a note goes with no reply, and the other way round."""
        conversation = world.taken_by_anna()
        price = world.upload(conversation, b"cost price", by=agent(ANNA), internal=True)
        manual = world.upload(conversation, PDF, by=agent(ANNA))

        with pytest.raises(Conflict, match="uploaded for colleagues"):
            world.desk.dialogues.reply(conversation, ANNA, "好", files=[price.attachment_id])
        with pytest.raises(Conflict, match="uploaded for the customer"):
            world.desk.dialogues.note(conversation, ANNA, "好", files=[manual.attachment_id])
        world.desk.dialogues.note(conversation, ANNA, "", files=[price.attachment_id])

        assert [each.visible for each in world.files.of_conversation(conversation)] == [False]

    def test_lists_its_files_on_the_ticket(self, world: World) -> None:
        """All of the problem's, and none of the next one's."""
        conversation = world.conversation()
        world.say(conversation, "看", first := world.upload(conversation, png()))
        ticket = world.desk.record(conversation, "转人工", TO_PEOPLE).ticket
        assert ticket is not None
        world.say(conversation, "还有这个", second := world.upload(conversation, PDF))

        world.desk.record(elsewhere := world.conversation(), "转人工", TO_PEOPLE)
        world.say(elsewhere, "看", world.upload(elsewhere, png()))

        listed = {each.attachment_id for each in world.files.of_ticket(ticket.ticket_id)}

        assert listed == {first.attachment_id, second.attachment_id}


class TestErasing:
    def test_removes_row_and_bytes_and_leaves_a_line(self, world: World) -> None:
        """The log says that there was a file, not what it was called."""
        conversation = world.taken_by_anna()
        world.say(conversation, "身份证", photo := world.upload(conversation, png(), name="张伟身份证.png"))

        world.files.erase(conversation, photo.attachment_id, ANNA)

        assert world.files.of_conversation(conversation) == []
        assert world.stored() == set()
        assert world.log(EventKind.ATTACHMENT_REMOVED) == [(photo.attachment_id, "")]
        assert not any("张伟" in str(event) for event in world.desk.events.every())
        with pytest.raises(NotFound):
            world.files.erase(conversation, photo.attachment_id, ANNA)

    def test_keeps_the_bytes_that_somebody_else_has(self, world: World) -> None:
        """Two customers sent the same picture."""
        mine, other = world.conversation(), world.conversation()
        for each in (mine, other):
            world.say(each, "看", world.upload(each, png()))

        world.files.erase(mine, world.files.of_conversation(mine)[0].attachment_id, None)

        assert world.files.path(world.files.of_conversation(other)[0]).read_bytes() == png()

    def test_while_the_same_file_is_uploaded_loses_nothing(self, world: World) -> None:
        """Who takes bytes away and who puts them in place wait for each other."""
        conversation, other = world.conversation(), world.conversation()

        def send_and_erase() -> None:
            for _ in range(5):
                world.say(conversation, "看", sent := world.upload(conversation, PDF))
                world.files.erase(conversation, sent.attachment_id, None)

        def keep() -> None:
            for _ in range(5):
                waiting = world.upload(other, PDF)
                assert world.files.path(waiting).read_bytes() == PDF
                world.files.take_back(other, CUSTOMER, waiting.attachment_id)

        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(send_and_erase), pool.submit(keep)):
                done.result()
        assert world.stored() == set()

    def test_is_of_this_conversation_only(self, world: World) -> None:
        """Another's id opens nothing."""
        conversation, other = world.conversation(), world.conversation()
        world.say(conversation, "看", photo := world.upload(conversation, png()))

        with pytest.raises(NotFound):
            world.files.erase(other, photo.attachment_id, None)


class TestSweeping:
    def test_forgets_what_was_never_sent(self, world: World) -> None:
        """After a day; what was sent stays for good."""
        conversation = world.conversation()
        world.say(conversation, "看", sent := world.upload(conversation, png()))
        world.upload(conversation, PDF)

        kept = world.files.sweep(older_than_s=0)
        world.clock.pass_by(25 * 3600)
        gone = world.files.sweep(older_than_s=0)

        assert (kept, gone) == (0, 1)
        assert world.files.unsent(conversation, CUSTOMER) == []
        assert world.stored() == {sent.sha256}

    def test_removes_bytes_that_nothing_names(self, world: World) -> None:
        """As a process leaves them that died between putting them down and the commit."""
        conversation = world.conversation()
        world.upload(conversation, png())
        (world.folder / ("a" * 64)).write_bytes(b"left behind")
        (world.folder / ".upload-x").write_bytes(b"half")

        assert world.files.sweep() == 0  # they may belong to an upload under way
        assert world.files.sweep(older_than_s=0) == 2
        assert len(world.stored()) == 1


class TestChecking:
    def test_finds_bytes_that_are_gone_or_changed(self, world: World) -> None:
        """Each file is named by its id; its name would be the customer's."""
        conversation = world.conversation()
        first, second, third = (world.upload(conversation, each) for each in (png(), PDF, b"text"))
        clean = world.files.check()
        (world.folder / first.sha256).unlink()
        (world.folder / second.sha256).write_bytes(b"other")

        found = [finding.what for finding in world.files.check()]

        assert clean == []
        assert [first.attachment_id in what and "no content" in what for what in found].count(True) == 1
        assert [second.attachment_id in what and "another content" in what for what in found].count(True) == 1
        assert not any(third.attachment_id in what for what in found)
        with pytest.raises(StorageError, match="missing on the server"):
            world.files.path(first)
