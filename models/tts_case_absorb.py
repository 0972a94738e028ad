import logging

from odoo import api, fields, models
from odoo.fields import Command

from ..lib import raw
from ..lib.aftersale_rules import is_final, open_action, stage
from ..lib.errors import PayloadError
from ..utils import is_expected, naive, reason_of
from .tts_order_import import BUSY, IMPORT_CONTEXT

_logger = logging.getLogger(__name__)

BROKEN = "case-broken"
FOLLOW = "case-follow"


class TtsCase(models.AbstractModel):
    """Absorbing cases: each gets its mirror, and none stops another."""

    _inherit = "tts.case"

    @api.model
    def _absorb(self, shop, page, force=False):
        """Bring a page of cases into Odoo; unchanged ones cost one query in all.

        :param page: a `lib.aftersale_search.CasePage`
        :param bool force: go through unchanged cases too
        :return: the cases that are new or changed, or were forced
        """
        self = self.with_company(shop.company_id)
        for problem in page.problems:
            self._note_broken(shop, problem)
        known = self._known_cases(shop, [case.id for case in page.rows])
        fresh = []
        for case, row in zip(page.rows, page.raw, strict=True):
            row, digest = raw.storable(row)
            mirror = known.get(case.id)
            epoch = raw.update_epoch(row)
            if mirror and not force and mirror.digest == digest:
                continue
            if mirror and epoch < mirror.remote_update_epoch:
                continue  # an older version that arrives late says nothing new
            fresh.append(
                (case, {"payload": row, "digest": digest, "remote_update_epoch": epoch})
            )
        return self._store_cases(shop, fresh, known)

    @api.model
    def _known_cases(self, shop, remote_ids):
        found = self.search(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(remote_ids))]
        )
        return {case.remote_id: case for case in found}

    @api.model
    def _store_cases(self, shop, fresh, known):
        """Create or update the mirrors of typed cases, then follow each.

        :param fresh: list of (typed case, what the mirror keeps of the raw one)
        """
        cases = [case for case, _row in fresh]
        orders = self._orders_of(shop, cases)
        currencies = self.env["res.currency"]._tts_by_code(
            {case.refund.currency for case in cases if case.refund}
        )
        stored = self.browse()
        for case, row in fresh:
            order = orders.get(case.order_id)
            mirror = known.get(case.id, self.browse())
            if not mirror and not self._is_wanted(case, order):
                continue
            values = row | self._prepare_mirror_values(case, order, currencies)
            kept = self._keep(shop, mirror, case, values)
            stored |= kept
        keys = [f"{BROKEN}:{case.id}" for case in cases]
        if keys:
            self.env["tts.issue"]._close(shop, keys)
        return stored

    @api.model
    def _is_wanted(self, case, order):
        """Whether a case that was never seen before gets a mirror."""
        return True

    @api.model
    def _orders_of(self, shop, cases):
        """Find the orders of typed cases: {order id: `tts.order`}."""
        ids = {case.order_id for case in cases}
        found = self.env["tts.order"].search(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(ids))]
        )
        return {order.remote_id: order for order in found}

    @api.model
    def _prepare_mirror_values(self, case, order, currencies):
        """What a mirror is made of: TikTok's word, and what it asks for."""
        action = open_action(case)
        values = self._prepare_values(case, currencies) | {
            "stage": stage(case.status).value,
            "is_final": is_final(case.status),
            "need": action.need.value if action else False,
            "deadline": naive(action.deadline) if action else False,
            "order_id": order.id if order else False,
        }
        values["line_ids"] = [
            Command.clear(),
            *(
                Command.create(line)
                for line in self._prepare_lines(case, order, currencies)
            ),
        ]
        return values

    @api.model
    def _prepare_lines(self, case, order, currencies):
        """Equal units in one line each, with the sales order line they are of."""
        sale_lines = order._sale_lines_by_unit() if order else {}
        groups = {}
        for unit in case.lines:
            sale_line = sale_lines.get(unit.order_line_item_id)
            key = (unit.sku_id, sale_line, unit.refund and unit.refund.total)
            groups.setdefault(key, []).append(unit)
        company = order.company_id if order else self.env.company
        lines = []
        for (sku_id, sale_line, _amount), units in groups.items():
            first = units[0]
            refunds = [unit.refund for unit in units if unit.refund]
            lines.append(
                {
                    "company_id": company.id,
                    "line_item_ids": [unit.order_line_item_id for unit in units],
                    "quantity": len(units),
                    "sku_remote_id": sku_id,
                    "seller_sku": first.seller_sku,
                    "name": _line_text(first),
                    "image_url": first.image_url,
                    "sale_line_id": sale_line.id if sale_line else False,
                    "currency_id": currencies[refunds[0].currency].id
                    if refunds and refunds[0].currency in currencies
                    else False,
                    "amount_refund": float(sum(refund.total for refund in refunds)),
                }
            )
        return lines

    @api.model
    def _keep(self, shop, mirror, case, values):
        """Write or create one mirror in a savepoint of its own, and follow it.

        :return: the mirror; empty when even that could not be stored
        """
        try:
            with self.env.cr.savepoint():
                if mirror:
                    mirror.with_context(**IMPORT_CONTEXT).write(values)
                else:
                    mirror = self.with_context(**IMPORT_CONTEXT).create(
                        values | {"shop_id": shop.id, "remote_id": case.id}
                    )
        except BUSY:
            raise
        except Exception as error:
            _logger.exception("TikTok Shop case %s cannot be stored", case.id)
            self._note_unstored(shop, case, error)
            return self.browse()
        mirror = self.browse(mirror.ids)
        mirror._follow_safely(case)
        return mirror

    def _link_order(self):
        """Link these cases to their orders, which came into Odoo later; follow them."""
        for shop, mirrors in self.grouped("shop_id").items():
            mirrors = mirrors.with_company(shop.company_id)
            fresh, known = [], {}
            for mirror in mirrors:
                try:
                    fresh.append((mirror._typed(), {}))
                except PayloadError as error:
                    mirror._note_follow_error(error)
                else:
                    known[mirror.remote_id] = mirror
            mirrors._store_cases(shop, fresh, known)

    # === FOLLOW === #

    def _follow_safely(self, case):
        """Follow one case in a savepoint of its own.

        :return: whether it went well
        """
        try:
            with self.env.cr.savepoint():
                for step in self.with_context(**IMPORT_CONTEXT)._follow_steps():
                    step(case)
        except BUSY:
            raise
        except Exception as error:
            if not is_expected(error):
                _logger.exception("TikTok Shop case %s was not followed", case.id)
            self._note_follow_error(error)
            return False
        if self.error_message:
            self.error_message = False
        self._close_issues(FOLLOW)
        return True

    def _follow_again(self):
        """Follow these cases once more, from what TikTok said last.

        :return: those that Odoo could follow
        """
        followed = self.browse()
        for mirror in self:
            try:
                case = mirror._typed()
            except PayloadError as error:
                mirror._note_follow_error(error)
                continue
            if mirror._follow_safely(case):
                followed |= mirror
        return followed

    def _typed(self):
        """Return the typed case that TikTok sent last.

        :raise PayloadError: it cannot be read
        """
        self.ensure_one()
        return self._parse_case(self.sudo().payload or {})

    # === WHAT IS WRONG === #

    def _note_follow_error(self, error):
        """Keep why Odoo could not follow; a person decides."""
        reason = reason_of(error)
        self.error_message = reason
        self._raise_issue(
            FOLLOW,
            name=self.env._("Odoo could not follow case %s", self.remote_id),
            reason=reason,
            hint=self.env._("Mend what the reason names, then click Retry."),
        )

    @api.model
    def _note_broken(self, shop, problem):
        """Tell a person of a case that cannot be read: a deadline may be in it."""
        name = problem.id or self.env._("without an id")
        self.env["tts.issue"]._raise(
            shop,
            f"{BROKEN}:{problem.id or self._name}",
            category="aftersale",
            name=self.env._("Case %s could not be read", name),
            reason=str(problem.error),
            hint=self.env._(
                "Look at it in Seller Center and answer it there in time. It is read "
                "again when TikTok changes it, or when you click Retry."
            ),
            reference=problem.id,
            order_id=self.env["tts.order"]
            .search(
                [
                    ("shop_id", "=", shop.id),
                    ("remote_id", "=", problem.order_id or False),
                ],
                limit=1,
            )
            .id,
        )

    @api.model
    def _note_unstored(self, shop, case, error):
        self.env["tts.issue"]._raise(
            shop,
            f"{BROKEN}:{case.id}",
            category="aftersale",
            name=self.env._("Case %s could not be stored", case.id),
            reason=reason_of(error),
            hint=self.env._(
                "Look at it in Seller Center and answer it there in time; click Retry "
                "to read it again."
            ),
            reference=case.id,
        )


