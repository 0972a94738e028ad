import base64
import logging

from odoo import api, fields, models
from odoo.tools.image import base64_to_image

from ..lib.errors import RateLimited, TikTokError
from ..utils import reason_of

_logger = logging.getLogger(__name__)

# Products of TikTok that a person waits for; more are created in the background.
MOST_AT_ONCE = 20
LINES_AT_ONCE = 1000


class TtsCatalogueSync(models.Model):
    """Creating the products of listings, one product of TikTok after the other."""

    _inherit = "tts.catalogue.sync"

    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    is_storable = fields.Boolean(string="Track Inventory", readonly=True, default=True)
    with_images = fields.Boolean(string="Load Images", readonly=True)

    # === START === #

    @api.model
    def _create_job(self, shop, listings, options):
        """Ask for the products of listings.

        :param listings: those of one shop; empty for all without a product
        :param dict options: categ_id, is_storable, with_images
        :return: the job, with a line per listing unless it is about all of them
        """
        job = self.create({"shop_id": shop.id, "kind": "create", **options})
        if listings:
            job._add_lines(listings)
        return job

    def _add_lines(self, listings):
        """Note which listings are to get a product."""
        self.env["tts.catalogue.sync.line"].create(
            [
                {
                    "sync_id": self.id,
                    "listing_id": listing.id,
                    "action": "create",
                    "match_state": listing.match_state,
                }
                for listing in listings
            ]
        )
        self.line_count = len(listings)

    def _start(self):
        """Create few products at once and many in the background."""
        families = self.line_ids.listing_id._families()
        if (
            self.line_ids
            and len(families) <= MOST_AT_ONCE
            and self.shop_id._take_catalogue()
        ):
            self._create_now()
        else:
            self._trigger()

    def _create_now(self):
        """Create the products while a person waits.

        What TikTok does not tell now is kept as the job's reason; it can be run again.
        """
        self._begin_create()
        try:
            while lines := self._next_family():
                self._create_family(lines)
        except RateLimited as error:
            self._wait_for_tiktok(error)
        except TikTokError as error:
            self.write({"state": "failed", "error_message": reason_of(error)})
        else:
            self._finish_create()

    def action_create_products(self):
        """Ask how the products of all listings of the shop are to be created."""
        self.ensure_one()
        self.check_access("write")
        return self.shop_id.action_create_products()

    # === BACKGROUND === #

    def _run_create(self):
        """Do what is left of this job, a product of TikTok per transaction.

        :return: False when time is up before the end
        :raise Interrupted: another worker has this shop's catalogue
        :raise TikTokError: TikTok refused or did not answer
        """
        if self.state == "waiting" and not self._transact(self._begin_create):
            return False
        while self._next_family():
            if not self._transact(lambda: self._create_family(self._next_family())):
                return False
        self._transact(self._finish_create)
        return True

    def _begin_create(self):
        if not self.line_ids:
            self._add_lines(
                self.env["tts.listing"].search(
                    self.shop_id._listings_to_create_domain(), order="id"
                )
            )
        self.write(
            {
                "state": "applying",
                "is_applying": True,
                "started_at": fields.Datetime.now(),
            }
        )

    def _next_family(self):
        """Return the waiting lines of one product of TikTok, none at the end."""
        mine = [("sync_id", "=", self.id), ("outcome", "=", "waiting")]
        first = self.env["tts.catalogue.sync.line"].search(mine, order="id", limit=1)
        remote_id = first.listing_id.product_remote_id
        if not remote_id:
            return first
        return first.search(
            [*mine, ("listing_id.product_remote_id", "=", remote_id)], order="id"
        )

    def _create_family(self, lines):
        """Create the products of one product of TikTok, and note what happened.

        :raise TikTokError: TikTok did not tell its details
        """
        listings = lines.listing_id
        images, notes = self._read_remote(listings)
        options = {"categ_id": self.categ_id.id, "is_storable": self.is_storable}
        outcomes = {
            outcome.listing.id: outcome
            for outcome in listings._create_products_apart(options, images)
        }
        for line in lines:
            outcome = outcomes[line.listing_id.id]
            message = outcome.message
            if outcome.state == "done" and line.listing_id.image_url in notes:
                message = f"{message} {notes[line.listing_id.image_url]}"
            line.write(
                {
                    "outcome": outcome.state,
                    "message": message,
                    "product_id": line.listing_id.product_id.id,
                    "match_state": line.listing_id.match_state,
                }
            )
        self.applied_count += len(lines)

    def _finish_create(self):
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "error_message": False,
            }
        )
        if self.failure_count:
            self.failure_count = 0
            self.env["tts.issue"]._close(self.shop_id, ["catalogue"])

    # === TIKTOK === #

    def _read_remote(self, listings):
        """Read what Odoo does not know yet of listings of one product of TikTok.

        :return: ({address: base64 bytes of an image}, {address: why there is none})
        :raise TikTokError: TikTok did not tell the details
        :raise UserError: the shop is disconnected
        """
        due = listings.filtered(lambda listing: listing._needs_details())
        has_images = self.with_images and any(listings.mapped("image_url"))
        if not due and not has_images:
            return {}, {}
        if self.shop_id.account_state != "connected":
            if any(listing.is_detail_due for listing in due):
                self.shop_id._check_connected()
            # A catalogue that came from a file: there is nobody to ask.
            note = self.env._("The shop is not connected: no image was loaded.")
            return {}, dict.fromkeys(listings.mapped("image_url"), note)
        with self.shop_id._client() as client:
            if due:
                remote_ids = dict.fromkeys(due.mapped("product_remote_id"))
                listings._pull_details(self.shop_id, client, remote_ids)
            if not self.with_images:
                return {}, {}
            return listings._download_images(client)


class TtsListing(models.Model):
    _inherit = "tts.listing"

    def _needs_details(self):
        """Whether TikTok can tell more of this listing than Odoo knows."""
        self.ensure_one()
        return (
            bool(self.product_remote_id)
            and not self.gone
            and (self.is_detail_due or not self.detail_epoch)
        )

    def _download_images(self, client):
        """Load the images of these listings, each once; one that fails is left out.

        :param client: an open client of the shop
        :return: ({address: base64 bytes}, {address: why it is left out})
        """
        images, notes = {}, {}
        for url in dict.fromkeys(self.filtered("image_url").mapped("image_url")):
            try:
                image = base64.b64encode(client.download(url))
                base64_to_image(image)
            except TikTokError as error:
                notes[url] = self.env._("Its image was not loaded: %s", error)
            except Exception:
                _logger.info("TikTok Shop: an image cannot be read", exc_info=True)
                notes[url] = self.env._("Its image cannot be read by Odoo.")
            else:
                images[url] = image
        return images, notes

    def action_create_products(self):
        """Ask how the products of these listings are to be created.

        :raise UserError: they are of several shops
        """
        self.check_access("write")
        return self.env["tts.listing.create"]._ask(self)


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _listings_to_create_domain(self):
        """The listings of this shop that have no product and may get one."""
        return [
            ("shop_id", "=", self.id),
            ("match_state", "=", "unmatched"),
            ("product_id", "=", False),
            ("gone", "=", False),
        ]

    def action_create_products(self):
        """Ask how the products of all listings without one are to be created."""
        self.ensure_one()
        self.check_access("write")
        return self.env["tts.listing.create"]._ask_for_all(self)
