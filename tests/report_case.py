"""What the tests of the sales analysis have in common: histories and their totals."""

from .money_case import MoneyCase

MEASURES = (
    *("units", "units_returned", "sales", "sales_untaxed", "seller_discount"),
    *("platform_discount", "shipping", "platform_fees", "affiliate", "adjustments"),
    *("refunds", "cost", "margin"),
)
COMMISSION = "platform_commission_amount"
AFFILIATE = "affiliate_commission_amount"


class ReportCase(MoneyCase):
    """A shop whose sales are settled, and what the analysis says of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, product in enumerate(cls.products.values(), start=1):
            product.standard_price = number

    def report(self, *domain):
        return self.env["tts.sale.report"].search(
            [("shop_id", "=", self.shop.id), *domain]
        )

    def total(self, *domain, model=None):
        """Return the sums of all measures, to the cent: {name: amount}."""
        names = [f"{name}:sum" for name in MEASURES]
        model = self.env["tts.sale.report"] if model is None else model
        [row] = model._read_group(
            [("shop_id", "=", self.shop.id), *domain],
            [],
            [*names, "order_count:count_distinct"],
        )
        sums = zip(MEASURES, row, strict=False)
        return {name: round(value or 0.0, 2) for name, value in sums} | {
            "order_count": row[-1]
        }

    def assert_total(self, *domain, **wanted):
        found = self.total(*domain)
        self.assertEqual({name: found[name] for name in wanted}, wanted)

    def of(self, order):
        """Return the domain of a sales order."""
        return ("order_id", "=", order.id)

    def ship(self, order):
        """Deliver a sales order."""
        for picking in order.picking_ids.filtered(lambda row: row.state != "done"):
            picking.with_context(
                skip_backorder=True, tts_validate_anyway=True
            ).button_validate()
        self.assertEqual(order.picking_ids.mapped("state"), ["done"])

    def take_back(self, order):
        """Bring everything of a sales order back into stock."""
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        action = wizard.action_create_returns_all()
        self.env["stock.picking"].browse(action["res_id"]).button_validate()
