"""What the tests of goods that come back have in common."""

from .aftersale_case import AftersaleOdooCase


class ReturnCase(AftersaleOdooCase):
    """A connected shop whose buyers send goods back, and a clerk who receives them."""

    def returned(self, *units, lines=None, kind="RETURN_AND_REFUND", **body):
        """Deliver an order and grant its return.

        :param lines: how many units come back, all when not told
        :return: (the case, the sales order)
        """
        order_id, order = self.delivered(*units)
        if lines:
            ids = [row["id"] for row in self.raw(order_id)["line_items"]]
            body["lines"] = ids[:lines]
        case_id = self.make_return(order_id, kind, **body)
        return self.grant(case_id), order

    def grant(self, case_id, decision="APPROVE_RETURN", **body):
        """Let the seller decide in Seller Center; return the case as Odoo has it."""
        self.step(case_id, "decide", decision=decision, **body)
        self.aftersales()
        return self.case_return(case_id)

    def receive(self, picking, user=None, **quantities):
        """Validate a return as a clerk does; with units by product only those."""
        picking = picking.with_user(user or self.low_user)
        for move in picking.move_ids:
            move.quantity = quantities.get(
                move.product_id.default_code, move.product_uom_qty
            )
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.env.invalidate_all()
        return picking

    def inspect(self, record, restock=0, scrap=0, user=None, **values):
        """Decide on every line of the wizard the same way."""
        record = record.with_user(user or self.low_user)
        is_case = record._name == "tts.return"
        action = (
            record.action_open_inspect()
            if is_case
            else record.action_open_tts_inspect()
        )
        wizard = record.env[action["res_model"]].browse(action["res_id"])
        wizard.line_ids.write({"quantity_restock": restock, "quantity_scrap": scrap})
        wizard.write(values)
        wizard.action_inspect()
        self.env.invalidate_all()
        return wizard

    def quantity(self, location, product=None):
        return sum(
            self.env["stock.quant"]
            .search(
                [
                    ("location_id", "child_of", location.id),
                    ("product_id", "=", (product or self.product()).id),
                ]
            )
            .mapped("quantity")
        )

    def in_stock(self, product=None):
        return self.quantity(self.shop.warehouse_id.lot_stock_id, product)

    def waiting(self, product=None):
        return self.quantity(self.shop.return_location_id, product)
