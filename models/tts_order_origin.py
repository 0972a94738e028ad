from odoo import api, fields, models

from ..lib.returns import EXCHANGE, REPLACEMENT


class TtsOrder(models.Model):
    """Orders with which goods are sent anew, and the orders they are for."""

    _inherit = "tts.order"

    is_exchange = fields.Boolean(string="Exchange", readonly=True)
    origin_remote_id = fields.Char(
        string="For Order ID",
        readonly=True,
        index="btree_not_null",
        help="The order whose goods this one replaces or exchanges.",
    )
    # Searched for anew, so that neither order has to come first.
    origin_order_id = fields.Many2one(
        "tts.order", string="For Order", compute="_compute_origin_order_id"
    )
    replacement_ids = fields.One2many(
        "tts.order", string="Sent Anew With", compute="_compute_replacement_ids"
    )

    @api.depends("shop_id", "origin_remote_id")
    def _compute_origin_order_id(self):
        origins = self._by_shop_and_id("remote_id", self.mapped("origin_remote_id"))
        for order in self:
            found = origins.get((order.shop_id, order.origin_remote_id))
            order.origin_order_id = found[:1] if found else False

    @api.depends("shop_id", "remote_id")
    def _compute_replacement_ids(self):
        sent = self._by_shop_and_id("origin_remote_id", self.mapped("remote_id"))
        for order in self:
            order.replacement_ids = sent.get((order.shop_id, order.remote_id), False)

    @api.model
    def _by_shop_and_id(self, name, remote_ids):
        """Find orders by a field that holds an id of TikTok's: {(shop, id): orders}."""
        wanted = [remote_id for remote_id in remote_ids if remote_id]
        found = self.search([(name, "in", wanted)]) if wanted else self.browse()
        return found.grouped(lambda order: (order.shop_id, order[name]))

    @api.model
    def _prepare_mirror_values(self, order, amounts, expected, currency):
        """Override to keep which order the goods are sent anew for."""
        return super()._prepare_mirror_values(order, amounts, expected, currency) | {
            "is_exchange": order.is_exchange,
            "origin_remote_id": order.origin_id or False,
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    tts_origin_id = fields.Many2one(
        "sale.order",
        string="Replaces Goods Of",
        compute="_compute_tts_origin_id",
        compute_sudo=True,
    )
    tts_replacement_ids = fields.One2many(
        "sale.order",
        string="Sent Anew With",
        compute="_compute_tts_replacement_ids",
        compute_sudo=True,
    )
    tts_replacement_count = fields.Integer(
        compute="_compute_tts_replacement_ids", compute_sudo=True
    )

    @api.depends("tts_order_id.origin_order_id")
    def _compute_tts_origin_id(self):
        for order in self:
            order.tts_origin_id = order.tts_order_id.origin_order_id.sale_order_id

    @api.depends("tts_order_id.replacement_ids")
    def _compute_tts_replacement_ids(self):
        for order in self:
            sent = order.tts_order_id.replacement_ids.sale_order_id
            order.tts_replacement_ids = sent
            order.tts_replacement_count = len(sent)

    def action_view_tts_origin(self):
        """Open the order whose goods this one sends anew."""
        self.ensure_one()
        return self.tts_origin_id._get_records_action()

    def action_view_tts_replacements(self):
        """Open the orders with which goods of this one are sent anew."""
        self.ensure_one()
        return self.tts_replacement_ids._get_records_action(
            name=self.env._("Sent Anew for %s", self.name)
        )


class TtsReturn(models.Model):
    _inherit = "tts.return"

    new_order_ids = fields.One2many(
        "tts.order",
        string="Sent Anew With",
        compute="_compute_new_order_ids",
        help="The order that TikTok made for the goods sent anew.",
    )

    @api.depends("order_id.replacement_ids", "type", "line_ids.sku_remote_id")
    def _compute_new_order_ids(self):
        for case in self:
            case.new_order_ids = case.order_id.replacement_ids.filtered(
                case._may_have_led_to
            )

    def _may_have_led_to(self, order):
        """Whether a new order of the same origin is this case's.

        TikTok names the order and not the case: kind, time and goods have to do.
        """
        began, made = self.remote_create_time, order.remote_create_time
        if began and made and made < began:
            return False
        if self.type != REPLACEMENT:
            return self.type == EXCHANGE and order.is_exchange
        lines = order.sudo().sale_order_id.order_line
        skus = set(filter(None, lines.mapped("tts_sku_id")))
        return order.is_replacement and skus <= set(
            self.line_ids.mapped("sku_remote_id")
        )

    def action_view_new_orders(self):
        """Open the orders with which the goods are sent anew."""
        self.ensure_one()
        return self.new_order_ids._get_records_action(
            name=self.env._("Sent Anew for %s", self.remote_id)
        )
