"""What a comparison of stock finds out about each listing, before any of it is kept."""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields, models

from .. import const
from ..lib.inventory import SkuStock

# A refused quantity is not sent again and again; a person's Retry sends it at once.
REFUSED_WAIT = timedelta(hours=1)


@dataclass(slots=True)
class Plan:
    """One listing: what TikTok has of it, and what it should have.

    Keys are TikTok's warehouse ids. `wanted` names all that an update has to name,
    `wanted_before` what the last comparison wanted; a plan that is only `read` serves
    the others.
    """

    listing: models.BaseModel
    stock: SkuStock | None = None
    is_only_read: bool = False
    skipped: str = ""
    problem: str = ""
    uncovered: dict = field(default_factory=dict)
    wanted: dict = field(default_factory=dict)
    wanted_before: dict = field(default_factory=dict)
    odoo_quantity: int = 0
    after: SkuStock | None = None

    @property
    def is_open(self):
        """Whether this listing is one to push."""
        return bool(self.stock) and not (
            self.is_only_read or self.skipped or self.problem
        )

    @property
    def has_committed(self):
        """Whether TikTok keeps units of it for orders."""
        return bool(self.stock) and any(row.committed for row in self.stock.levels)

    @property
    def change(self):
        """Units by which an update would change what buyers see: {warehouse: units}."""
        levels = self.stock.levels if self.is_open else ()
        return {
            row.warehouse_id: self.wanted[row.warehouse_id] - row.available
            for row in levels
            if self.wanted.get(row.warehouse_id, row.available) != row.available
        }

    @property
    def is_held(self):
        """Whether TikTok refused these very quantities a short time ago."""
        next_push = self.listing.next_push
        return bool(next_push and next_push > fields.Datetime.now()) and all(
            self.wanted[key] == self.wanted_before.get(key) for key in self.change
        )

    @property
    def is_kept(self):
        """Whether what was set stands: nothing was sold while it was on its way.

        What is on sale and what is committed add up to what was wanted and what was
        committed; units that were sold meanwhile are on sale once more on top of that.
        """
        if not self.after:
            return False
        committed = {row.warehouse_id: row.committed for row in self.stock.levels}
        return all(
            row.available + row.committed
            <= self.wanted[row.warehouse_id] + committed.get(row.warehouse_id, 0)
            for row in self.after.levels
            if row.warehouse_id in self.wanted
        )

    def outcome(self, is_sent, refusal=None):
        """Return what the listing says after this.

        :param bool is_sent: whether TikTok answered an update
        :param refusal: the `SkuRefused` it answered with, if any
        """
        if self.skipped or self.problem:
            values = _state("skipped" if self.skipped else "error", self.reason)
        elif refusal:
            values = _refused(refusal)
        elif is_sent:
            now = fields.Datetime.now()
            values = _state("step" if self.is_kept else "due") | {
                "pushed_quantity": self.odoo_quantity,
                "pushed_at": now,
            }
        elif self.change and self.is_held:
            values = _state("error", self.listing.push_reason) | {
                "next_push": self.listing.next_push
            }
        else:
            values = _state("due" if self.change else "step")
        if self.wanted:
            values["odoo_quantity"] = self.odoo_quantity
        if self.stock:
            # Beside what Odoo lists, what TikTok keeps in its own warehouses misleads.
            values["tiktok_quantity"] = sum(
                row.available
                for row in (self.after or self.stock).levels
                if not self.wanted or row.warehouse_id in self.wanted
            )
        return values

    @property
    def reason(self):
        """Why there is nothing to push."""
        return self.skipped or self.problem


def _state(state, reason=False):
    return {"push_state": state, "push_reason": reason, "next_push": False}


def _refused(refusal):
    """What a listing says when TikTok refused its quantity."""
    if set(refusal.codes) & set(const.SHARED_STOCK_CODES):
        return _state("skipped", refusal.sentence()) | {"is_shared_stock": True}
    return _state("error", refusal.sentence()) | {
        "next_push": fields.Datetime.now() + REFUSED_WAIT
    }


@dataclass(slots=True)
class Comparison:
    """What a comparison is made of: the plans, and what they refer to.

    `places` is {TikTok warehouse id: `Place`}, `stored` as of `_stored_levels`.
    """

    plans: list
    places: dict
    stored: dict
