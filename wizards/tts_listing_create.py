from odoo import api, fields, models
from odoo.exceptions import UserError


class TtsListingCreate(models.TransientModel):
    """Ask for products of Odoo, made of listings that have none."""

    _name = "tts.listing.create"
    _description = "Create Products from TikTok Shop Listings"
    _check_company_auto = True

    shop_id = fields.Many2one("tts.shop", required=True, check_company=True)
    company_id = fields.Many2one(related="shop_id.company_id")
    listing_ids = fields.Many2many("tts.listing", string="Listings")
    is_for_all = fields.Boolean(help="All listings of the shop without a product.")
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        help="Leave empty for the category that Odoo gives new products.",
    )
    is_storable = fields.Boolean(
        string="Track Inventory",
        default=True,
        help="Odoo counts the stock of the products. Needed to push it to TikTok.",
    )
    with_images = fields.Boolean(string="Load Images", default=True)
    listing_count = fields.Integer(compute="_compute_counts", string="SKUs")
    product_count = fields.Integer(
        compute="_compute_counts", string="Products on TikTok"
    )
    refused_count = fields.Integer(
        compute="_compute_counts", string="Listings to Be Left Out"
    )

    @api.depends("shop_id", "listing_ids", "is_for_all")
    def _compute_counts(self):
        for wizard in self:
            listings = wizard._listings()
            wanted = listings.filtered(
                lambda listing: not listing.product_id and not listing._refusal()
            )
            wizard.listing_count = len(wanted)
            wizard.product_count = len(wanted._families())
            wizard.refused_count = len(listings - wanted)

    # === OPEN === #

    @api.model
    def _ask(self, listings):
        """Open the wizard for listings.

        :raise UserError: there is none without a product, or they are of several shops
        """
        shops = listings.shop_id
        if len(shops) > 1:
            raise UserError(
                self.env._(
                    "These listings are of several shops: %s. Choose those of one "
                    "shop.",
                    ", ".join(shops.mapped("name")),
                )
            )
        if all(listing.product_id for listing in listings):
            raise UserError(
                self.env._(
                    "These listings have their product already. Choose some that are "
                    "unmatched."
                )
            )
        return self.create(
            {"shop_id": shops.id, "listing_ids": listings.ids}
        )._get_dialog()

    @api.model
    def _ask_for_all(self, shop):
        """Open the wizard for all listings of a shop that have no product.

        :raise UserError: there is none
        """
        if not self.env["tts.listing"].search_count(
            shop._listings_to_create_domain(), limit=1
        ):
            raise UserError(
                self.env._(
                    "%s has no listing without a product. Sync its product catalogue "
                    "to read new ones.",
                    shop.name,
                )
            )
        return self.create({"shop_id": shop.id, "is_for_all": True})._get_dialog()

    def _get_dialog(self):
        return self._get_records_action(
            name=self.env._("Create Odoo Products"), target="new"
        )

    # === CREATE === #

    def _listings(self):
        """The listings that were chosen."""
        self.ensure_one()
        if self.is_for_all:
            return self.env["tts.listing"].search(
                self.shop_id._listings_to_create_domain(), order="id"
            )
        return self.listing_ids

    def action_create(self):
        """Create the products: few at once, many in the background.

        :return: the action that opens the products, or what became of each listing
        :raise AccessError: this user may not create products
        """
        self.ensure_one()
        self.env["product.product"].check_access("create")
        job = self.env["tts.catalogue.sync"]._create_job(
            self.shop_id,
            self._listings() if self.product_count <= 100 else self.listing_ids,
            {
                "categ_id": self.categ_id.id,
                "is_storable": self.is_storable,
                "with_images": self.with_images,
            },
        )
        job._start()
        products = job.line_ids.product_id
        if job.state != "done" or set(job.line_ids.mapped("outcome")) != {"done"}:
            return job._get_records_action()
        return products.product_tmpl_id._get_records_action(
            name=self.env._("Created Products")
        )
