from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..lib.errors import TikTokError
from ..utils import naive, toast

UNKNOWN_STATUS = "UNKNOWN"


class TtsOrder(models.Model):
    """One TikTok Shop order as TikTok last told it, and what became of it in Odoo."""

    _name = "tts.order"
    _description = "TikTok Shop Order"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "remote_create_time desc, id desc"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Order ID", required=True, readonly=True)
    status = fields.Selection(
        [*const.ORDER_STATUSES, (UNKNOWN_STATUS, "Unknown")],
        string="TikTok Status",
        readonly=True,
        index=True,
    )
    remote_status = fields.Char(
        string="Status as Sent", readonly=True, help="TikTok's own word."
    )
    state = fields.Selection(
        [
            ("pending", "To Import"),
            ("done", "In Odoo"),
            ("review", "To Check"),
            ("error", "Failed"),
            ("skipped", "Not Needed"),
        ],
        required=True,
        default="pending",
        readonly=True,
        index=True,
        help="To Check: a quotation whose total differs from TikTok's. Not Needed: "
        "cancelled on TikTok before it came into Odoo.",
    )
    error_message = fields.Text(readonly=True)
    attempt_count = fields.Integer(readonly=True)
    next_retry = fields.Datetime(readonly=True)
    sale_order_ids = fields.One2many("sale.order", "tts_order_id", readonly=True)
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        compute="_compute_sale_order_id",
        search="_search_sale_order_id",
    )

    remote_create_time = fields.Datetime(string="Ordered On", readonly=True)
    remote_update_time = fields.Datetime(string="Changed On", readonly=True)
    remote_update_epoch = fields.Integer(readonly=True)
    digest = fields.Char(readonly=True)
    payload = fields.Json(
        readonly=True, groups="sale_tiktok_shop.group_tts_manager", copy=False
    )

    buyer_id = fields.Char(string="Buyer ID", readonly=True)
    ship_by = fields.Datetime(
        readonly=True, help="Arrange the shipment before this, or it counts as late."
    )
    hand_over_by = fields.Datetime(
        readonly=True, help="The carrier has to have the parcel by then."
    )
    auto_cancel_at = fields.Datetime(
        string="Cancelled Automatically After",
        readonly=True,
        help="TikTok cancels the order if it has not left by then.",
    )
    fulfillment_type = fields.Char(readonly=True)
    warehouse_remote_id = fields.Char(
        string="TikTok Warehouse ID",
        readonly=True,
        help="Where TikTok committed the stock of this order.",
    )
    is_fbt = fields.Boolean(string="Fulfilled by TikTok", readonly=True)
    shipping_type = fields.Char(readonly=True)
    is_cod = fields.Boolean(string="Cash on Delivery", readonly=True)
    is_sample = fields.Boolean(string="Sample", readonly=True)
    is_replacement = fields.Boolean(string="Replacement", readonly=True)
    cancel_requested = fields.Boolean(string="Buyer Asks to Cancel", readonly=True)
    cancel_reason = fields.Char(readonly=True)
    buyer_message = fields.Text(readonly=True)
    seller_note = fields.Text(readonly=True)
    commerce_platform = fields.Char(readonly=True)
    tracking_number = fields.Char(readonly=True)
    shipping_provider = fields.Char(readonly=True)
    delivery_option_id = fields.Char(string="Delivery Option ID", readonly=True)
    cancelled_line_ids = fields.Json(string="Cancelled Line Items", readonly=True)
    package_ids = fields.Many2many("tts.package", string="Packages", readonly=True)
    read_at = fields.Datetime(
        readonly=True, default=fields.Datetime.now, help="When TikTok was last asked."
    )

    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_order = fields.Monetary(
        string="Order Total",
        readonly=True,
        help="Goods minus the seller's discount, plus the shipping fee: what the "
        "settlement later calls revenue.",
    )
    amount_seller_discount = fields.Monetary(string="Seller Discount", readonly=True)
    amount_platform_discount = fields.Monetary(
        string="Platform Discount",
        readonly=True,
        help="Paid by TikTok: owed to the shop, so it does not lower the order.",
    )
    amount_buyer_paid = fields.Monetary(string="Buyer Paid", readonly=True)
    amount_unexplained = fields.Monetary(
        string="Unexplained",
        readonly=True,
        help="Part of what the buyer paid that no known fee or tax explains. It is "
        "shown, not booked.",
    )
    issue_ids = fields.One2many("tts.issue", "order_id", string="Issues")

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok Shop order is already in Odoo."
    )
    _retry_idx = models.Index("(shop_id, next_retry) WHERE next_retry IS NOT NULL")

    # === COMPUTES === #

    @api.depends("sale_order_ids")
    def _compute_sale_order_id(self):
        for order in self:
            order.sale_order_id = order.sale_order_ids[:1]

    def _search_sale_order_id(self, operator, value):
        return [("sale_order_ids", operator, value)]

    # === BUTTONS === #

    def action_retry(self):
        """Read these orders from TikTok again and import them.

        :return: a message when TikTok does not know some of them any more
        :raise UserError: TikTok did not answer
        """
        self.check_access("write")
        unknown = []
        for shop, orders in self.grouped("shop_id").items():
            try:
                unknown += shop.sudo()._refetch(orders.mapped("remote_id"))[1]
            except TikTokError as error:
                raise UserError(
                    self.env._(
                        "The orders of %(shop)s could not be read: %(reason)s Try "
                        "again later.",
                        shop=shop.name,
                        reason=error,
                    )
                ) from error
        if not unknown:
            return None
        message = self.env._(
            "TikTok does not know these orders any more: %s. What Odoo has of them was "
            "left as it is.",
            ", ".join(unknown),
        )
        return toast("warning", message)

    def action_open_sale_order(self):
        """Open the sales order this order became.

        :raise UserError: it never became one
        """
        self.ensure_one()
        if not self.sale_order_id:
            raise UserError(
                self.env._(
                    "Order %s has not become a sales order. Its issue tells why.",
                    self.remote_id,
                )
            )
        return self.sale_order_id._get_records_action()

    # === MIRROR === #

    @api.model
    def _status_value(self, remote_status):
        """Map TikTok's word to our selection; words we do not know stay readable."""
        known = dict(const.ORDER_STATUSES)
        return remote_status if remote_status in known else UNKNOWN_STATUS

    @api.model
    def _prepare_mirror_values(self, order, amounts, expected, currency):
        """What the mirror keeps of a typed order, besides its state.

        :param order: a `payloads.Order`
        :param amounts: its `money.OrderAmounts`
        :param expected: what the sales order must total, as a Decimal
        :param currency: the order's `res.currency`, empty when Odoo does not know it
        """
        return {
            "status": self._status_value(order.status),
            "remote_status": order.status,
            "remote_create_time": naive(order.create_time),
            "remote_update_time": naive(order.update_time),
            "buyer_id": order.buyer_id,
            "ship_by": naive(order.rts_sla_time),
            "hand_over_by": naive(order.tts_sla_time),
            "auto_cancel_at": naive(
                order.shipping_due_time or order.collection_due_time
            ),
            "fulfillment_type": order.fulfillment_type,
            "warehouse_remote_id": order.warehouse_id,
            "is_fbt": order.is_fbt,
            "shipping_type": order.shipping_type,
            "is_cod": order.is_cod,
            "is_sample": order.is_sample,
            "is_replacement": order.is_replacement,
            "cancel_requested": order.is_buyer_request_cancel,
            "cancel_reason": order.cancel_reason,
            "buyer_message": order.buyer_message,
            "seller_note": order.seller_note,
            "commerce_platform": order.commerce_platform,
            "tracking_number": order.tracking_number,
            "shipping_provider": order.shipping_provider,
            "delivery_option_id": order.delivery_option_id,
            "cancelled_line_ids": [line.id for line in order.lines if line.is_cancelled]
            or False,
            "currency_id": currency.id,
            "amount_order": float(expected),
            "amount_seller_discount": float(amounts.seller_discount),
            "amount_platform_discount": float(amounts.platform_discount),
            "amount_buyer_paid": float(amounts.buyer_paid),
            "amount_unexplained": float(amounts.unexplained),
        }
