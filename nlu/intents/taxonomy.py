"""What customers want, in 34 labels, each with a name in both languages and a line on what belongs to it.

`docs/annotation.md` says how borderline cases are labelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class IntentLabel(StrEnum):
    """A customer-service intent. The operator's own labels (`zhida nlu train`) are strings beside these."""

    PRODUCT_QUESTION = "product_question"
    HOW_TO_USE = "how_to_use"
    AVAILABILITY = "availability"
    PRICE_DISCOUNT = "price_discount"
    PLACE_ORDER = "place_order"
    CHANGE_ORDER = "change_order"
    CANCEL_ORDER = "cancel_order"
    TRACK_ORDER = "track_order"
    DELIVERY_OPTIONS = "delivery_options"
    MISSING_PARCEL = "missing_parcel"
    WRONG_OR_DAMAGED = "wrong_or_damaged"
    RETURN_ITEM = "return_item"
    EXCHANGE_ITEM = "exchange_item"
    REQUEST_REFUND = "request_refund"
    REFUND_STATUS = "refund_status"
    PRODUCT_FAULT = "product_fault"
    PAYMENT_METHOD = "payment_method"
    PAYMENT_PROBLEM = "payment_problem"
    INVOICE = "invoice"
    LOGIN_PROBLEM = "login_problem"
    ACCOUNT_CHANGE = "account_change"
    CLOSE_ACCOUNT = "close_account"
    MEMBERSHIP = "membership"
    CONTACT_INFO = "contact_info"
    HUMAN_AGENT = "human_agent"
    COMPLAINT = "complaint"
    FOLLOW_UP = "follow_up"
    THANKS = "thanks"
    GREETING = "greeting"
    GOODBYE = "goodbye"
    AFFIRM = "affirm"
    DENY = "deny"
    SMALL_TALK = "small_talk"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class IntentName:
    """How an intent is called on a page."""

    zh: str
    en: str
    covers: str
    """What belongs to it, for those who label."""


NAMES: Final[Mapping[IntentLabel, IntentName]] = {
    IntentLabel.PRODUCT_QUESTION: IntentName("商品咨询", "Product question", "properties, size, fit, what is included"),
    IntentLabel.HOW_TO_USE: IntentName("使用方法", "How to use", "set up, operate, find a function that works"),
    IntentLabel.AVAILABILITY: IntentName("库存余位", "Availability", "in stock, restocking, free rooms and times"),
    IntentLabel.PRICE_DISCOUNT: IntentName("价格优惠", "Price and discounts", "price, fees, coupons, price protection"),
    IntentLabel.PLACE_ORDER: IntentName("下单预订", "Place an order", "buy, book, subscribe, renew, trouble ordering"),
    IntentLabel.CHANGE_ORDER: IntentName(
        "修改订单", "Change an order", "address, size, date or contents, not yet received"
    ),
    IntentLabel.CANCEL_ORDER: IntentName("取消订单", "Cancel", "an order, a booking, a subscription"),
    IntentLabel.TRACK_ORDER: IntentName("订单进度", "Track an order", "where it is, when it comes, why it is late"),
    IntentLabel.DELIVERY_OPTIONS: IntentName(
        "配送方式", "Delivery options", "carriers, postage, regions, times, before or apart from an order"
    ),
    IntentLabel.MISSING_PARCEL: IntentName(
        "丢件少件", "Missing parcel or part", "marked delivered but not received, lost, incomplete"
    ),
    IntentLabel.WRONG_OR_DAMAGED: IntentName(
        "错发破损", "Wrong or damaged", "what came is broken, spoilt, used or not what was ordered"
    ),
    IntentLabel.RETURN_ITEM: IntentName("退货", "Return", "send goods back, conditions and course of a return"),
    IntentLabel.EXCHANGE_ITEM: IntentName("换货", "Exchange", "another size, colour or piece for one received"),
    IntentLabel.REQUEST_REFUND: IntentName(
        "申请退款", "Request a refund", "wants money back that nobody has promised yet"
    ),
    IntentLabel.REFUND_STATUS: IntentName("退款进度", "Refund status", "when and where a refund comes, why it hasn't"),
    IntentLabel.PRODUCT_FAULT: IntentName("故障维修", "Fault and repair", "stopped working in use; repair, warranty"),
    IntentLabel.PAYMENT_METHOD: IntentName("支付方式", "Payment methods", "how one can pay, instalments, billing days"),
    IntentLabel.PAYMENT_PROBLEM: IntentName(
        "支付异常", "Payment problem", "failed, charged twice, unknown charge, money not arrived"
    ),
    IntentLabel.INVOICE: IntentName("发票账单", "Invoice", "invoices, receipts, statements"),
    IntentLabel.LOGIN_PROBLEM: IntentName("登录问题", "Login problem", "password, code, locked, stolen account"),
    IntentLabel.ACCOUNT_CHANGE: IntentName(
        "账户资料", "Account details", "change details, settings, notices; open an account"
    ),
    IntentLabel.CLOSE_ACCOUNT: IntentName("注销账户", "Close the account", "close, terminate, erase personal data"),
    IntentLabel.MEMBERSHIP: IntentName("会员积分", "Membership and points", "levels, points, miles, referrals"),
    IntentLabel.CONTACT_INFO: IntentName(
        "联系方式", "Contact and hours", "telephone, address, opening hours, branches"
    ),
    IntentLabel.HUMAN_AGENT: IntentName("转人工", "A person, please", "wants a person instead of the assistant"),
    IntentLabel.COMPLAINT: IntentName("投诉不满", "Complaint", "about service, staff or conduct, no other request"),
    IntentLabel.FOLLOW_UP: IntentName("催办", "Follow-up", "asks what became of something reported before"),
    IntentLabel.THANKS: IntentName("感谢表扬", "Thanks", "thanks and praise"),
    IntentLabel.GREETING: IntentName("问候", "Greeting", "a greeting, or announces a question"),
    IntentLabel.GOODBYE: IntentName("道别", "Goodbye", "ends the conversation"),
    IntentLabel.AFFIRM: IntentName("肯定", "Yes", "agrees, confirms, says that it is solved"),
    IntentLabel.DENY: IntentName("否定", "No", "refuses, corrects, says that it did not help"),
    IntentLabel.SMALL_TALK: IntentName("闲聊", "Small talk", "about the assistant or nothing in particular"),
    IntentLabel.OUT_OF_SCOPE: IntentName("无关", "Out of scope", "asks for what no service desk does; noise"),
}
"""In the order of the labels. A test holds it complete."""
