"""The same orders by plain Odoo calls: what no connector can do without.

Nothing of the addon is used, nor installed: customers, delivery addresses and sales
orders are created in batches and confirmed, as a script for Odoo would do it.
"""

from odoo.fields import Command

from .stage import CARRIER


class Floor:
    """Imports the orders of a sandbox whose data were looked up beforehand.

    :param rows: the orders as the sandbox serves them
    """

    def __init__(self, env, rows):
        self.env = env
        self.rows = sorted(rows, key=lambda row: (row["update_time"], row["id"]))
        self.customers = {}
        self.addresses = {}
        self.names = {}
        for row in self.rows:
            name = row["recipient_address"]["name"]
            if "*" in self.names.get(row["user_id"], "*"):
                self.names[row["user_id"]] = name
        self._look_up()

    def _look_up(self):
        env = self.env
        products = env["product.product"].search([])
        self.products = {
            product.default_code: (product.id, product.uom_id.id)
            for product in products
        }
        malaysia = env.ref("base.my")
        self.country_id = malaysia.id
        self.states = {state.name: state.id for state in malaysia.state_ids}
        carrier = env["delivery.carrier"].search([("name", "=", CARRIER)], limit=1)
        self.common = {
            "company_id": env.company.id,
            "pricelist_id": env["product.pricelist"]
            .search([("currency_id.name", "=", "MYR")], limit=1)
            .id,
            "warehouse_id": env["stock.warehouse"].search([], limit=1).id,
            "carrier_id": carrier.id,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "user_id": False,
            "team_id": False,
            "require_signature": False,
            "require_payment": False,
        }
        self.shipping = carrier.product_id

    def run(self, batch):
        """Import everything, `batch` orders per transaction."""
        for start in range(0, len(self.rows), batch):
            self._import(self.rows[start : start + batch])
            self.env.cr.commit()

    def _import(self, rows):
        self._create_customers(rows)
        self._create_addresses(rows)
        orders = self.env["sale.order"].create([self._order(row) for row in rows])
        orders.action_confirm()

    def _create_customers(self, rows):
        fresh = {
            row["user_id"]: {
                "name": self.names[row["user_id"]],
                "company_id": self.env.company.id,
                **self._place(row["recipient_address"]),
            }
            for row in reversed(rows)
            if row["user_id"] not in self.customers
        }
        partners = self.env["res.partner"].create(list(fresh.values()))
        self.customers.update(zip(fresh, partners.ids, strict=True))

    def _create_addresses(self, rows):
        fresh = {
            self._address_key(row): {
                "type": "delivery",
                "parent_id": self.customers[row["user_id"]],
                "company_id": self.env.company.id,
                "name": row["recipient_address"]["name"],
                "phone": row["recipient_address"]["phone_number"],
                **self._place(row["recipient_address"]),
            }
            for row in rows
            if self._address_key(row) not in self.addresses
        }
        partners = self.env["res.partner"].create(list(fresh.values()))
        self.addresses.update(zip(fresh, partners.ids, strict=True))

    def _address_key(self, row):
        address = row["recipient_address"]
        if "*" in address["name"]:
            return row["id"]
        return row["user_id"], address["address_line1"]

    def _place(self, address):
        districts = [level["address_name"] for level in address["district_info"][1:]]
        return {
            "street": address["address_line1"],
            "street2": ", ".join(districts[1:]),
            "city": districts[-1],
            "zip": address["postal_code"],
            "country_id": self.country_id,
            "state_id": self.states.get(districts[0], False),
        }

    def _order(self, row):
        customer = self.customers[row["user_id"]]
        return self.common | {
            "partner_id": customer,
            "partner_invoice_id": customer,
            "partner_shipping_id": self.addresses[self._address_key(row)],
            "client_order_ref": row["id"],
            "origin": row["id"],
            "order_line": [Command.create(values) for values in self._lines(row)],
        }

    def _lines(self, row):
        for number, unit in enumerate(row["line_items"], start=1):
            product_id, uom_id = self.products[unit["seller_sku"]]
            yield {
                "sequence": number,
                "product_id": product_id,
                "name": f"{unit['product_name']} ({unit['sku_name']})",
                "product_uom_qty": 1,
                "product_uom_id": uom_id,
                "price_unit": float(unit["original_price"]),
                "discount": 0.0,
                "tax_ids": [Command.set([])],
            }
        yield {
            "sequence": 999,
            "product_id": self.shipping.id,
            "name": self.shipping.name,
            "product_uom_qty": 1,
            "product_uom_id": self.shipping.uom_id.id,
            "price_unit": float(row["payment"]["shipping_fee"]),
            "discount": 0.0,
            "tax_ids": [Command.set([])],
            "is_delivery": True,
        }