class TtsOrder(models.Model):
    _inherit = "tts.order"

    cancellation_ids = fields.One2many(
        "tts.cancellation", "order_id", string="Cancellations", readonly=True
    )
    return_ids = fields.One2many(
        "tts.return", "order_id", string="Returns", readonly=True
    )

    def _sale_lines_by_unit(self):
        """Return {line item id: its `sale.order.line`} of this order."""
        return {
            unit: line
            for line in self.sale_order_id.order_line
            for unit in line.tts_line_ids or ()
        }

    @api.model
    def _absorb(self, shop, rows, force=False):
        """Override to link cases that came before their order."""
        outcomes = super()._absorb(shop, rows, force)
        came = [key for key, what in outcomes.items() if what in ("created", "error")]
        if came:
            self._link_cases(shop, came)
        return outcomes

    @api.model
    def _link_cases(self, shop, remote_ids):
        """Link cases to their orders, which have just come into Odoo."""
        mine = [("shop_id", "=", shop.id), ("order_remote_id", "in", remote_ids)]
        for name in ("tts.cancellation", "tts.return"):
            cases = self.env[name].sudo().search(mine)
            if cases:
                cases._link_order()


def _line_text(unit):
    text = unit.product_name or unit.seller_sku or unit.sku_id
    return f"{text} ({unit.sku_name})" if unit.sku_name else text
