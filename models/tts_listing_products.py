"""New products of Odoo from listings: one template per product of TikTok."""

import logging
from dataclasses import dataclass

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..utils import is_expected, reason_of
from .tts_listing_variants import axes_of, extras_of
from .tts_order_import import BUSY

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """What became of one listing: done, kept (it had its product) or failed."""

    listing: models.BaseModel
    state: str
    message: str = ""


class TtsListing(models.Model):
    _inherit = "tts.listing"

    # === ENTRY === #

    def _create_products(self, options=None, images=None):
        """Create the products of these listings, all or none; nothing is asked of
        TikTok.

        A listing that has its product by now keeps it, and listings with the same
        seller SKU share one.

        :param dict options: `categ_id`, the id of a product category; `is_storable`,
            default True
        :param dict images: {address: base64 bytes}, see `_download_images`
        :return: the products of these listings
        :raise UserError: names every listing that can have no product, and why
        """
        failed = []
        with self.env.cr.savepoint():
            for family in self._families():
                failed += [
                    outcome
                    for outcome in family._create_family(options or {}, images or {})
                    if outcome.state == "failed"
                ]
            if failed:
                raise UserError(
                    "\n".join(
                        f"{outcome.listing.display_name}: {outcome.message}"
                        for outcome in failed
                    )
                )
        return self.product_id

    def _create_products_apart(self, options=None, images=None):
        """Create the products of these listings; one that fails stops no other.

        Each product of TikTok has a savepoint of its own.

        :return: list of one `Outcome` per listing; parameters as `_create_products`
        :raise psycopg2.OperationalError: another worker writes the same listings
        """
        outcomes = []
        for family in self._families():
            try:
                with self.env.cr.savepoint():
                    outcomes += family._create_family(options or {}, images or {})
            except BUSY:
                raise
            except Exception as error:
                if not is_expected(error):
                    _logger.exception(
                        "TikTok Shop: no product could be made of %s", family.ids
                    )
                outcomes += [
                    Outcome(listing, "failed", reason_of(error)) for listing in family
                ]
        return outcomes

    def _families(self):
        """Split listings by product of TikTok; those without one stand alone.

        :return: list of listings, each acting in the company of its shop
        """
        families = self.grouped(
            lambda listing: (
                listing.shop_id,
                listing.product_remote_id or f"sku:{listing.sku_remote_id}",
            )
        )
        return [
            family.with_company(shop.company_id)
            for (shop, _remote_id), family in families.items()
        ]

    # === ONE PRODUCT OF TIKTOK === #

    def _create_family(self, options, images):
        """Create the products of listings of one product of TikTok.

        :return: list of one `Outcome` per listing
        """
        lost = self.filtered(
            lambda listing: listing.match_state in ("unmatched", "ambiguous")
        )
        self._apply(self._match(self.shop_id, lost))
        outcomes, fresh, twins = [], {}, []
        holders = self._reference_holders()
        for listing in self:
            reference = listing._reference()
            if settled := listing._settle(holders.get(reference)):
                outcomes.append(settled)
            elif reference in fresh:
                twins.append(listing)
            else:
                fresh[reference] = listing
        outcomes += self.browse().union(*fresh.values())._make_products(options, images)
        for twin in twins:
            product = fresh[twin._reference()].product_id
            outcomes.append(
                twin._link_twin(product)
                if product
                else Outcome(
                    twin,
                    "failed",
                    self.env._("The other listing with this seller SKU failed."),
                )
            )
        return outcomes

    def _reference(self):
        """The Internal Reference that this listing's product gets."""
        return self.seller_sku or self.sku_remote_id

    def _reference_holders(self):
        """Find who carries the references already, archived ones too.

        :return: {Internal Reference: products}
        """
        company = self._product_company()
        domain = Domain("default_code", "in", [row._reference() for row in self])
        if company:
            domain &= Domain("company_id", "in", [False, *company.parent_ids.ids])
        products = self.env["product.product"].with_context(active_test=False)
        return products.search(domain).grouped("default_code")

    def _settle(self, holders):
        """Return the `Outcome` of a listing that gets no product of its own, or None.

        :param holders: the products that carry its reference
        """
        if self.product_id:
            message = self.env._("It has %s already.", self.product_id.display_name)
            return Outcome(self, "kept", message)
        if refusal := self._refusal():
            return Outcome(self, "failed", refusal)
        if not holders:
            return None
        return Outcome(
            self,
            "failed",
            self.env._(
                "%(product)s carries the Internal Reference %(reference)s already. "
                "Choose it as the product, or change its reference.",
                product=", ".join(
                    product.display_name
                    if product.active
                    else self.env._("%s (archived)", product.display_name)
                    for product in holders
                ),
                reference=self._reference(),
            ),
        )

    def _refusal(self):
        """Why no product is to be made of this listing, None when one can be."""
        if self.match_state == "ignored":
            return self.env._("It is ignored. Take it into account again first.")
        if self.gone:
            return self.env._("It is gone from TikTok.")
        if self.is_bundle:
            return self.env._(
                "It is a virtual bundle, whose stock is that of its parts. Create a "
                "product with a bill of materials of type Kit and choose it by hand."
            )
        if not (self.title or self.seller_sku):
            return self.env._("Its title is not known yet. Sync the catalogue first.")
        return None

    def _link_twin(self, product):
        """Link a second listing with the same seller SKU; never a second product."""
        self._link(
            product,
            "seller_sku",
            self.env._("Another listing of this shop has the same seller SKU."),
        )
        return Outcome(
            self,
            "done",
            self.env._(
                "Linked to %s, which another listing with this seller SKU has.",
                product.display_name,
            ),
        )

    # === PRODUCTS === #

    def _make_products(self, options, images):
        """Create one product per listing; all are of one product of TikTok.

        :return: list of `Outcome`
        """
        if not self:
            return []
        axes = self._axes()
        if not axes.names:
            return [self._make_single(options, images)]
        template = self._template_to_join(axes)
        known = template.with_context(active_test=False).product_variant_ids
        if template:
            template._tts_add_values(axes.names, [axes.rows[row.id] for row in self])
        else:
            template = self._make_template(options, axes)
            images = self._give_main_image(template, images)
        return [
            listing._make_variant(template, axes, known, images) for listing in self
        ]

    def _give_main_image(self, template, images):
        """Show the first image on the template.

        :return: the images that variants have to themselves
        """
        main = next((row.image_url for row in self if row.image_url in images), None)
        if main:
            template.image_1920 = images[main]
        return {url: image for url, image in images.items() if url != main}

    def _axes(self):
        """In what the SKUs of this product of TikTok differ.

        :return: `Axes`, without names for a product that has no variants
        """
        if len(self | self._siblings()) == 1 and not self.sales_attributes:
            return axes_of({}, "")
        return axes_of(
            {
                listing.id: (
                    [tuple(pair) for pair in listing.sales_attributes or ()],
                    listing.variation or listing._reference(),
                )
                for listing in self
            },
            self.env._("Variation"),
        )

    def _siblings(self):
        """All SKUs that TikTok lists under the same product."""
        if not self[0].product_remote_id:
            return self.browse()
        return self.search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("product_remote_id", "=", self[0].product_remote_id),
                ("gone", "=", False),
            ]
        )

    def _template_to_join(self, axes):
        """Find the template that earlier SKUs of this product of TikTok became."""
        templates = self._siblings().product_id.product_tmpl_id
        return templates.filtered(lambda found: found._tts_can_join(axes.names))[:1]

    def _make_single(self, options, images):
        """Create the product of a listing that has no variants."""
        barcode, notes = self._free_barcode()
        price, price_notes = self._list_price()
        product = self.env["product.product"].create(
            self._prepare_template_values(options)
            | {
                "list_price": price,
                "default_code": self._reference(),
                "barcode": barcode,
                "image_1920": images.get(self.image_url, False),
            }
        )
        return self._note_created(product, [*notes, *price_notes])

    def _make_template(self, options, axes):
        """Create the template of listings that are its variants."""
        prices = {row.id: row._list_price()[0] for row in self}
        base, axis, extras = extras_of(prices, axes.rows)
        template = self.env["product.template"].create(
            self[0]._prepare_template_values(options)
            | {
                "list_price": base,
                "attribute_line_ids": self.env[
                    "product.template"
                ]._tts_prepare_attribute_lines(
                    axes.names, [axes.rows[row.id] for row in self]
                ),
            }
        )
        for text, extra in extras.items():
            value = template._tts_combination([axes.names[axis]], [text])
            value.price_extra = extra
        return template

    def _make_variant(self, template, axes, known, images):
        """Create the variant that this listing is.

        :param known: the variants that were there before
        """
        combination = template._tts_combination(axes.names, axes.rows[self.id])
        variant = template._get_variant_for_combination(combination)
        if variant in known or variant.default_code:
            return Outcome(
                self,
                "failed",
                self.env._(
                    "%s has the same attributes. Choose it as the product, or change "
                    "the attributes on TikTok.",
                    variant.display_name,
                ),
            )
        barcode, notes = self._free_barcode()
        variant = template._tts_make_variant(
            combination, {"default_code": self._reference(), "barcode": barcode}
        )
        if self.image_url in images:
            variant.image_variant_1920 = images[self.image_url]
        price, price_notes = self._list_price()
        notes += price_notes
        if self._currency().compare_amounts(variant.lst_price, price):
            notes.append(
                self.env._(
                    "TikTok's price is another one than the sales price of its "
                    "template: use a pricelist."
                )
            )
        return self._note_created(variant, notes)

    def _note_created(self, product, notes):
        """Link a new product, and have the open orders of its SKU repaired."""
        self._link(
            product,
            "seller_sku" if self.seller_sku else "tiktok_id",
            self.env._("Created from this listing."),
        )
        return Outcome(self, "done", " ".join([self.env._("Created."), *notes]))
