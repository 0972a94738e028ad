"""Matching listings with products: what to look at, and carrying decisions out."""

from collections import defaultdict
from dataclasses import dataclass, replace

from odoo import api, models
from odoo.fields import Domain

from ..lib.matching import DECIDED_STATES, Facts, Index, code_forms, decide
from .tts_order_import import IMPORT_CONTEXT

CHUNK = 1000
MOST_NAMES = 5
# What matching reads of a listing.
FACTS = (
    "seller_sku",
    "sku_remote_id",
    "product_remote_id",
    "barcode",
    "match_state",
    "match_reason",
    "product_id",
    "refused_product_id",
    "matched_seller_sku",
    "detail_epoch",
    "remote_update_epoch",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What matching suggests for one listing, and whether that changes anything.

    `action` is one of link, relink, unlink, ambiguous, unmatched, keep, ignored.
    """

    listing: models.BaseModel
    product: models.BaseModel
    state: str
    reason: str
    action: str
    is_change: bool


class TtsListing(models.Model):
    """Matching: set by set, so that ten thousand listings cost few statements."""

    _inherit = "tts.listing"

    @api.model
    def _match(self, shop, listings=None):
        """Find the products of listings; nothing is changed.

        :param listings: those to look at, default all of the shop
        :return: list of `Proposal`, one per listing; `_apply` carries them out
        """
        if listings is None:
            listings = self.search([("shop_id", "=", shop.id)], order="id")
        ids = listings.ids
        proposals = []
        for start in range(0, len(ids), CHUNK):
            chunk = self.browse(ids[start : start + CHUNK])
            proposals += chunk._match_chunk(shop)
        return proposals

    def _match_chunk(self, shop):
        self.fetch(FACTS)
        facts = {listing: listing._facts() for listing in self}
        index = self._product_index(shop, facts.values())
        counts = self._sku_counts(shop, index.by_reference)
        for listing, known in facts.items():
            if count := counts.get(known.tiktok_product_id):
                facts[listing] = replace(known, sku_count=count)
        return [
            listing._propose(decide(known, index)) for listing, known in facts.items()
        ]

    def _facts(self):
        return Facts(
            sku_id=self.sku_remote_id,
            tiktok_product_id=self.product_remote_id or "",
            seller_sku=self.seller_sku or "",
            barcode=self.barcode or "",
            state=self.match_state,
            linked=self.product_id.id or 0,
            refused=self.refused_product_id.id or 0,
            matched_sku=self.matched_seller_sku or "",
        )

    @api.model
    def _sku_counts(self, shop, product_ids):
        """Count the SKUs that TikTok products have: {TikTok product id: count}."""
        groups = self._read_group(
            Domain("shop_id", "=", shop.id)
            & Domain("product_remote_id", "in", list(product_ids))
            & Domain("gone", "=", False),
            ["product_remote_id"],
            ["__count"],
        )
        return dict(groups)

    @api.model
    def _product_index(self, shop, facts):
        """Read all products that these listings may be about, in one search."""
        references, barcodes, linked = set(), set(), set()
        for known in facts:
            if known.state in DECIDED_STATES:
                continue
            references |= {known.seller_sku, known.sku_id, known.tiktok_product_id}
            if known.barcode:
                barcodes.update(code_forms(known.barcode))
            linked.add(known.linked)
        Product = self.env["product.product"].with_context(active_test=True)
        products = Product.search_fetch(
            (
                Domain("default_code", "in", list(references - {""}))
                | Domain("barcode", "in", list(barcodes))
                | Domain("id", "in", list(linked - {0}))
            )
            & Domain("company_id", "in", [False, *shop.company_id.parent_ids.ids])
            # TikTok does not tell which choices of a combo were bought.
            & Domain("type", "!=", "combo"),
            ["default_code", "barcode", "company_id"],
            order="id",
        )
        by_reference, by_barcode = defaultdict(list), defaultdict(list)
        for product in products:
            if shop._is_stand_in(product):
                continue
            if product.default_code:
                by_reference[product.default_code].append(product.id)
            if product.barcode:
                by_barcode[product.barcode].append(product.id)
        return Index(by_reference, by_barcode, frozenset(products.ids))

    def _propose(self, decision):
        """Put a decision into words and compare it with how the listing stands."""
        product = self.env["product.product"].browse(decision.product or ())
        if decision.rule == "kept":
            action = "ignored" if decision.state == "ignored" else "keep"
            reason = self.match_reason or ""
            return Proposal(self, product, decision.state, reason, action, False)
        reason = self._explain(decision)
        held = self.product_id
        is_change = (
            held != product
            or self.match_state != decision.state
            or (self.match_reason or "") != reason
            or bool(product and (self.matched_seller_sku != self.seller_sku))
        )
        if product:
            action = "keep" if held == product else "relink" if held else "link"
        else:
            action = "unlink" if held else decision.state
        return Proposal(self, product, decision.state, reason, action, is_change)

    def _explain(self, decision):
        """Say what a match rests on, or what was looked for in vain."""
        wanted = decision.wanted
        if decision.state == "ambiguous":
            candidates = self.env["product.product"].browse(decision.candidates)
            return self._explain_ambiguous(decision, candidates)
        if decision.state == "unmatched":
            return self._explain_unmatched(decision)
        return {
            "seller_sku": self.env._("The Internal Reference is the seller SKU."),
            "sku_id": self.env._("The Internal Reference is the TikTok SKU ID."),
            "product_id": self.env._(
                "The Internal Reference is the TikTok product ID."
            ),
            "barcode": self.env._("The barcode is %s here and there.", wanted),
        }[decision.rule]

    def _explain_ambiguous(self, decision, candidates):
        names = ", ".join(candidates[:MOST_NAMES].mapped("display_name"))
        if len(candidates) > MOST_NAMES:
            names += ", …"
        if decision.rule == "variants":
            return self.env._(
                "The Internal Reference of %(names)s is the TikTok product ID, but "
                "that product has several SKUs: choose which one it is.",
                names=names,
            )
        if decision.rule == "barcode":
            return self.env._(
                "Several products have the barcode %(code)s: %(names)s",
                code=decision.wanted,
                names=names,
            )
        return self.env._(
            "Several products have the Internal Reference %(code)s: %(names)s",
            code=decision.wanted,
            names=names,
        )

    def _explain_unmatched(self, decision):
        parts = []
        if decision.rule == "archived":
            parts.append(
                self.env._(
                    "%s is archived or belongs to another company.",
                    self.product_id.display_name,
                )
            )
        if self.seller_sku:
            parts.append(
                self.env._(
                    "No product has the Internal Reference %s, nor TikTok's ids.",
                    self.seller_sku,
                )
            )
        else:
            parts.append(
                self.env._(
                    "TikTok has no seller SKU, and no product has TikTok's SKU ID or "
                    "product ID as Internal Reference."
                )
            )
        if self.barcode:
            parts.append(self.env._("None has the barcode %s.", self.barcode))
        elif self.is_detail_due:
            parts.append(self.env._("Its barcode is not known yet."))
        if self.refused_product_id:
            parts.append(
                self.env._(
                    "%s was taken off by hand.", self.refused_product_id.display_name
                )
            )
        return " ".join(parts)

    # === APPLY === #

    @api.model
    def _apply(self, proposals):
        """Carry out proposals of `_match`.

        :return: the listings that changed
        """
        changed, linked = [], []
        quiet = self.with_context(**IMPORT_CONTEXT)
        proposals = [proposal for proposal in proposals if proposal.is_change]
        self._warm([proposal.product.id for proposal in proposals if proposal.product])
        for proposal in proposals:
            listing, product = proposal.listing, proposal.product
            values = {
                "match_state": proposal.state,
                "match_reason": proposal.reason or False,
                "matched_seller_sku": listing.seller_sku if product else False,
            }
            if product != listing.product_id:
                values["product_id"] = product.id
                linked += listing.ids if product else []
            # Who takes a product away leaves a trace; first matches would be noise.
            env = self.env if listing.product_id else quiet.env
            listing.with_env(env).write(values)
            changed.append(listing.id)
        self.browse(linked)._ask_to_heal_if_sold()
        return self.browse(changed)

    @api.model
    def _warm(self, product_ids):
        """Read at once what every link asks of its product: the company."""
        products = self.env["product.product"].sudo().browse(product_ids)
        products.fetch(["product_tmpl_id"])
        products.product_tmpl_id.fetch(["company_id"])
        products.mapped("company_id")

    def _ask_to_heal_if_sold(self):
        """Have those of these listings repaired that open orders or issues wait for.

        Ten thousand listings that were never sold need no repair.
        """
        waiting = []
        for shop, listings in self.sudo().grouped("shop_id").items():
            sku_ids = listings.mapped("sku_remote_id")
            sold = (
                self.env["sale.order.line"]
                .sudo()
                ._read_group(
                    shop._default_lines_domain() & Domain("tts_sku_id", "in", sku_ids),
                    ["tts_sku_id"],
                )
            )
            issues = (
                self.env["tts.issue"]
                .sudo()
                .search_fetch(
                    Domain("shop_id", "=", shop.id)
                    & Domain("state", "!=", "closed")
                    & Domain("key", "in", [f"sku:{sku_id}" for sku_id in sku_ids]),
                    ["key"],
                )
            )
            wanted = {sku_id for [sku_id] in sold}
            wanted |= {issue.key.partition(":")[2] for issue in issues}
            waiting += [
                listing.id for listing in listings if listing.sku_remote_id in wanted
            ]
        if waiting:
            self.browse(waiting)._ask_to_heal()

    @api.model
    def _flag_duplicates(self, shop):
        """Mark the listings of a shop that share their seller SKU with another one."""
        mine = Domain("shop_id", "=", shop.id)
        groups = self._read_group(
            mine & Domain("seller_sku", "!=", False) & Domain("gone", "=", False),
            ["seller_sku"],
            ["id:array_agg"],
            having=[("__count", ">", 1)],
        )
        wanted = self.browse(pk for _sku, ids in groups for pk in ids)
        flagged = self.search(mine & Domain("duplicate_sku", "=", True))
        quiet = self.with_context(**IMPORT_CONTEXT)
        (flagged - wanted).with_env(quiet.env).write({"duplicate_sku": False})
        (wanted - flagged).with_env(quiet.env).write({"duplicate_sku": True})
