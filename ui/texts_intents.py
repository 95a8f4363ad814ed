"""What customers want, in words: the labels of the taxonomy. Operators' own labels have no entry and are shown as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INTENT_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "intent.product_question": ("商品咨询", "Product question"),
    "intent.how_to_use": ("使用方法", "How to use"),
    "intent.availability": ("库存余位", "Availability"),
    "intent.price_discount": ("价格优惠", "Price and discounts"),
    "intent.place_order": ("下单预订", "Place an order"),
    "intent.change_order": ("修改订单", "Change an order"),
    "intent.cancel_order": ("取消订单", "Cancel"),
    "intent.track_order": ("订单进度", "Track an order"),
    "intent.delivery_options": ("配送方式", "Delivery options"),
    "intent.missing_parcel": ("丢件少件", "Missing parcel or part"),
    "intent.wrong_or_damaged": ("错发破损", "Wrong or damaged"),
    "intent.return_item": ("退货", "Return"),
    "intent.exchange_item": ("换货", "Exchange"),
    "intent.request_refund": ("申请退款", "Request a refund"),
    "intent.refund_status": ("退款进度", "Refund status"),
    "intent.product_fault": ("故障维修", "Fault and repair"),
    "intent.payment_method": ("支付方式", "Payment methods"),
    "intent.payment_problem": ("支付异常", "Payment problem"),
    "intent.invoice": ("发票账单", "Invoice"),
    "intent.login_problem": ("登录问题", "Login problem"),
    "intent.account_change": ("账户资料", "Account details"),
    "intent.close_account": ("注销账户", "Close the account"),
    "intent.membership": ("会员积分", "Membership and points"),
    "intent.contact_info": ("联系方式", "Contact and hours"),
    "intent.human_agent": ("转人工", "A person, please"),
    "intent.complaint": ("投诉不满", "Complaint"),
    "intent.follow_up": ("催办", "Follow-up"),
    "intent.thanks": ("感谢表扬", "Thanks"),
    "intent.greeting": ("问候", "Greeting"),
    "intent.goodbye": ("道别", "Goodbye"),
    "intent.affirm": ("肯定", "Yes"),
    "intent.deny": ("否定", "No"),
    "intent.small_talk": ("闲聊", "Small talk"),
    "intent.out_of_scope": ("无关", "Out of scope"),
}
