"""Bytes to text, for files that don't say their encoding: UTF-8, UTF-16, GB18030 or Big5, else Western."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ingest.reasons import Reason, refusal

_BOMS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""In this order: the mark of UTF-32 (little endian) begins with that of UTF-16."""

_CONTROLS: Final = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27})
_MAX_CONTROL_SHARE: Final = 0.002
"""Texts have next to no control characters; the smallest binary headers have dozens per kilobyte."""

_SAMPLE: Final = 200_000
"""Bytes that are enough to tell two encodings apart."""

_MAX_BROKEN_SHARE: Final = 0.01
"""A UTF-8 text that was cut or pasted together has a few wrong bytes; another encoding has many."""

_MIN_READABLE_SHARE: Final = 0.5
"""Of UTF-16 without a mark. In the wrong byte order next to nothing is readable."""

_SIMPLIFIED: Final = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种"
    "事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第"
    "公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合"
    "回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总"
    "何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听"
    "白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带"
    "导争运客服退款订单商品发票修请您联络快递流员支付账户价费用收货换申选择按键下载登录密码注册手册说明范围条款合同协议"
)
_TRADITIONAL: Final = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種"
    "事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第"
    "公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合"
    "回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總"
    "何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽"
    "白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶"
    "導爭運客服退款訂單商品發票修請您聯絡快遞流員支付賬戶價費用收貨換申選擇按鍵下載登錄密碼註冊手冊說明範圍條款合約協議"
)
_COMMON: Final = frozenset(_SIMPLIFIED + _TRADITIONAL + "，。、；：？！“”（）《》「」…—％")
"""About 600 characters and the marks between them: more than half of any Chinese text."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was in; `damaged` when some bytes had no meaning there."""

    text: str
    encoding: str
    damaged: bool = False


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file can be text in any of the encodings that `decode` knows."""
    if head.startswith(tuple(_BOMS)) or _utf16_without_mark(head):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= len(head) * _MAX_CONTROL_SHARE


def decode(data: bytes) -> Decoded:
    """Read bytes as text.

    A byte order mark decides; then strict UTF-8, which other encodings pass only by being ASCII; then
    the better of GB18030 and Big5 by their share of common characters; at last a Western guess.

    Raises:
        UnsupportedFormat: the bytes aren't text in any of these.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return _replacing(data, encoding)
    if unmarked := _utf16_without_mark(data[:_SAMPLE]):
        return _replacing(data, unmarked)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data)


def _decode_legacy(data: bytes) -> Decoded:
    if not looks_like_text(data[:_SAMPLE]):
        raise refusal(Reason.NOT_TEXT)
    sample = data[:_SAMPLE]
    if _is_broken_utf8(sample):
        return _replacing(data, "utf-8")
    scores = {encoding: commonness(sample, encoding) for encoding in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] > 0:
        return _replacing(data, best)
    return _replacing(data, _guess(sample))


def commonness(sample: bytes, encoding: str) -> float:
    """How much like Chinese the bytes read in this encoding, at most 1.0; 0.0 and less is not Chinese.

    The share of common characters among all that aren't ASCII, less twice the share of broken ones.
    The wrong one of GB18030 and Big5 gives rare characters and breaks, so the two lie far apart.
    """
    text = sample.decode(encoding, errors="replace")
    foreign = [character for character in text if character > "\x7f"]
    if not foreign:
        return 0.0
    common = sum(character in _COMMON for character in foreign)
    broken = sum(character == "\ufffd" or "\ue000" <= character <= "\uf8ff" for character in foreign)
    return (common - 2 * broken) / len(foreign)


def _is_broken_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    foreign = sum(character > "\x7f" for character in text)
    # A character that the sample's end cuts is one wrong byte too many, whatever the share.
    return broken - 1 <= foreign * _MAX_BROKEN_SHARE and foreign > broken


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # 35 ms that only odd files pay

    best = from_bytes(sample[:20_000]).best()
    return best.encoding if best else "windows-1252"


def _replacing(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    return Decoded(text.removeprefix("\ufeff"), encoding.removesuffix("-sig"), "\ufffd" in text)


def _utf16_without_mark(head: bytes) -> str | None:
    """The byte order of UTF-16, by which of the two reads as text. Its line breaks and blanks hold zero bytes."""
    pairs = head[: len(head) // 2 * 2]
    if b"\0" not in pairs or len(pairs) < 8:
        return None
    shares = {encoding: _readable_share(pairs, encoding) for encoding in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] >= _MIN_READABLE_SHARE else None


def _readable_share(pairs: bytes, encoding: str) -> float:
    """Share of characters that texts are made of: common Chinese, and what a Western keyboard has."""
    text = pairs.decode(encoding, errors="replace")
    good = sum(character in _COMMON or " " <= character <= "ÿ" or character in "\r\n\t" for character in text)
    return good / max(1, len(text))
