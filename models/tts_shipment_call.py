from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields, models

from ..lib.delivery_calls import Dimension, ShipRow, Weight
from ..lib.errors import RateLimited, Rejected, TikTokError, Unauthorized

# So long after a lost answer TikTok may still show an order as it was before.
SETTLE = timedelta(minutes=2)


@dataclass
class Answers:
    """What TikTok said to a call about several requests."""

    taken: list = field(default_factory=list)  # requests
    refused: list = field(default_factory=list)  # (requests, code, message)
    unsent: list = field(default_factory=list)  # requests TikTok never saw
    stopper: TikTokError | None = None  # what ends the sending of this shop for now


class TtsShipment(models.Model):
    """Sending requests: the call of each kind, and what its answer means."""

    _inherit = "tts.shipment"

    def _note_sending(self):
        """Write down that these are about to be sent.

        Shipping again is refused, so that an interrupted batch goes on at once; of the
        other kinds the truth is not read before TikTok shows it.

        :return: the moment, by which the sender knows its requests
        """
        now = fields.Datetime.now()
        is_harmless = self[:1].kind == "ship"
        self.write(
            {
                "state": "sending",
                "sent_at": now,
                "next_try": False if is_harmless else now + SETTLE,
            }
        )
        return now

    # === CALLS === #

    def _send(self, client):
        """Make the call; what packages it made is noted on the way.

        :return: the `Answers`
        """
        if not self:
            return Answers()
        if self[0].kind != "ship":
            return self._send_alone(client)
        packages = self.grouped("package_id")
        by_id = {package.remote_id: rows for package, rows in packages.items()}
        try:
            errors = client.ship_packages(
                [shipments[0]._ship_row() for shipments in packages.values()]
            )
        except Rejected as error:
            if len(packages) == 1:
                return Answers(refused=[(self, error.code, str(error))])
            return self._send_each(client, packages.values())
        except TikTokError as error:
            return self._not_answered(error)
        answers = Answers()
        for error in errors:
            if shipments := by_id.pop(error.package_id, None):
                answers.refused.append((shipments, error.code, error.message))
        answers.taken += by_id.values()
        return answers

    def _send_each(self, client, groups):
        """Ship one by one what TikTok refused as a whole: one may be the reason."""
        answers = Answers()
        for shipments in groups:
            if answers.stopper:
                answers.unsent.append(shipments)
                continue
            part = shipments._send(client)
            answers.taken += part.taken
            answers.refused += part.refused
            answers.unsent += part.unsent
            answers.stopper = part.stopper
        return answers

    def _send_alone(self, client):
        try:
            getattr(self, f"_call_{self.kind}")(client)
        except Rejected as error:
            return Answers(refused=[(self, error.code, str(error))])
        except TikTokError as error:
            return self._not_answered(error)
        return Answers(taken=[self])

    def _not_answered(self, error):
        """No answer about these: either TikTok never saw them, or nobody knows.

        What nobody knows is read before they are sent again.
        """
        if isinstance(error, RateLimited | Unauthorized):
            return Answers(unsent=[self], stopper=error)
        self._try_again(str(error), error)
        # An error with a code concerns these alone: the others have their turn.
        return Answers(stopper=None if error.code else error)

    def _note_answers(self, answers):
        """Draw the consequences of what TikTok said.

        :return: the orders that have to be read again
        """
        to_read = self.env["tts.order"]
        for shipments in answers.unsent:
            shipments.write({"state": "waiting", "next_try": False})
        for shipments, code, message in answers.refused:
            to_read |= shipments._note_refused(code, message)
        taken = self.browse().union(*answers.taken)
        if taken[:1].kind == "ship":
            taken._note_shipped()
            taken |= taken._partners()
        taken._note_done()
        return to_read

    def _partners(self):
        """Return what else waits for packages that are shipped by now."""
        return self.search(
            [
                ("package_id", "in", self.package_id.ids),
                ("kind", "=", "ship"),
                ("state", "=", "waiting"),
            ]
        )

    # === SHIP === #

    def _ship_row(self):
        slot = None
        if self.handover_method == "PICKUP" and self.pickup_start and self.pickup_end:
            slot = (self.pickup_start, self.pickup_end)
        return ShipRow(
            self.package_id.remote_id,
            handover_method=self.handover_method or None,
            pickup_slot=slot,
            tracking_number=self.tracking_number or None,
            provider_id=self.provider_id.remote_id or None,
        )

    # === MARK, BUY === #

    def _call_mark(self, client):
        marked = client.mark_shipped(
            self.order_id.remote_id,
            self.line_item_ids,
            self.tracking_number,
            self.provider_id.remote_id,
        )
        self._note_made(marked.package_id)
        if marked.warning:
            self.picking_id._message_log(
                body=self.env._("TikTok warns: %s", marked.warning)
            )

    def _call_buy(self, client):
        weight, dimension = self._measures()
        remote_id = client.create_package(
            self.order_id.remote_id,
            line_item_ids=None if self._is_whole_order() else self.line_item_ids,
            service_id=self.service_remote_id or None,
            weight=weight,
            dimension=dimension,
        )
        self._note_made(remote_id)

    def _note_made(self, remote_id):
        """Keep the package that was made of this delivery's units."""
        self.package_id = self._store_package(remote_id, self.line_item_ids)
        self.order_id.package_ids._link_pickings()
        self.package_id._follow_status()

    def _is_whole_order(self):
        return set(self.line_item_ids or ()) >= self.order_id._unit_skus().keys()

    def _measures(self):
        """Return weight and size as TikTok's market takes them, None where unknown."""
        is_imperial = self.shop_id.region == "US"
        weight = dimension = None
        if self.weight:
            unit = "POUND" if is_imperial else "GRAM"
            weight = Weight(
                f"{self.weight:.2f}" if is_imperial else f"{self.weight:.0f}", unit
            )
        if self.parcel_length and self.parcel_width and self.parcel_height:
            sides = (
                f"{self[name]:.1f}"
                for name in ("parcel_length", "parcel_width", "parcel_height")
            )
            dimension = Dimension(*sides, "INCH" if is_imperial else "CM")
        return weight, dimension

    # === SPLIT === #

    def _call_split(self, client):
        """Split the order; its packages are known before anything is shipped.

        :raise Rejected: TikTok does not split this order
        """
        order = self.order_id
        for check in client.split_checks([order.remote_id]):
            if not check.can_split:
                raise Rejected(
                    self.env._(
                        "TikTok does not split order %(order)s: %(reason)s.",
                        order=order.remote_id,
                        reason=check.reason or self.env._("it gives no reason"),
                    )
                )
        made = client.split(order.remote_id, self.groups)
        for group, remote_id in made.items():
            self._store_package(remote_id, self.groups[group], is_shipped=False)
        order.package_ids._link_pickings()

    # === CHANGE A TRACKING NUMBER === #

    def _call_retrack(self, client):
        client.update_tracking(
            self.package_id.remote_id, self.tracking_number, self.provider_id.remote_id
        )
        self.package_id.write(self._prepare_carriage_values())
        self.package_id._follow_status()
