from odoo import fields, models
from odoo.tools import SQL

from .sale_report import FULFILMENTS

# Every TikTok Shop administrator is a sales manager.
MONEY_GROUPS = "sales_team.group_sale_manager,account.group_account_invoice"
# Which lines of a sales order are line items.
GOODS = SQL(
    "l.display_type IS NULL AND l.is_delivery IS NOT TRUE "
    "AND l.is_downpayment IS NOT TRUE"
)


class TtsSaleReport(models.Model):
    """What each TikTok sale brought: price, fees, refunds, cost of goods, margin.

    One row per line item of confirmed sales orders, without the shipping line: what
    belongs to a whole order (shipping, fees, affiliates, adjustments, refunds,
    discounts) is shared over its line items, in proportion to their price, in equal
    parts where all of them are free. Where it is known what a discount or a refund was
    for (`tts_seller_discount`, `tts_platform_discount`, `tts_refund_amount` of the
    line item), that takes the place of the price. Shares are not rounded, so that
    they come to the order's amount again.

    Money of statements that belongs to no confirmed sales order has a row of its own,
    without product, on the day of the statement. So fees, affiliates, adjustments and
    refunds come to what the statements say. Left out are reserves, which are held and
    given back, and statements that were not read to their end or do not add up.

    Signs: what a sale brings is positive, fees and refunds are negative, discounts and
    the cost of goods are positive. Fees are taken as TikTok books them, with their
    tax. The cost is what the goods were worth in stock when they left, less what came
    back, and the product's cost for what has not left, is not stored, or is kept and
    shipped by TikTok.

    Amounts are in the currency of the user's company: of orders at the order's rate,
    of statements at the rate of their accounting date, of stock at its value.

    Who may read it: people with TikTok Shop rights, sales managers and billing. Only
    sales managers (every TikTok administrator is one) and billing see fees, refunds,
    costs and margins.
    """

    _name = "tts.sale.report"
    _description = "TikTok Shop Sales Analysis"
    _auto = False
    _rec_name = "date"
    _order = "date desc"

    # What it is about
    shop_id = fields.Many2one("tts.shop", string="TikTok Shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    order_id = fields.Many2one("sale.order", string="Sales Order", readonly=True)
    tts_order_id = fields.Many2one("tts.order", string="TikTok Order", readonly=True)
    product_id = fields.Many2one(
        "product.product", string="Product Variant", readonly=True
    )
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", readonly=True
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    date = fields.Datetime(
        string="Order Date",
        readonly=True,
        help="When it was ordered; of money without an order, when it was settled.",
    )
    region = fields.Char(readonly=True, help="The market of the shop.")
    fulfilment = fields.Selection(FULFILMENTS, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    # What it brought
    order_count = fields.Integer(
        string="Orders",
        readonly=True,
        aggregator="count_distinct",
        help="In each group the number of its orders: one with two products counts in "
        "the group of each, and once in the total.",
    )
    units = fields.Float(readonly=True)
    units_returned = fields.Float(
        readonly=True, help="What came back into a warehouse of Odoo."
    )
    sales = fields.Monetary(
        readonly=True,
        help="List price less the seller's discount, with tax, without shipping: what "
        "TikTok calls revenue. Of orders that are not in Odoo, what was settled.",
    )
    sales_untaxed = fields.Monetary(string="Untaxed Sales", readonly=True)
    seller_discount = fields.Monetary(
        readonly=True, help="What the price was lowered by; sales are less it."
    )
    platform_discount = fields.Monetary(
        readonly=True, help="Paid by TikTok, so that sales are not lowered by it."
    )
    shipping = fields.Monetary(
        string="Shipping Paid by Buyers", readonly=True, help="With tax."
    )
    platform_fees = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUPS,
        help="All fees that were settled, except affiliates, with their tax; "
        "negative. Shipping costs and taxes withheld are among them.",
    )
    affiliate = fields.Monetary(
        string="Affiliates",
        readonly=True,
        groups=MONEY_GROUPS,
        help="Commissions of creators and their partners; negative.",
    )
    adjustments = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUPS,
        help="What statements add or take apart from orders' fees.",
    )
    refunds = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUPS,
        help="What was settled as given back to buyers, with tax; negative.",
    )
    cost = fields.Monetary(
        string="Cost of Goods",
        readonly=True,
        groups=MONEY_GROUPS,
        help="The stock value of what left and did not come back; the product's cost "
        "for what has not left or is not stored.",
    )
    margin = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUPS,
        help="Untaxed sales, shipping without its tax and refunds without theirs; "
        "with fees, affiliates and adjustments as settled; less the cost of goods.",
    )
    margin_rate = fields.Float(
        readonly=True,
        groups=MONEY_GROUPS,
        aggregator="avg",
        help="The margin as a part of untaxed sales: 0.25 is a quarter.",
    )
    days_to_ship = fields.Float(
        readonly=True,
        aggregator="avg",
        help="From the order until its first goods left a warehouse of Odoo.",
    )
    days_to_payout = fields.Float(
        readonly=True,
        aggregator="avg",
        help="From the order until TikTok paid the statement that settled it; where "
        "TikTok keeps a balance, until it was in there.",
    )

    def action_open_order(self):
        """Open the sales order, or the TikTok order that has none."""
        self.ensure_one()
        order = self.order_id or self.tts_order_id
        return order._get_records_action() if order else None

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base` to divide the sums: rates of lines have no average."""
        if aggregate_spec != "margin_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "margin", query),
            self._field_to_sql(self._table, "sales_untaxed", query),
        )
