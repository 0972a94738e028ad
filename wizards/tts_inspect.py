from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class TtsInspect(models.TransientModel):
    """Ask what becomes of goods that buyers sent back."""

    _name = "tts.inspect"
    _description = "Inspect TikTok Shop Returns"

    company_id = fields.Many2one("res.company", required=True)
    line_ids = fields.One2many("tts.inspect.line", "inspect_id")
    location_dest_id = fields.Many2one(
        "stock.location",
        string="Back Into",
        required=True,
        check_company=True,
        domain="[('usage', '=', 'internal'), ('warehouse_id', '!=', False), "
        "('company_id', '=', company_id)]",
    )
    reason_ids = fields.Many2many("stock.scrap.reason.tag", string="Scrapped Because")
    note = fields.Char(help="It is kept on the return.")
    is_scrapping = fields.Boolean(compute="_compute_is_scrapping")

    @api.depends("line_ids.quantity_scrap")
    def _compute_is_scrapping(self):
        for wizard in self:
            wizard.is_scrapping = any(wizard.line_ids.mapped("quantity_scrap"))

    @api.model
    def _open(self, pickings):
        """Open the wizard for what came with these returns and waits.

        :raise UserError: nothing waits
        """
        self.check_access("create")
        pickings.check_access("read")
        lines = [
            values
            for picking in pickings
            for values in self._prepare_lines(picking.sudo())
        ]
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing of %s waits to be inspected. Receive the goods first.",
                    ", ".join(pickings.mapped("name")) or self.env._("this return"),
                )
            )
        picking_sudo = pickings[:1].sudo()
        warehouse = (
            picking_sudo.picking_type_id.warehouse_id
            or picking_sudo.tts_shop_id.warehouse_id
        )
        wizard = self.create(
            {
                "company_id": picking_sudo.company_id.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "line_ids": [Command.create(values) for values in lines],
            }
        )
        return {
            "name": self.env._("Inspect"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
        }

    @api.model
    def _prepare_lines(self, picking):
        return [
            {
                "picking_id": picking.id,
                "product_id": product.id,
                "lot_id": lot.id,
                "quantity": units,
                "quantity_restock": units,
            }
            for (product, lot), units in picking._tts_to_inspect().items()
        ]

    # === BUTTONS === #

    def action_inspect(self):
        """Bring goods back into stock, scrap others; the rest waits on.

        :raise UserError: a quantity cannot be, or the goods are somewhere else
        """
        self.ensure_one()
        self.line_ids._check_quantities()
        for picking, lines in self.line_ids.grouped("picking_id").items():
            lines.filtered("quantity_scrap")._scrap()
            lines.filtered("quantity_restock")._restock()
            self._note_on(picking, lines)
        return {"type": "ir.actions.act_window_close"}

    def _note_on(self, picking, lines):
        """Keep on a return, and on its case, what was decided, by whom and why."""
        texts = [line._text() for line in lines if line._is_decided()]
        if not texts:
            return
        if lines.filtered("quantity_scrap") and self.reason_ids:
            reasons = ", ".join(self.reason_ids.mapped("name"))
            texts.append(self.env._("Scrapped because: %s", reasons))
        if self.note:
            texts.append(self.note)
        body = self.env._("Inspected. %s", " ".join(texts))
        picking.sudo()._message_log(body=body)
        for case in picking.sudo().tts_return_id:
            case._message_log(body=body)


class TtsInspectLine(models.TransientModel):
    """Goods of one kind that came back, and what becomes of them."""

    _name = "tts.inspect.line"
    _description = "Inspect TikTok Shop Returns: Goods"
    _order = "inspect_id, id"

    inspect_id = fields.Many2one("tts.inspect", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="inspect_id.company_id")
    picking_id = fields.Many2one(
        "stock.picking", string="Received With", required=True, readonly=True
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float(
        string="To Inspect", digits="Product Unit", readonly=True, required=True
    )
    quantity_restock = fields.Float(string="Restock", digits="Product Unit")
    quantity_scrap = fields.Float(string="Scrap", digits="Product Unit")
    quantity_left = fields.Float(
        string="Left",
        digits="Product Unit",
        compute="_compute_quantity_left",
    )

    @api.depends("quantity", "quantity_restock", "quantity_scrap")
    def _compute_quantity_left(self):
        for line in self:
            decided = line.quantity_restock + line.quantity_scrap
            line.quantity_left = line.quantity - decided

    def _is_decided(self):
        return bool(self.quantity_restock or self.quantity_scrap)

    def _text(self):
        name = self.product_id.display_name
        return self.env._(
            "%(goods)s: %(restocked)g back into stock, %(scrapped)g scrapped.",
            goods=f"{name} ({self.lot_id.name})" if self.lot_id else name,
            restocked=self.quantity_restock,
            scrapped=self.quantity_scrap,
        )

    def _check_quantities(self):
        """Refuse what is not there, also when somebody was faster.

        :raise UserError: a quantity cannot be
        """
        # What a request names may be of another company, which texts would tell.
        self.picking_id.check_access("read")
        for line in self:
            picking = line.picking_id.sudo()
            waiting = picking._tts_to_inspect().get((line.product_id, line.lot_id), 0)
            wanted = line.quantity_restock + line.quantity_scrap
            is_wrong = line.quantity_restock < 0 or line.quantity_scrap < 0
            if is_wrong or line.uom_id.compare(wanted, waiting) > 0:
                raise UserError(
                    self.env._(
                        "%(found)g of %(product)s wait to be inspected in %(picking)s. "
                        "Correct what goes back into stock and what is scrapped.",
                        found=waiting,
                        product=line.product_id.display_name,
                        picking=picking.name,
                    )
                )

    # === MOVES === #

    def _restock(self):
        """Bring these goods of one return back into stock; it is done at once."""
        if not self:
            return
        received = self.picking_id
        where, to = received.location_dest_id, self.inspect_id.location_dest_id
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": to.warehouse_id.int_type_id.id,
                "company_id": received.company_id.id,
                "origin": received.name,
                "location_id": where.id,
                "location_dest_id": to.id,
                "tts_inspected_id": received.id,
            }
        )
        self.env["stock.move"].create(
            [line._prepare_move_values(transfer) for line in self]
        )
        transfer._action_done()

    def _prepare_move_values(self, transfer):
        common = {
            "picking_id": transfer.id,
            "product_id": self.product_id.id,
            "location_id": transfer.location_id.id,
            "location_dest_id": transfer.location_dest_id.id,
        }
        return {
            **common,
            "company_id": transfer.company_id.id,
            "product_uom": self.uom_id.id,
            "product_uom_qty": self.quantity_restock,
            "picked": True,
            "move_line_ids": [
                Command.create(
                    {
                        **common,
                        "product_uom_id": self.uom_id.id,
                        "lot_id": self.lot_id.id,
                        "quantity": units,
                        "package_id": package.id,
                        "owner_id": owner.id,
                    }
                )
                for package, owner, units in self._take(self.quantity_restock)
            ],
        }

    def _scrap(self):
        """Scrap these goods where they lie; it is done at once."""
        for line in self:
            picking = line.picking_id
            for package, owner, units in line._take(line.quantity_scrap):
                self.env["stock.scrap"].create(
                    {
                        "company_id": picking.company_id.id,
                        "origin": picking.name,
                        "picking_id": picking.id,
                        "location_id": picking.location_dest_id.id,
                        "product_id": line.product_id.id,
                        "product_uom_id": line.uom_id.id,
                        "lot_id": line.lot_id.id,
                        "package_id": package.id,
                        "owner_id": owner.id,
                        "scrap_qty": units,
                        "scrap_reason_tag_ids": [
                            Command.set(line.inspect_id.reason_ids.ids)
                        ],
                    }
                ).do_scrap()

    def _take(self, wanted):
        """Choose what lies in the returns location.

        :return: list of (package, owner, units); goods that nobody counts as they are
        :raise UserError: less is there
        """
        Quant = self.env["stock.quant"]
        if not self.product_id.is_storable:
            return [(Quant.package_id, Quant.owner_id, wanted)]
        where = self.picking_id.location_dest_id
        taken, left = [], wanted
        for quant in Quant._gather(self.product_id, where, lot_id=self.lot_id):
            free = quant.quantity - quant.reserved_quantity
            if quant.lot_id != self.lot_id or self.uom_id.compare(free, 0) <= 0:
                continue
            units = min(free, left)
            if self.uom_id.compare(units, 0) > 0:
                taken.append((quant.package_id, quant.owner_id, units))
                left -= units
        if self.uom_id.compare(left, 0) > 0:
            raise UserError(
                self.env._(
                    "%(found)g of %(product)s lie in %(location)s, less than you want "
                    "to move. Somebody moved the rest: look at its stock.",
                    found=wanted - left,
                    product=self.product_id.display_name,
                    location=where.display_name,
                )
            )
        return taken
