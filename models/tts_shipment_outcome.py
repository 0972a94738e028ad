from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command

from .. import const
from ..lib.shipping import (
    Consequence,
    RetrackConsequence,
    consequence,
    retrack_consequence,
)

# A hold lasts an hour, and a buyer's request until somebody answers it.
HOLD = timedelta(minutes=30)
# After these refusals the order is not what Odoo believes it to be.
READ_AGAIN = (
    Consequence.DONE,
    Consequence.CANCELLED,
    Consequence.REQUEST,
    Consequence.ON_HOLD,
    Consequence.GONE,
)


class TtsShipment(models.Model):
    """What became of a request: its state, its package, its issue."""

    _inherit = "tts.shipment"

    # === IT IS DONE === #

    def _note_done(self, note=None):
        """Override to tell of parcels with another number."""
        result = super()._note_done(note)
        self._name_other_numbers()
        return result

    def _log_done(self, note=None):
        """Override to say it on the deliveries, in one message each."""
        bodies = {}
        for shipment in self:
            picking = shipment.picking_id
            said = bodies.get(picking.id)
            sentence = note or shipment._done_note()
            bodies[picking.id] = f"{said} {sentence}" if said else sentence
        if bodies:
            self.picking_id._message_log_batch(bodies)

    def _close_issues(self):
        """Override for deliveries of which nothing else is wrong."""
        for shop, shipments in self.grouped("shop_id").items():
            keys = [
                f"ship:{picking.id}"
                for picking in shipments.picking_id
                if not picking._tts_failed_shipments()
            ]
            self.env["tts.issue"]._close(shop, keys)

    def _name_other_numbers(self):
        """Tell somebody of parcels that TikTok knows by another number than ours."""
        for shipment in self:
            number = shipment.tracking_number
            if not number or shipment.kind == "retrack":
                continue
            parcels = shipment._parcels().filtered("tracking_number")
            if parcels and number not in parcels.mapped("tracking_number"):
                shipment.picking_id._tts_note_kept_number(
                    parcels[0], number, self.env._("It was arranged with that number.")
                )

    def _done_note(self):
        values = {"user": self.user_id.name, "number": self.tracking_number}
        if self.kind == "split":
            return self.env._(
                "TikTok split the order into packages, as %s asked.", values["user"]
            )
        if self.kind == "retrack":
            return self.env._(
                "TikTok knows the tracking number %(number)s now, as %(user)s asked.",
                **values,
            )
        if self.kind == "buy":
            return self.env._(
                "The label was bought from TikTok, as %s asked.", values["user"]
            )
        if self.tracking_number:
            return self.env._(
                "Marked as shipped on TikTok with the tracking number %(number)s, as "
                "%(user)s asked.",
                **values,
            )
        return self.env._(
            "The shipment was arranged on TikTok, as %s asked.", values["user"]
        )

    def _note_shipped(self):
        """TikTok took these packages: they wait for their carrier now."""
        now = fields.Datetime.now()
        for package, shipments in self.grouped("package_id").items():
            shipment = shipments[0]
            values = {
                "status": const.PACKAGE_ARRANGED,
                "remote_status": const.PACKAGE_ARRANGED,
                "shipped_at": now,
                "pickup_failed": False,
                **shipment._prepare_carriage_values(),
            }
            if shipment.handover_method:
                values |= {
                    "handover_method": shipment.handover_method,
                    "pickup_start": shipment.pickup_start,
                    "pickup_end": shipment.pickup_end,
                }
            package.write(values)
        self.package_id._follow_status()

    def _prepare_carriage_values(self):
        """What a parcel of an own carrier tells of its package."""
        if not self.tracking_number:
            return {}
        return {
            "tracking_number": self.tracking_number,
            "provider_remote_id": self.provider_id.remote_id,
            "provider_name": self.provider_id.name,
        }

    def _store_package(self, remote_id, line_ids, is_shipped=True):
        """Keep a package that TikTok made for us; its units leave those they were in.

        :return: the `tts.package`
        """
        Package, order = self.env["tts.package"], self.order_id
        status = const.PACKAGE_ARRANGED if is_shipped else const.PACKAGE_TO_SHIP
        values = {
            "status": status,
            "remote_status": status,
            "is_gone": False,
            "line_item_ids": sorted(line_ids),
            "shipping_type": order.shipping_type,
            "order_ids": [Command.link(order.id)],
            **self._prepare_carriage_values(),
        }
        if is_shipped:
            values["shipped_at"] = fields.Datetime.now()
        package = Package.search(
            [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)]
        )
        if package:
            package.write(values)
        else:
            package = Package.create(
                values | {"shop_id": self.shop_id.id, "remote_id": remote_id}
            )
        for other in order.package_ids - package:
            inside = set(other.line_item_ids or ())
            if not other._is_to_ship() or not inside & set(line_ids):
                continue
            left = sorted(inside - set(line_ids))
            gone = {} if left else other._prepare_gone_values()
            other.write({"line_item_ids": left, **gone})
        return package

    # === IT IS NOT === #

    def _note_waiting(self, reason, wait, code=0):
        """Try again later, without asking anybody."""
        next_try = fields.Datetime.now() + wait
        self.write(
            {"state": "waiting", "next_try": next_try, "error": reason, "code": code}
        )
        self.env["tts.shop"]._trigger_deliveries(at=next_try)

    def _note_cancelled(self, reason, code=0):
        """Override to keep the code of a refusal."""
        self.code = code
        return super()._note_cancelled(reason)

    def _raise_issue(self, reason, hint):
        """Override for deliveries."""
        self.env["tts.issue"]._raise(
            self.shop_id,
            self._issue_key(),
            category="label",
            name=self._issue_name(),
            reason=reason,
            hint=hint,
            order_id=self.order_id.id,
            picking_id=self.picking_id.id,
            reference=self.package_id.remote_id or self.order_id.remote_id,
            next_retry=self.next_try,
        )

    def _issue_key(self):
        return f"ship:{self.picking_id.id}"

    def _issue_name(self):
        picking = self.picking_id.name
        if self.kind != "retrack":
            return self.env._("The shipment of %s is not arranged", picking)
        return self.env._(
            "TikTok keeps the tracking number %(old)s of %(delivery)s instead of "
            "%(new)s",
            old=self.package_id.tracking_number or self.env._("none"),
            delivery=picking,
            new=self.tracking_number,
        )

    def _tries_hint(self):
        """Override for orders."""
        return self.env._(
            "It is tried again by itself. If it goes on, look at the order in Seller "
            "Center; when it is arranged there, Odoo follows."
        )

    # === REFUSALS === #

    def _note_refused(self, code, message):
        """Draw the consequence of a refusal of TikTok's.

        :return: the orders that have to be read again
        """
        if self[:1].kind == "retrack":
            return self._note_retrack_refused(code, message)
        found, code = consequence(code, message), code or 0
        if found == Consequence.DONE:
            numbered = self.filtered("tracking_number")
            # Only the order tells with which number; it is read next.
            numbered._note_later(message, code)
            (self - numbered)._note_done_before()
        elif found in (Consequence.CANCELLED, Consequence.FBT):
            self._note_cancelled(message, code)
        elif found in (Consequence.REQUEST, Consequence.ON_HOLD):
            self._note_waiting(message, HOLD, code)
        elif found == Consequence.RETRY:
            self._note_later(message, code)
        else:
            self._note_failed(message, self._hint(found), code)
        if found in (Consequence.REQUEST, Consequence.FBT):
            for shipment in self:
                shipment._raise_issue(message, self._hint(found))
        return self.order_id if found in READ_AGAIN else self.env["tts.order"]

    def _note_done_before(self):
        """TikTok says that it is arranged: by our own call, or by somebody else."""
        note = self.env._("TikTok says that the shipment is arranged already.")
        shipped = self.filtered("package_id")
        if shipped:
            now = fields.Datetime.now()
            to_ship = shipped.package_id.filtered(lambda row: row._is_to_ship())
            to_ship.write(
                {
                    "status": const.PACKAGE_ARRANGED,
                    "remote_status": const.PACKAGE_ARRANGED,
                    "shipped_at": now,
                }
            )
            to_ship._follow_status()
        self._note_done(note)

    def _hint(self, found):
        """What a person can do about a refusal."""
        hints = {
            Consequence.REQUEST: self.env._(
                "Do not ship it. Open the sales order and click Accept or Decline; "
                "when it is declined, the shipment is arranged by itself."
            ),
            Consequence.GONE: self.env._(
                "The packages of the order changed on TikTok. Look at the delivery, "
                "then click Arrange Shipment again."
            ),
            Consequence.FBT: self.env._(
                "Nothing is to be shipped. Cancel the delivery."
            ),
            Consequence.TRACKING: self.env._(
                "Correct the tracking number or the provider of the delivery, then "
                "click Arrange Shipment again."
            ),
            Consequence.INVOICE: self.env._(
                "Upload the invoice in Seller Center, then click Retry."
            ),
            Consequence.ADDRESS: self.env._(
                "Correct what the reason names, or cancel the order in Seller Center "
                "with the reason that the address cannot be delivered to. Then click "
                "Retry."
            ),
            Consequence.ALONE: self.env._(
                "Split the delivery: validate what travels alone and create a "
                "backorder. Then click Arrange Shipment for both."
            ),
            Consequence.SLOT: self.env._(
                "Click Arrange Shipment and choose another pick-up slot, or drop-off."
            ),
        }
        return hints.get(found) or self.env._(
            "Look at the order in Seller Center, correct what the reason names, then "
            "click Retry."
        )

    def _note_retrack_refused(self, code, message):
        """Draw the consequence of a refusal to change a tracking number.

        :return: the orders that have to be read again
        """
        found, code = retrack_consequence(code), code or 0
        if found == RetrackConsequence.RETRY:
            self._note_later(message, code)
            return self.env["tts.order"]
        reread = (
            RetrackConsequence.CANCELLED,
            RetrackConsequence.GONE,
            RetrackConsequence.REQUEST,
            RetrackConsequence.DELIVERED,
        )
        if found == RetrackConsequence.TRACKING:
            hint = self.env._("Correct the Tracking Reference of the delivery.")
        else:
            hint = self.env._(
                "TikTok does not change it any more. Tell the buyer the right number "
                "in a message, then dismiss this."
            )
        self._note_failed(message, hint, code)
        return self.order_id if found in reread else self.env["tts.order"]
