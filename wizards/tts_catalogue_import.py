import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.bulk_edit import UnreadableFile, read_bulk_edit
from ..models.tts_order_import import IMPORT_CONTEXT

MOST_CREATED = 500  # products of one import: more take longer than a request may
MOST_ROWS = 25_000  # a check of them takes most of what a request may
MOST_SHOWN = 10  # errors in one message
OUTCOMES = [
    ("link", "Link to Product"),
    ("create", "Create Product"),
    ("update", "Listing Updated"),
    ("ask", "Needs You"),
    ("nothing", "Nothing"),
    ("error", "Error"),
]


class TtsCatalogueImport(models.TransientModel):
    """Reads Seller Center's bulk-edit export: first a look, then all or nothing."""

    _name = "tts.catalogue.import"
    _description = "Import TikTok Shop Catalogue File"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop",
        required=True,
        check_company=True,
        default=lambda self: self._default_shop(),
    )
    company_id = fields.Many2one(related="shop_id.company_id")
    file = fields.Binary(string="Bulk Edit File", required=True, attachment=False)
    file_name = fields.Char()
    create_products = fields.Boolean(
        string="Create Missing Products",
        help="Products that Odoo does not have are created, with their variants. "
        "Otherwise their listings wait to be matched.",
    )
    has_quantity = fields.Boolean()
    take_quantities = fields.Boolean(
        help="Products that this import creates start with the quantities of the file, "
        "in the shop's warehouse. Products that Odoo has already keep theirs. "
        "Units of open TikTok orders are not in the file.",
    )
    skip_errors = fields.Boolean(
        string="Leave Out Rows with Errors", help="All other rows are imported."
    )
    state = fields.Selection(
        [("draft", "New"), ("checked", "Checked"), ("done", "Done")],
        required=True,
        default="draft",
    )
    line_ids = fields.One2many("tts.catalogue.import.line", "import_id", readonly=True)
    row_count = fields.Integer(compute="_compute_counts", string="Rows")
    link_count = fields.Integer(compute="_compute_counts", string="Links")
    create_count = fields.Integer(compute="_compute_counts", string="New Products")
    ask_count = fields.Integer(compute="_compute_counts", string="Need You")
    error_count = fields.Integer(compute="_compute_counts", string="Errors")

    def _default_shop(self):
        Shop = self.env["tts.shop"]
        if self.env.context.get("active_model") == "tts.shop":
            return Shop.browse(self.env.context.get("active_id"))
        return Shop.search([], limit=1)

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for wizard in self:
            outcomes = wizard.line_ids.grouped("outcome")
            wizard.row_count = len(wizard.line_ids)
            for name in ("link", "create", "ask", "error"):
                wizard[f"{name}_count"] = len(outcomes.get(name, ()))

    @api.onchange("shop_id", "file", "create_products")
    def _onchange_question(self):
        """What was shown answers another question now."""
        self.state = "draft"
        if not self.create_products:
            self.take_quantities = False

    # === BUTTONS === #

    def action_check(self):
        """Show what an import would do with each row; nothing is changed.

        :raise UserError: the file cannot be read
        """
        self.ensure_one()
        self.check_access("write")
        file = self._read_file()
        savepoint = self.env.cr.savepoint()
        try:
            lines = self._carry_out(file, for_real=False)
        finally:
            savepoint.close(rollback=True)
        self._show(file, lines, "checked")
        return self._reopen()

    def action_import(self):
        """Import all rows, or those without errors where that was asked for.

        :raise UserError: a row cannot be imported; then nothing was changed
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "checked":
            raise UserError(
                self.env._("Check the file first, and look at what will happen.")
            )
        file = self._read_file()
        with self.env.cr.savepoint():
            lines = self._carry_out(file, for_real=True)
            if not self.skip_errors:
                self._refuse_errors(lines)
        self._show(file, lines, "done")
        return self._reopen()

    def _refuse_errors(self, lines):
        """Let nothing be imported while a row has an error.

        :raise UserError: names the first of them
        """
        messages = [line["message"] for line in lines if line["outcome"] == "error"]
        if messages:
            raise UserError(
                self.env._(
                    "Nothing was imported. Rows with errors: %(count)s. Correct them "
                    "in Seller Center and export again, or leave them out.\n%(errors)s",
                    count=len(messages),
                    errors="\n".join(messages[:MOST_SHOWN]),
                )
            )

    def action_open_listings(self):
        """Show the listings of the shop."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Listings of %s", self.shop_id.display_name),
            "res_model": "tts.listing",
            "view_mode": "list,kanban,form",
            "domain": [("shop_id", "=", self.shop_id.id)],
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === FILE === #

    def _read_file(self):
        """Return the file as a `lib.bulk_edit.BulkEdit`.

        :raise UserError: it is none
        """
        try:
            file = read_bulk_edit(base64.b64decode(self.file or b""))
        except UnreadableFile as error:
            raise UserError(str(error)) from error
        if len(file.rows) > MOST_ROWS:
            raise UserError(
                self.env._(
                    "The file has %(count)s rows, and one import reads %(most)s at "
                    "most. Export fewer products at a time in Seller Center, or sync "
                    "the product catalogue of the shop.",
                    count=len(file.rows),
                    most=MOST_ROWS,
                )
            )
        self._check_shop(file)
        return file

    def _check_shop(self, file):
        """Refuse the file of another shop: TikTok gives each SKU id once.

        :raise UserError: names the shop
        """
        stranger = self.env["tts.listing"].search(
            [
                ("sku_remote_id", "in", [row.sku_id for row in file.rows]),
                ("shop_id", "!=", self.shop_id.id),
                ("shop_id.active", "=", True),
            ],
            limit=1,
        )
        if stranger:
            raise UserError(
                self.env._(
                    "This is a file of %(other)s, which sells the SKU %(sku)s, and not "
                    "of %(shop)s. Choose the right shop.",
                    other=stranger.shop_id.name,
                    sku=stranger.sku_remote_id,
                    shop=self.shop_id.name,
                )
            )

    def _show(self, file, lines, state):
        """Keep what was found out, for the form to show."""
        self.line_ids.unlink()
        self.write({"state": state, "has_quantity": file.has_quantity})
        self.env["tts.catalogue.import.line"].create(
            [{"import_id": self.id, **line} for line in lines]
        )

    # === IMPORT === #

    def _carry_out(self, file, for_real):
        """Import the rows without errors; return the values of a line for each row.

        :param for_real: False where all of it is rolled back
        :raise UserError: the user may not do that
        """
        self._check_rights()
        Listing, shop = self.env["tts.listing"], self.shop_id
        rows = [row for row in file.rows if row.number not in file.errors_by_row]
        by_sku, changed = Listing._absorb_file_rows(shop, rows)
        listings = {row: by_sku[row.sku_id] for row in rows}
        proposals = Listing._match(
            shop, Listing.browse(listing.id for listing in listings.values())
        )
        by_listing = {proposal.listing: proposal for proposal in proposals}
        lines = {
            row.number: self._prepare_line(row, by_listing[listing], listing in changed)
            for row, listing in listings.items()
        }
        Listing._apply(proposals)
        Listing._flag_duplicates(shop)
        if self.create_products:
            self._create_products(listings, lines, for_real)
        return [
            lines.get(row.number) or self._prepare_error_line(file, row)
            for row in file.rows
        ]

    def _prepare_line(self, row, proposal, is_changed):
        """What becomes of a row, by what matching says."""
        if proposal.action in ("link", "relink"):
            outcome = "link"
        elif proposal.state == "unmatched" and self.create_products:
            outcome = "create"
        elif proposal.state == "ambiguous":
            outcome = "ask"
        else:
            outcome = "update" if is_changed else "nothing"
        return self._prepare_facts(row) | {
            "outcome": outcome,
            "product_id": proposal.product.id,
            "message": proposal.reason,
        }

    def _prepare_facts(self, row):
        return {
            "row": row.number,
            "sku_remote_id": row.sku_id,
            "seller_sku": row.seller_sku,
            "title": f"{row.title} ({row.variation})" if row.variation else row.title,
            "quantity": row.quantity or 0,
        }

    def _prepare_error_line(self, file, row):
        messages = [
            self.env._(
                "Row %(row)s, column %(letter)s (%(column)s): %(problem)s",
                row=error.row,
                letter=error.letter or "?",
                column=error.column,
                problem=error.message,
            )
            for error in file.errors_by_row[row.number]
        ]
        return self._prepare_facts(row) | {
            "outcome": "error",
            "message": " ".join(messages),
        }

    # === PRODUCTS === #

    def _create_products(self, listings, lines, for_real):
        """Create the products of unmatched listings, and their stock if asked for.

        :param dict listings: {row of the file: its listing}
        :param dict lines: {row number: values of its line}, completed here
        """
        missing = {
            listing: row
            for row, listing in listings.items()
            if lines[row.number]["outcome"] == "create"
        }
        self._check_amount(len(missing))
        wanted = self.env["tts.listing"].browse(listing.id for listing in missing)
        quantities, first_rows = {}, {}
        quiet = wanted.with_context(**IMPORT_CONTEXT)
        for outcome in quiet._create_products_apart():
            row, product = missing[outcome.listing], outcome.listing.product_id
            line = lines[row.number]
            if not product:
                line.update(outcome="error", message=self._name_row(row, outcome))
                continue
            first = first_rows.setdefault(product, row.number)
            if for_real:
                line.update(product_id=product.id, message=outcome.message)
            if first != row.number:
                line.update(
                    outcome="link",
                    message=self.env._("Same seller SKU as in row %s.", first),
                )
            if row.quantity is not None:
                quantities.setdefault(product, []).append(row.quantity)
        if for_real and self.take_quantities:
            self._take_stock(quantities)

    def _name_row(self, row, outcome):
        return self.env._(
            "Row %(row)s: %(problem)s", row=row.number, problem=outcome.message
        )

    def _take_stock(self, quantities):
        """Count the units of new products in the warehouse that ships for the shop.

        :param dict quantities: {product: the units of each of its rows}
        """
        location = self.shop_id.warehouse_id.lot_stock_id
        Quant = self.env["stock.quant"].with_company(self.company_id)
        quants = Quant.with_context(
            inventory_mode=True, inventory_name=self.env._("TikTok catalogue file")
        ).create(
            [
                {
                    "product_id": product.id,
                    "location_id": location.id,
                    # Nobody knows whether SKUs of one product share its units.
                    "inventory_quantity": min(units),
                }
                for product, units in quantities.items()
                if product.is_storable and min(units)
            ]
        )
        if quants:
            quants.action_apply_inventory()

    def _check_amount(self, count):
        """Refuse what takes longer than a browser waits.

        :raise UserError: too many products
        """
        if count > MOST_CREATED:
            raise UserError(
                self.env._(
                    "%(count)s products are to be created, and one import creates "
                    "%(most)s at most. Import the file without creating products, then "
                    "choose the unmatched listings and create their products from "
                    "there, in the background; or split the file.",
                    count=count,
                    most=MOST_CREATED,
                )
            )

    def _check_rights(self):
        """Refuse what the user may not do, before it is an error of every row.

        :raise UserError: names the right that is missing
        """
        creates = self.create_products
        if creates and not self.env["product.product"].has_access("create"):
            raise UserError(
                self.env._(
                    "You may not create products. Import without creating them, or ask "
                    "your administrator for the right Products / Create."
                )
            )
        counts = creates and self.take_quantities
        if counts and not self.env.user.has_group("stock.group_stock_user"):
            raise UserError(
                self.env._(
                    "You may not change stock. Import without the quantities, or ask "
                    "your administrator for the right Inventory / User."
                )
            )


class TtsCatalogueImportLine(models.TransientModel):
    """What an import does, or did, with one row of the file."""

    _name = "tts.catalogue.import.line"
    _description = "TikTok Shop Catalogue File Row"
    _order = "row, id"

    import_id = fields.Many2one(
        "tts.catalogue.import", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="import_id.company_id")
    row = fields.Integer()
    sku_remote_id = fields.Char(string="TikTok SKU ID")
    seller_sku = fields.Char(string="Seller SKU")
    title = fields.Char()
    quantity = fields.Integer()
    outcome = fields.Selection(OUTCOMES, required=True)
    product_id = fields.Many2one("product.product", ondelete="cascade")
    message = fields.Char(string="Why")
