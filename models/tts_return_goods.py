from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.aftersale_rules import Stage, expects_goods
from ..lib.returns import REFUND

NOT_OUT = "case-goods"
COUNT = "case-count"
WITHDRAWN = "case-withdrawn"
# Parts of kits are counted in fractions.
TOLERANCE = 1e-6


class TtsReturn(models.Model):
    """The goods of a return: expected, received by a person, and inspected."""

    _inherit = "tts.return"

    picking_ids = fields.One2many(
        "stock.picking", "tts_return_id", string="Returns of Goods", readonly=True
    )
    picking_count = fields.Integer(compute="_compute_picking_count")
    goods_expected = fields.Boolean(
        readonly=True, help="Units are to come back, or have come back."
    )
    return_proposed_on = fields.Datetime(
        readonly=True,
        help="When the return of the goods was made ready. What a person makes of it "
        "then stays.",
    )
    units_proposed = fields.Integer(
        readonly=True, help="How many units it was made ready for."
    )
    is_return_by_hand = fields.Boolean(
        readonly=True,
        help="A person has the goods come back, although TikTok says nothing of it.",
    )
    can_create_return = fields.Boolean(compute="_compute_can_create_return")
    inspection_state = fields.Selection(
        [
            ("none", "Nothing Comes Back"),
            ("expected", "To Receive"),
            ("received", "To Inspect"),
            ("inspected", "Inspected"),
        ],
        string="Goods",
        required=True,
        default="none",
        readonly=True,
        index=True,
    )
    units = fields.Integer(
        string="Units Returned", compute="_compute_units", help="As TikTok says."
    )
    units_returned = fields.Integer(
        string="Received", readonly=True, help="Kits count when they are complete."
    )
    units_restocked = fields.Integer(string="Back Into Stock", readonly=True)
    units_scrapped = fields.Integer(string="Scrapped", readonly=True)

    @api.depends("line_ids.quantity")
    def _compute_units(self):
        for case in self:
            case.units = sum(case.line_ids.mapped("quantity"))

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for case in self:
            case.picking_count = len(case.sudo().picking_ids)

    @api.depends("picking_ids.state", "order_id.is_fbt", "sale_order_id", "type")
    def _compute_can_create_return(self):
        for case in self.sudo():
            case.can_create_return = bool(
                case.sale_order_id
                and not case.order_id.is_fbt
                and case.type != REFUND
                and all(picking.state == "cancel" for picking in case.picking_ids)
            )

    # === BUTTONS === #

    def action_create_return(self):
        """Have the goods of this case come back, whatever TikTok says of them.

        :return: the action that opens the return
        :raise UserError: there is nothing to bring back
        """
        self.ensure_one()
        self.env["stock.return.picking"].check_access("create")
        self.check_access("read")
        case = self.sudo()
        case._check_returnable()
        case.is_return_by_hand = not case.goods_expected
        case._propose_return()
        case._count_goods()
        if not case._open_pickings():
            raise UserError(case._not_out_text())
        return self.action_view_pickings()

    def _check_returnable(self):
        if not self.sale_order_id or self.order_id.is_fbt:
            raise UserError(
                self.env._(
                    "Nothing of return %s can be received in Odoo: its order is not "
                    "here, or TikTok shipped it and receives it.",
                    self.remote_id,
                )
            )
        if not self._are_units_out():
            raise UserError(self._not_out_text())

    def action_view_pickings(self):
        """Open the returns of the goods of this case."""
        self.ensure_one()
        return self.picking_ids._get_records_action(
            name=self.env._("Returns of %s", self.remote_id)
        )

    def action_open_inspect(self):
        """Decide what becomes of what came back.

        :raise UserError: nothing of it waits for that
        """
        self.check_access("read")
        return self.env["tts.inspect"]._open(self.picking_ids)

    # === FOLLOW === #

    def _follow_steps(self):
        """Override: what comes back is received in Odoo by a person."""
        return [*super()._follow_steps(), self._follow_goods]

    def _follow_goods(self, case):
        """Propose the return of goods that are to come, drop it when they never will.

        :param case: a `lib.returns.Return`
        """
        order = self.order_id
        self._take_over_returns()
        self.goods_expected = (
            bool(order.sale_order_id)
            and not order.is_fbt
            and not self._is_replaced()
            and self._expects_goods(case)
        )
        if self.goods_expected:
            if self._is_proposal_due():
                if self.units < self.units_proposed:
                    self._open_pickings()._tts_drop(self)
                self._propose_return()
        elif self._is_over() and not self.is_return_by_hand:
            self._drop_returns()
        self._name_parcel()
        self._count_goods()

    def _name_parcel(self):
        """Let whoever scans the parcel find what it is for."""
        if number := self.tracking_number:
            self._open_pickings().filtered(
                lambda picking: picking.carrier_tracking_ref != number
            ).with_context(tts_from_tiktok=True).write({"carrier_tracking_ref": number})

    def _expects_goods(self, case):
        """Whether units of this case come back."""
        return expects_goods(case)

    def _is_over(self):
        """Whether goods that do not come by now never will."""
        is_decided = self.is_final or self.stage == Stage.GRANTED.value
        return is_decided and not self._is_replaced()

    def _is_proposal_due(self):
        """Whether goods are to be made ready, as TikTok told of them just now.

        It was done already for another number of units: once more, unless some came.
        """
        has_changed = (
            self.units_proposed not in (0, self.units)
            and not self.picking_ids._tts_begun()
        )
        return (
            self.shop_id.return_policy == "granted"
            and (has_changed or not self.return_proposed_on)
            and self._are_units_out()
        )

    def _is_replaced(self):
        """Whether the buyer edited this request: another one is about its goods.

        That one may come later, and then takes the returns over.
        """
        return bool(self.next_remote_id)

    def _take_over_returns(self):
        """Take the returns of the requests that this one replaces.

        One that nobody began to receive, and brings what this does not ask for, goes.
        """
        seen, before = self, self._neighbour(self.previous_remote_id)
        while before and before not in seen:
            seen |= before
            if pickings := before.picking_ids:
                missing = self._missing_goods()
                for picking in pickings - pickings._tts_begun():
                    goods = picking._tts_goods_back()
                    if any(missing.get(key, 0) < goods[key] for key in goods):
                        picking._tts_drop(before)
                pickings.write({"tts_return_id": self.id})
                before.goods_expected = False
                before._count_goods()
            before = before._neighbour(before.previous_remote_id)

    def _neighbour(self, remote_id):
        mine = [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)]
        return self.search(mine, limit=1) if remote_id else self.browse()

    def _propose_return(self):
        """Bring the returns of this case in step with its units, never twice."""
        # Whoever does the same at the same time fails on this row, and starts anew.
        self.return_proposed_on = fields.Datetime.now()
        self.units_proposed = self.units
        self.flush_recordset(["return_proposed_on"])
        self._link_returns_by_hand()
        missing = self._missing_goods()
        plan = self._plan_return(missing)
        if plan is None:
            self.return_proposed_on = False
            self._raise_issue(
                NOT_OUT,
                name=self.env._("Goods of return %s are not out", self.remote_id),
                reason=self._not_out_text(),
                hint=self.env._(
                    "Look at the returns of order %s: its goods may have come back for "
                    "something else. Receive by hand what is missing, then click "
                    "Dismiss.",
                    self.order_remote_id,
                ),
            )
            return
        self._close_issues(NOT_OUT)
        for picking in self._make_returns(plan):
            picking._message_log(
                body=self.env._(
                    "For return %(case)s of order %(order)s on TikTok Shop. Receive "
                    "what comes, then inspect it.",
                    case=self.remote_id,
                    order=self.order_remote_id,
                )
            )

    def _not_out_text(self):
        return self.env._(
            "Less than the units of return %(case)s left with the deliveries of order "
            "%(order)s and is not on its way back yet.",
            case=self.remote_id,
            order=self.order_remote_id,
        )

    # === GOODS THAT NEVER COME === #

    def _open_pickings(self):
        return self.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _drop_returns(self):
        """Cancel what nobody began to receive; ask about what is here already."""
        begun = self.picking_ids._tts_begun()
        is_open = self.inspection_state != "inspected"
        if begun and is_open and self.stage == Stage.CLOSED.value:
            self._note_withdrawn(begun)
        if begun:
            return
        self._open_pickings()._tts_drop(self)
        self.return_proposed_on = False

    def _note_withdrawn(self, pickings):
        self._raise_issue(
            WITHDRAWN,
            name=self.env._("Goods of return %s came, and it is over", self.remote_id),
            reason=self.env._(
                "The return was withdrawn or turned down, and %s received goods of it.",
                ", ".join(pickings.mapped("name")),
            ),
            hint=self.env._(
                "Agree with the buyer what becomes of them: nothing is refunded by "
                "itself. Then inspect them or send them back, and click Dismiss."
            ),
        )

    # === WHAT CAME === #

    def _count_goods(self):
        """Say what was received, and what became of it, and name what differs."""
        for case in self:
            received, restocked, inspected = case.picking_ids._tts_goods_summary()
            values = {
                "units_returned": case._to_units(received),
                "units_restocked": case._to_units(restocked),
            }
            done = case._to_units(inspected)
            values["units_scrapped"] = done - values["units_restocked"]
            values["inspection_state"] = case._goods_state(received, inspected)
            case.write(values)
            if values["inspection_state"] == "inspected":
                case._close_issues(WITHDRAWN)
            case._follow_count(received)

    def _goods_state(self, received, inspected):
        left = any(
            product.uom_id.compare(units, inspected.get(product, 0)) > 0
            for product, units in received.items()
        )
        if left:
            return "received"
        if self._open_pickings() or (self.goods_expected and not received):
            return "expected"
        return "inspected" if received else "none"

    def _to_units(self, quantities):
        """Count units of TikTok's in goods: kits as such, if all of their parts are.

        :param quantities: {product: quantity in its unit}
        """
        left, units = dict(quantities), 0
        lines = [
            (sale_line._tts_goods_per_unit(), wanted)
            for sale_line, wanted in self._units_by_sale_line().items()
        ]
        # More than was asked for may have come of something: that counts last.
        everything = [(goods, float("inf")) for goods, _wanted in lines]
        for goods, wanted in lines + everything:
            found = int(min(wanted, _units_in(left, goods)) + TOLERANCE)
            for product, per_unit in goods.items():
                left[product] = left.get(product, 0) - found * per_unit
            units += found
        return units

    def _follow_count(self, received):
        """Tell of a return that was received, and is not what the case says.

        :param received: {product: quantity in its unit}
        """
        wanted = defaultdict(float)
        for (_sale_line, product), units in self._wanted_goods().items():
            wanted[product] += units
        differs = [
            product
            for product in wanted | received
            if product.uom_id.compare(received.get(product, 0), wanted.get(product, 0))
        ]
        if not received or self._open_pickings() or not differs:
            self._close_issues(COUNT)
            return
        texts = [
            self.env._(
                "%(product)s: %(found)g received, %(expected)g expected.",
                product=product.display_name,
                found=received.get(product, 0),
                expected=wanted.get(product, 0),
            )
            for product in differs
        ]
        self._raise_issue(
            COUNT,
            name=self.env._("Return %s is not what came", self.remote_id),
            reason="\n".join(texts),
            hint=self.env._(
                "Count again. If it holds, tell TikTok with the case before the "
                "deadline, then click Dismiss."
            ),
        )


def _units_in(quantities, goods):
    """Return how often the goods of one unit are among these quantities."""
    found = [
        quantities.get(product, 0) / per_unit
        for product, per_unit in goods.items()
        if per_unit
    ]
    return max(0, min(found, default=0))
