from collections import defaultdict

from odoo import models
from odoo.tools import format_datetime

from ..report.pick_list import Missing, Parcel, Pick, make_pick_list


class TtsLabelPrint(models.Model):
    """The pick list of a print: what to fetch from where, and what it goes into."""

    _inherit = "tts.label.print"

    def _make_pick_list(self, is_small):
        """Return the pick list as a PDF.

        :param bool is_small: on A6, for a label printer
        """
        printed = self.line_ids.filtered(lambda line: not line.missing)
        missing = [
            Missing(line.picking_id.name or line.package_id.remote_id, line.missing)
            for line in self.line_ids - printed
        ]
        words = self._pick_list_words(len(printed))
        parcels = [line._prepare_parcel() for line in printed]
        return make_pick_list(words, self._picks(printed), parcels, missing, is_small)

    def _pick_list_words(self, count):
        subtitle = self.env._(
            "%(count)s labels, %(when)s, %(who)s",
            count=count,
            when=format_datetime(self.env, self.create_date, dt_format="short"),
            who=self.user_id.name,
        )
        if self.reason:
            subtitle += " · " + self.env._("Printed again: %s", self.reason)
        return {
            "title": self.env._("Pick List: %s", self.name),
            "subtitle": subtitle,
            "picks": self.env._("To Pick"),
            "parcels": self.env._("Labels"),
            "missing": self.env._("Labels Missing in This Print"),
            "pick_heads": [
                self.env._("Location"),
                self.env._("Product"),
                self.env._("Qty"),
                self.env._("Labels"),
            ],
            "parcel_heads": [
                self.env._("No."),
                self.env._("Order, Delivery"),
                self.env._("Ship By"),
                self.env._("Carrier, Tracking"),
                self.env._("Pieces"),
            ],
        }

    def _picks(self, lines):
        """Return what to fetch, by location and SKU, each with its labels' numbers."""
        quantities, numbers = defaultdict(float), defaultdict(dict)
        seen = set()
        for line in lines:
            for picking in line._pickings():
                for key, quantity in picking._tts_pick_rows():
                    if picking.id not in seen:
                        quantities[key] += quantity
                    numbers[key][line.position] = True
                seen.add(picking.id)
        return [
            Pick(*key, f"{quantity:g}", ", ".join(map(str, numbers[key])))
            for key, quantity in sorted(quantities.items())
        ]


class TtsLabelPrintLine(models.Model):
    _inherit = "tts.label.print.line"

    def _pickings(self):
        """The deliveries this label is for: of a combined package, several."""
        return self.package_id.picking_ids.sorted("id") or self.picking_id

    def _prepare_parcel(self):
        pickings, package = self._pickings(), self.package_id
        due = package.ship_by
        # TikTok counts units; before it tells them, Odoo does.
        pieces = len(package.line_item_ids or ())
        pieces = pieces or sum(pickings.move_ids.mapped("product_uom_qty"))
        return Parcel(
            number=str(self.position),
            order=", ".join(package.order_ids.mapped("remote_id")),
            delivery=", ".join(pickings.mapped("name")),
            due=format_datetime(self.env, due, dt_format="short") if due else "",
            carrier=package.provider_name or "",
            tracking=package.tracking_number or "",
            pieces=f"{pieces:g}",
            again=self.env._("printed again") if self.is_again else "",
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _tts_pick_rows(self):
        """Yield ((location, Internal Reference, product and lot), quantity).

        What is not reserved is named at the place it should come from.
        """
        for move in self.move_ids:
            if move.state == "cancel":
                continue
            product = move.product_id
            sku = product.default_code or ""
            name = product.with_context(display_default_code=False).display_name
            left = move.product_uom_qty
            for line in move.move_line_ids:
                lot = line.lot_id.name or line.lot_name
                text = f"{name} [{lot}]" if lot else name
                yield (line.location_id.complete_name or "", sku, text), line.quantity
                left -= line.quantity
            if move.product_uom.compare(left, 0) > 0 and move.state != "done":
                place = self.env._("%s (not reserved)", move.location_id.complete_name)
                yield (place, sku, name), left
