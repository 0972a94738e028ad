"""What the tests of labels have in common: deliveries whose shipment is arranged."""

import io
from datetime import timedelta

from odoo import fields
from odoo.tools.pdf import PdfReader

from .order_case import OrderCase


class LabelCase(OrderCase):
    """A shop whose labels are fetched by the scheduled action, or on purpose."""

    def import_arranged(self, *units, **order):
        """Import an order that was arranged in Seller Center; return id and order."""
        [pair] = self.import_arranged_many(1, *units, **order)
        return pair

    def import_arranged_many(self, count, *units, **order):
        units = units or [self.unit(quantity=2), self.unit(1)]
        order.setdefault("shipping_type", "TIKTOK")
        ids = [self.place_units(*units, **order) for _number in range(count)]
        for order_id in ids:
            self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        return [(order_id, self.sale_order(order_id)) for order_id in ids]

    def fetch(self):
        """Run the scheduled action, without what else is due every 15 minutes."""
        self.shop.write(
            {
                "next_delivery_sync": fields.Datetime.now() + timedelta(hours=1),
                "delivery_failure_count": 0,
            }
        )
        return self.run_cron("ir_cron_deliveries")

    def fetch_again(self, package):
        """Let the next try of a package come, and fetch."""
        package.next_label_try = fields.Datetime.now()
        self.fetch()

    def package_of(self, order):
        return order.picking_ids.tts_package_ids

    def refuse(self, package, code, **values):
        """Have the sandbox refuse the label of a package; None ends that."""
        values.setdefault("times", 99)
        self.control(
            "POST",
            f"/packages/{package.remote_id}",
            {"refuse": code, "call": "label", **values},
        )

    def texts(self, attachment):
        """Return the text of each page of a PDF."""
        reader = PdfReader(io.BytesIO(attachment.raw), strict=False)
        return [page.extract_text() for page in reader.pages]

    def page_sizes(self, attachment):
        """Return the size of each page of a PDF in whole points."""
        reader = PdfReader(io.BytesIO(attachment.raw), strict=False)
        return [
            tuple(round(float(n)) for n in page.mediaBox[2:]) for page in reader.pages
        ]
