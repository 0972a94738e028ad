import re

from odoo import fields, models

from .. import const
from ..lib.payloads import is_masked_text

# A label that is here, or on its way to the parcel.
LABEL_HERE = ("done", "link")


class TtsOrder(models.Model):
    """An address that changes: deliveries follow it until they have their label."""

    _inherit = "tts.order"

    address_held = fields.Boolean(
        string="Address Changed After the Label",
        readonly=True,
        help="Its deliveries stay until somebody chooses which address holds.",
    )
    address_old = fields.Text(string="Address on the Label", readonly=True)
    address_new = fields.Text(string="New Address", readonly=True)
    address_refused = fields.Text(readonly=True)

    def _follow_address(self, order, before):
        """Send open deliveries where the buyer wants them now.

        A masked or empty address never takes the place of a clear one, and one that
        did not change on TikTok takes the place of no one that a person chose.
        """
        if order.status not in const.OPEN_STATUSES:
            self._release_address()
        if order.address == before.address and not before.failed:
            return
        if not order.address or _text(order.address) == self.address_refused:
            return
        if self.address_held:
            self._hold_address(order.address)
        elif (
            before.address
            and _is_other_place(before.address, order.address)
            and self._is_labelled(order)
        ):
            self.address_old = _text(before.address)
            self._hold_address(order.address)
        else:
            self._apply_address(order, self._open_pickings(), before.address)

    def _open_pickings(self):
        return self.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _is_labelled(self, order):
        """Whether a parcel with the address as it was may stand in the warehouse."""
        if order.status not in const.OPEN_STATUSES:
            return False
        packages = self.package_ids.filtered(
            lambda package: (
                not package.is_gone
                and (
                    package.status == const.PACKAGE_ARRANGED
                    or package.label_state in LABEL_HERE
                    or package.print_count
                )
                and package.status != const.PACKAGE_CANCELLED
            )
        )
        return bool(packages) or any(
            self._open_pickings().mapped("carrier_tracking_ref")
        )

    def _apply_address(self, order, pickings, old=None):
        """Let the sales order and these deliveries go where the order says.

        :param order: a `payloads.Order`
        :param old: the `payloads.Address` until now, for the note
        """
        sale_order = self.sale_order_id
        current = sale_order.sudo().partner_shipping_id
        if (
            order.address.is_masked
            and current.tts_address_key != f"order:{self.remote_id}"
        ):
            return
        Partner = self.env["res.partner"]
        places = Partner._tts_places([order])
        buyer = sale_order.partner_id
        if order.address.is_masked:
            values = Partner._tts_prepare_recipient_values(order, buyer, places)
            if values := _news(current, values):
                current.write(values)
                self._note_address(pickings, old, order.address)
            return
        recipient = Partner._tts_find_or_create_recipients(
            [order], {order.id: buyer}, places
        )[order.id]
        buyer._tts_unmask_name(order)
        if recipient != current:
            sale_order.partner_shipping_id = recipient
            pickings.partner_id = recipient
            self._note_address(pickings, old, order.address)

    def _note_address(self, pickings, old, new):
        """Keep on deliveries that their address changed, and from what."""
        if not old or _text(old) == _text(new):
            return
        body = self.env._(
            "The buyer changed the address on TikTok: %(old)s → %(new)s",
            old=_text(old, ", "),
            new=_text(new, ", "),
        )
        pickings._message_log_batch(bodies=dict.fromkeys(pickings.ids, body))

    # === HELD === #

    def _hold_address(self, address):
        """Keep deliveries back until somebody chooses; one changed back goes on."""
        new = _text(address)
        if new == self.address_old:
            self._release_address()
            return
        self.write({"address_held": True, "address_new": new})
        pickings = self.sale_order_id.picking_ids.filtered(
            lambda picking: picking.state != "cancel"
        )
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"address:{self.remote_id}",
            category="label",
            name=self.env._("The address of order %s changed", self.remote_id),
            reason=self.env._(
                "It changed after the label was made.\nOn the label: %(old)s\nNew: "
                "%(new)s",
                old=self.address_old.replace("\n", ", "),
                new=new.replace("\n", ", "),
            ),
            hint=self.env._(
                "Open the delivery and click Use New Address or Keep Old Address. "
                "Until then it is not to be validated."
            ),
            order_id=self.id,
            picking_id=pickings.sorted(lambda picking: picking.state == "done")[:1].id,
        )

    def _release_address(self):
        """Let go of deliveries that were kept back for their address."""
        for order in self.filtered("address_held"):
            order.address_held = False
            self.env["tts.issue"]._close(order.shop_id, [f"address:{order.remote_id}"])

    def _use_new_address(self):
        """Send the deliveries to the new address, with a new label."""
        order = self._parse(self.payload)
        pickings = self.sale_order_id.picking_ids.filtered(
            lambda picking: (
                picking.state != "cancel"
                and not picking.return_id
                and picking.tts_status not in ("shipped", "cancelled")
            )
        )
        if order.address:
            self._apply_address(order, pickings)
        self._release_address()
        self._want_new_labels()
        pickings._tts_note_choice(
            self.env._(
                "The new address holds: %s. Print the label again.",
                self.address_new.replace("\n", ", "),
            )
        )

    def _want_new_labels(self):
        """Have stored labels fetched again: they carry the address as it was."""
        packages = self.package_ids.filtered(
            lambda package: (
                package.status == const.PACKAGE_ARRANGED
                and not package.is_gone
                and package._is_label_by_tiktok()
            )
        )
        packages._void_labels()
        if packages:
            self.shop_id._trigger_deliveries()

    def _keep_old_address(self):
        """Let the deliveries leave with the address that is on the label."""
        self.address_refused = self.address_new
        self._release_address()
        self.sale_order_id.picking_ids._tts_note_choice(
            self.env._(
                "The address on the label holds: %s.",
                self.address_old.replace("\n", ", "),
            )
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    tts_address_held = fields.Boolean(
        related="sale_id.tts_order_id.address_held", string="Address Changed"
    )
    tts_address_old = fields.Text(
        related="sale_id.tts_order_id.address_old", string="On the Label"
    )
    tts_address_new = fields.Text(
        related="sale_id.tts_order_id.address_new", string="New"
    )

    def action_tts_use_new_address(self):
        """Send these deliveries where the buyer wants them now, with a new label."""
        for order in self._tts_orders_to_decide():
            order._use_new_address()

    def action_tts_keep_old_address(self):
        """Let these deliveries leave with the address that is on the label."""
        for order in self._tts_orders_to_decide():
            order._keep_old_address()

    def _tts_orders_to_decide(self):
        self.check_access("write")
        return self.sudo().tts_order_id.filtered("address_held")

    def _tts_note_choice(self, body):
        pickings = self.filtered(lambda picking: picking.state != "cancel")
        pickings._message_log_batch(bodies=dict.fromkeys(pickings.ids, body))


def _text(address, separator="\n"):
    """An address as people write it on a parcel."""
    town = " ".join(
        part
        for part in (address.postal_code, address.post_town or address.city)
        if part
    )
    lines = address.lines or (address.full_address,)
    parts = (
        address.name,
        address.phone,
        *lines,
        *address.districts,
        town,
        address.state,
        address.region_code,
    )
    return separator.join(dict.fromkeys(part for part in parts if part))


def _is_other_place(before, after):
    """Whether a parcel for one would not reach the other.

    What was masked and is clear now, or the reverse, is told apart by nothing.
    """
    if before.is_masked != after.is_masked:
        return False
    return _unmasked(_text(before)) != _unmasked(_text(after))


def _unmasked(text):
    """Of what is hidden, its length says nothing."""
    return re.sub(r"\*+", "*", text)


def _news(partner, values):
    """The address values that may be rewritten in place, and differ."""
    return {
        name: values[name]
        for name in ("name", "phone", "street", "street2", "city", "zip")
        if values[name] != partner[name]
        and not (_is_clear(partner[name]) and is_masked_text(values[name]))
    }


def _is_clear(text):
    return bool(text) and not is_masked_text(text)
