"""Personal data in a thousand lines and none in ten thousand, drawn from what shops write."""

from __future__ import annotations

import random

from nlu.personal_data.checks import id_card_check, luhn
from nlu.personal_data.finder import PersonalDataRecogniser

RECOGNISER = PersonalDataRecogniser()
POSITIVES, NEGATIVES = 1_200, 10_000

NEGATIVE_FORMS = (
    "订单{digits12}到哪了",
    "订单号：{digits18}，请查一下",
    "单号{digits11}没有物流",
    "下单编号 2026{md}{digits10} 什么时候发",
    "快递单号 SF{digits13} 显示签收",
    "运单 YT{digits13} 两天没动",
    "order {digits16} has not arrived",
    "tracking no {digits14}",
    "一共 {amount} 元，优惠了 {small} 元",
    "￥{amount} 能便宜吗",
    "2026-{m}-{d} {h}:{min}:00 下的单",
    "{m}月{d}日{h}点{min}分送到",
    "型号 RX-{digits3} Pro，批次 {digits8}",
    "SKU {digits13} 有货吗",
    "条码{digits13}扫不出来",
    "版本 {n}.{n}.{digits4}",
    "容量 {digits4} mAh，功率 {digits3} W",
    "买了 {small} 件，缺 {n} 件",
    "发票号码{digits8}抬头错了",
    "序列号 SN{digits10}",
    "the total is ${amount} for {small} items",
    "工单 {digits6} 处理到哪一步了",
)
CARRIERS = ("{}", "我的是{}，麻烦了", "联系：{}", "({})", "please use {} today")


def draw_id_card(draw: random.Random) -> str:
    province = draw.choice(["110101", "310104", "330106", "440305", "510107", "650102"])
    body = f"{province}{draw.randint(1940, 2010)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{draw.randint(0, 999):03d}"
    return next(body + last for last in "0123456789X" if id_card_check(body + last))


def draw_card(draw: random.Random) -> str:
    body = "6222" + "".join(draw.choices("0123456789", k=14))
    return next(body + last for last in "0123456789" if luhn(body + last))


def draw_mobile(draw: random.Random) -> str:
    return f"1{draw.randint(3, 9)}" + "".join(draw.choices("0123456789", k=9))


def draw_email(draw: random.Random) -> str:
    return f"{draw.choice(['lin', 'wei.chen', 'a_b'])}{draw.randint(1, 999)}@{draw.choice(['mail', 'corp-x'])}.example"


def spread(number: str, draw: random.Random) -> str:
    """As people write numbers: plain, in groups, in full width."""
    how = draw.randint(0, 3)
    if how == 0:
        return number
    if how == 3:
        return "".join(chr(ord(each) + 0xFEE0) for each in number)
    return (" ", "-")[how - 1].join(number[at : at + 4] for at in range(0, len(number), 4))


def test_finds_nearly_all_that_have_a_check_digit_and_phones_and_e_mails() -> None:
    """At least 99.5 % of cards, 97 % of phones and e-mails, in every writing."""
    draw = random.Random(11)
    kinds = {"id_card": draw_id_card, "bank_card": draw_card, "phone": draw_mobile, "email": draw_email}
    for kind, make in kinds.items():
        hits = 0
        for _ in range(POSITIVES // len(kinds)):
            written = make(draw) if kind == "email" else spread(make(draw), draw)
            text = draw.choice(CARRIERS).format(written)
            hits += [(each.type, text[each.start : each.end]) for each in RECOGNISER.find(text)] == [(kind, written)]
        assert hits / (POSITIVES // len(kinds)) >= (0.97 if kind in ("phone", "email") else 0.995), kind


def test_takes_next_to_no_order_price_time_or_part_for_personal_data() -> None:
    """In at most one line of a thousand."""
    draw = random.Random(12)
    wrong = []
    for _ in range(NEGATIVES):
        values = {
            f"digits{k}": "".join(draw.choices("0123456789", k=k)) for k in (3, 4, 6, 8, 10, 11, 12, 13, 14, 16, 18)
        }
        line = draw.choice(NEGATIVE_FORMS).format(
            **values,
            md=f"{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}",
            amount=f"{draw.randint(1, 99999) / 100:,.2f}",
            small=draw.randint(1, 200),
            n=draw.randint(0, 12),
            m=f"{draw.randint(1, 12):02d}",
            d=f"{draw.randint(1, 28):02d}",
            h=f"{draw.randint(0, 23):02d}",
            min=f"{draw.randint(0, 59):02d}",
        )
        if RECOGNISER.find(line):
            wrong.append(line)

    assert len(wrong) <= NEGATIVES / 1000, wrong[:5]
