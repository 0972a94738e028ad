from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..lib.aftersale_rules import Need, Stage
from ..utils import naive

UNKNOWN = "UNKNOWN"
STAGES = [
    (Stage.REQUESTED.value, "Requested"),
    (Stage.OFFERED.value, "Offer Made"),
    (Stage.AWAITING_GOODS.value, "Waits for the Goods"),
    (Stage.COMING.value, "Goods Come Back"),
    (Stage.DECLINED.value, "Declined"),
    (Stage.PARCEL_DECLINED.value, "Parcel Declined"),
    (Stage.GRANTED.value, "Granted"),
    (Stage.CLOSED.value, "Closed"),
    (Stage.COMPLETE.value, "Complete"),
    (Stage.UNKNOWN.value, "Unknown"),
]
NEEDS = [
    (Need.CANCELLATION.value, "Answer the Cancellation"),
    (Need.REFUND.value, "Answer the Refund"),
    (Need.RETURN.value, "Answer the Return"),
    (Need.PARCEL.value, "Inspect the Parcel"),
    (Need.REPLACEMENT.value, "Answer the Replacement"),
    (Need.EXCHANGE.value, "Answer the Exchange"),
    (Need.OTHER.value, "Look in Seller Center"),
]


class TtsCase(models.AbstractModel):
    """What cancellations and returns have in common: one row per case of TikTok's."""

    _name = "tts.case"
    _description = "TikTok Shop After-Sales Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "remote_create_time desc, id desc"
    _rec_name = "remote_id"
    _check_company_auto = True
    # People who may only read a case still discuss it.
    _mail_post_access = "read"

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Case ID", required=True, readonly=True)
    order_remote_id = fields.Char(string="Order ID", readonly=True, index=True)
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        index=True,
        ondelete="set null",
        check_company=True,
    )
    sale_order_id = fields.Many2one(related="order_id.sale_order_id")
    partner_id = fields.Many2one(
        related="order_id.sale_order_id.partner_id", string="Customer"
    )
    remote_type = fields.Char(
        string="Type as Sent", readonly=True, help="TikTok's own word."
    )
    remote_status = fields.Char(
        string="Status as Sent", readonly=True, help="TikTok's own word."
    )
    stage = fields.Selection(
        STAGES, string="Status", required=True, default="unknown", readonly=True
    )
    is_final = fields.Boolean(
        string="Over", readonly=True, help="Nothing follows on TikTok any more."
    )
    need = fields.Selection(
        NEEDS,
        string="To Do",
        readonly=True,
        index="btree_not_null",
        help="What TikTok waits for from you. When the deadline passes, TikTok decides "
        "in the buyer's favour.",
    )
    deadline = fields.Datetime(
        string="Answer By", readonly=True, index="btree_not_null"
    )
    role = fields.Selection(
        [*const.AFTERSALE_ROLES, (UNKNOWN, "Unknown")],
        string="Started By",
        readonly=True,
    )
    reason = fields.Char(
        string="Reason as Sent", readonly=True, help="TikTok's name for it."
    )
    reason_text = fields.Char(string="Reason", readonly=True)
    remote_create_time = fields.Datetime(string="Started On", readonly=True)
    remote_update_time = fields.Datetime(string="Changed On", readonly=True)
    remote_update_epoch = fields.Integer(readonly=True)
    digest = fields.Char(readonly=True)
    payload = fields.Json(
        readonly=True, groups="sale_tiktok_shop.group_tts_manager", copy=False
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_refund = fields.Monetary(
        string="Buyer Gets",
        readonly=True,
        help="What goes back to the buyer, or would if it were granted.",
    )
    error_message = fields.Text(
        string="What Is Wrong",
        readonly=True,
        help="Why Odoo could not follow this case.",
    )

    # === HOOKS OF THE KINDS === #

    @api.model
    def _parse_case(self, row):
        """Return the typed case of a raw one.

        :raise PayloadError: when it cannot be read
        """
        raise NotImplementedError()

    @api.model
    def _prepare_values(self, case, currencies):
        """What the mirror keeps of a typed case.

        :param case: a `lib.aftersales.Cancellation` or `lib.returns.Return`
        :param dict currencies: {ISO code: `res.currency`, empty when unknown}
        """
        roles = dict(const.AFTERSALE_ROLES)
        return {
            "order_remote_id": case.order_id,
            "remote_type": case.type,
            "remote_status": case.status,
            "role": case.role if case.role in roles else UNKNOWN,
            "reason": case.reason,
            "reason_text": case.reason_text or case.reason,
            "remote_create_time": naive(case.create_time),
            "remote_update_time": naive(case.update_time),
            "currency_id": currencies[case.refund.currency].id
            if case.refund
            else False,
            "amount_refund": float(case.refund.total) if case.refund else 0.0,
        }

    def _follow_steps(self):
        """Return what brings Odoo in step with a case that is new or has changed.

        Each is called with the typed case, and raises UserError where Odoo cannot
        follow and a person must decide.
        """
        return []

    # === BUTTONS === #

    def action_open_sale_order(self):
        """Open the sales order this case is about.

        :raise UserError: the order is not in Odoo
        """
        self.ensure_one()
        if not self.sale_order_id:
            raise UserError(
                self.env._(
                    "Order %(order)s of case %(case)s is not in Odoo. Sync it with "
                    "Sync Orders > These orders.",
                    order=self.order_remote_id,
                    case=self.remote_id,
                )
            )
        return self.sale_order_id._get_records_action()

    # === ISSUES === #

    def _issue_key(self, kind):
        """Return the key of an issue about this case."""
        return f"{kind}:{self.remote_id}"

    def _raise_issue(self, kind, **values):
        """Open, or count, an issue about this case; see `tts.issue._raise`."""
        self.env["tts.issue"]._raise(
            self.shop_id,
            self._issue_key(kind),
            category="aftersale",
            order_id=self.order_id.id,
            reference=self.remote_id,
            **values,
        )

    def _close_issues(self, *kinds):
        """Close the issues of these kinds about these cases."""
        for shop, cases in self.grouped("shop_id").items():
            keys = [case._issue_key(kind) for case in cases for kind in kinds]
            self.env["tts.issue"]._close(shop, keys)


class TtsCaseLine(models.Model):
    """Equal units of one case: what is cancelled, or comes back."""

    _name = "tts.case.line"
    _description = "TikTok Shop After-Sales Line"
    _order = "id"
    _check_company_auto = True

    cancellation_id = fields.Many2one(
        "tts.cancellation", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    return_id = fields.Many2one(
        "tts.return", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    line_item_ids = fields.Json(string="Line Items", readonly=True)
    quantity = fields.Integer(
        readonly=True, help="How many units, as TikTok counts them."
    )
    sku_remote_id = fields.Char(string="SKU ID", readonly=True)
    seller_sku = fields.Char(string="Seller SKU", readonly=True)
    name = fields.Char(string="Product on TikTok", readonly=True)
    image_url = fields.Char(string="Picture", readonly=True)
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    product_id = fields.Many2one(related="sale_line_id.product_id")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_refund = fields.Monetary(string="Buyer Gets", readonly=True)

    _owner_check = models.Constraint(
        "CHECK ((cancellation_id IS NULL) != (return_id IS NULL))",
        "A line belongs to a cancellation or to a return.",
    )
