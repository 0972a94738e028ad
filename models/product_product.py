from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _tts_resolve(self, shop, groups):
        """Find each SKU's product by seller SKU, else by TikTok's SKU or product id.

        Internal References are not unique in Odoo. Two candidates are a question for a
        person, never a guess.

        :param groups: iterable of `LineGroup`
        :return: ({sku id: product}, {sku id: candidates that were too many})
        """
        return self._tts_resolve_references(
            shop, {group.sku_id: _references(group) for group in groups}
        )

    @api.model
    def _tts_resolve_references(self, shop, wanted):
        """Find the product of each SKU among Internal References, best first.

        :param dict wanted: {sku id: references to look for}
        :return: as `_tts_resolve`
        """
        references = {ref for refs in wanted.values() for ref in refs}
        by_reference = defaultdict(list)
        for product in self.search_fetch(
            Domain("default_code", "in", list(references))
            & Domain("company_id", "in", [False, *shop.company_id.parent_ids.ids]),
            ["default_code"],
        ):
            # Not a union: records of one search are prefetched together.
            by_reference[product.default_code].append(product)
        found, ambiguous = {}, {}
        for sku_id, refs in wanted.items():
            candidates = next(
                (by_reference[ref] for ref in refs if ref in by_reference), []
            )
            if len(candidates) == 1:
                found[sku_id] = candidates[0]
            elif candidates:
                ambiguous[sku_id] = self.concat(*candidates)
        return found, ambiguous


def _references(group):
    """What a product's Internal Reference may say, best first."""
    return [ref for ref in (group.seller_sku, group.sku_id, group.product_id) if ref]
