from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST_NAMED = 5  # of a kind in one message


class ProductProduct(models.Model):
    _inherit = "product.product"

    tts_listing_count = fields.Integer(
        compute="_compute_tts_listing_count",
        string="TikTok Listings",
        groups="sale_tiktok_shop.group_tts_user",
    )

    def _compute_tts_listing_count(self):
        counts = dict(
            self.env["tts.listing"]._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.tts_listing_count = counts.get(product, 0)

    def action_view_tts_listings(self):
        """Open the listings that sell these products on TikTok."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_listing_action"
        )
        return action | {"domain": [("product_id", "in", self.ids)], "context": {}}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_listed(self):
        self._tts_check_unlisted()

    def _tts_check_unlisted(self):
        """Make sure that no listing sells these products.

        :raise UserError: names the listings
        """
        listings = (
            self.env["tts.listing"].sudo().search([("product_id", "in", self.ids)])
        )
        if not listings:
            return
        raise UserError(
            self.env._(
                "%(product)s cannot be deleted: TikTok Shop listings sell it: "
                "%(listings)s. Choose another product for them first, or archive it.",
                product=", ".join(
                    listings.product_id[:MOST_NAMED].mapped("display_name")
                ),
                listings=", ".join(listings[:MOST_NAMED].mapped("display_name")),
            )
        )

    # === FROM TIKTOK === #

    @api.model
    def _tts_resolve(self, shop, groups):
        """Find each SKU's product: the one of its listing, else by seller SKU, else by
        TikTok's SKU or product id. The id of a TikTok product with several SKUs does
        not say which of them a product is.

        A listing that a person ignores takes the shop's default product; nobody is
        asked. Internal References are not unique in Odoo: two candidates are a question
        for a person, never a guess.

        :param groups: iterable of `LineGroup`
        :return: ({sku id: product}, {sku id: candidates that were too many})
        """
        groups = {group.sku_id: group for group in groups}
        listings = self.env["tts.listing"]._by_sku(shop, groups)
        found, wanted, refused = {}, {}, {}
        for sku_id, group in groups.items():
            listing = listings.get(sku_id, self.env["tts.listing"])
            if listing.match_state == "ignored":
                found[sku_id] = (
                    shop.default_product_id or shop._find_or_create_default_product()
                )
            elif listing._is_product_usable():
                found[sku_id] = listing.product_id
            else:
                wanted[sku_id] = _references(group)
                refused[sku_id] = listing.refused_product_id
        by_reference, ambiguous = self._tts_resolve_references(shop, wanted, refused)
        several = self._tts_with_siblings(shop, groups, by_reference)
        ambiguous |= {sku_id: by_reference.pop(sku_id) for sku_id in several}
        return found | by_reference, ambiguous

    @api.model
    def _tts_with_siblings(self, shop, groups, found):
        """Return the SKUs that were found by the id of a product with other SKUs.

        :param dict groups: {sku id: `LineGroup`}
        :param dict found: {sku id: product}
        """
        guessed = {
            sku_id: groups[sku_id].product_id
            for sku_id, product in found.items()
            if product.default_code == groups[sku_id].product_id
            and product.default_code not in (groups[sku_id].seller_sku, sku_id)
        }
        if not guessed:
            return []
        sold = defaultdict(set)
        for group in groups.values():
            sold[group.product_id].add(group.sku_id)
        siblings = self.env["tts.listing"].search_fetch(
            Domain("shop_id", "=", shop.id)
            & Domain("product_remote_id", "in", list(set(guessed.values())))
            & Domain("gone", "=", False),
            ["product_remote_id", "sku_remote_id"],
        )
        for listing in siblings:
            sold[listing.product_remote_id].add(listing.sku_remote_id)
        return [sku_id for sku_id, remote in guessed.items() if len(sold[remote]) > 1]

    @api.model
    def _tts_resolve_references(self, shop, wanted, refused=None):
        """Find the product of each SKU among Internal References, best first.

        :param dict wanted: {sku id: references to look for}
        :param dict refused: {sku id: product that a person took off}
        :return: as `_tts_resolve`
        """
        references = {ref for refs in wanted.values() for ref in refs}
        by_reference = defaultdict(list)
        for product in self.search_fetch(
            Domain("default_code", "in", list(references))
            & Domain("company_id", "in", [False, *shop.company_id.parent_ids.ids]),
            ["default_code"],
        ):
            if shop._is_stand_in(product):
                continue
            # Not a union: records of one search are prefetched together.
            by_reference[product.default_code].append(product)
        found, ambiguous = {}, {}
        for sku_id, refs in wanted.items():
            no = (refused or {}).get(sku_id)
            looks = ([p for p in by_reference.get(ref, ()) if p != no] for ref in refs)
            candidates = next(filter(None, looks), [])
            if len(candidates) == 1:
                found[sku_id] = candidates[0]
            elif candidates:
                ambiguous[sku_id] = self.concat(*candidates)
        return found, ambiguous


def _references(group):
    """What a product's Internal Reference may say, best first."""
    return [ref for ref in (group.seller_sku, group.sku_id, group.product_id) if ref]
