from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from .. import const
from ..lib.errors import TikTokError, Unreachable
from ..lib.fetching import DocumentRequest
from ..lib.shipping import LABEL, PDF, ZPL, LabelConsequence, has_zpl, label_consequence
from ..report.label_sheets import Unreadable, count_pages

LABEL_STATES = [
    ("none", "No Label Yet"),
    ("due", "To Fetch"),
    ("generating", "Being Made"),
    ("done", "Stored"),
    ("link", "Link Only"),
    ("missed", "Not Available Any More"),
    ("failed", "Failed"),
]
# How long to wait after a failure, and while TikTok still makes the label.
RETRY_IN = (1, 5, 15, 60)  # minutes
GENERATING_IN = (20 / 60, 1, 5, 15)  # minutes
MOST_TRIES = 5
PATIENCE = 10  # tries of a label that is being made before a person is told
LINK_LIVES = timedelta(hours=24)  # "Get Package Shipping Document"
# TikTok may not know yet what it was told a moment ago.
TOLD_JUST_NOW = timedelta(minutes=10)


class TtsPackage(models.Model):
    """The label of a package: fetched once, stored, printed on purpose."""

    _inherit = "tts.package"

    label_state = fields.Selection(
        LABEL_STATES,
        string="Label",
        default="none",
        required=True,
        readonly=True,
        index=True,
    )
    label_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Label File",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    label_url = fields.Char(string="Label Link", readonly=True)
    label_url_until = fields.Datetime(string="Link Works Until", readonly=True)
    label_type = fields.Char(readonly=True)
    label_size = fields.Char(readonly=True)
    label_format = fields.Char(readonly=True)
    label_options = fields.Json(
        readonly=True, help="What is to be fetched, where it is not the shop's choice."
    )
    label_pages = fields.Integer(readonly=True)
    label_error = fields.Char(string="Label Problem", readonly=True)
    label_attempts = fields.Integer(string="Tries", readonly=True)
    next_label_try = fields.Datetime(string="Next Try", readonly=True)
    print_count = fields.Integer(string="Printed", readonly=True)
    last_print = fields.Datetime(readonly=True)

    _label_due_idx = models.Index(
        "(shop_id, next_label_try) WHERE next_label_try IS NOT NULL"
    )

    # === WHAT IS WANTED === #

    def _want_labels(self):
        """Have the labels of packages that wait for their carrier fetched soon.

        :return: the packages whose label is to be fetched
        """
        wanted = self.filtered(
            lambda package: (
                package.status == const.PACKAGE_ARRANGED
                and not package.is_gone
                and package.label_state == "none"
                and package._is_label_by_tiktok()
            )
        )
        wanted._want_now()
        return wanted

    def _want_now(self, options=None):
        """Put labels into the queue, whatever came of them before.

        :param options: {type, size, format} where it is not the shop's choice
        """
        self.write(
            {
                "label_state": "due",
                "next_label_try": fields.Datetime.now(),
                "label_attempts": 0,
                "label_options": options or False,
            }
        )

    def _void_labels(self):
        """Fetch labels anew that must not be printed as they are.

        Their files stay in the chatters of the deliveries.
        """
        self.write(
            {
                "label_attachment_id": False,
                "label_url": False,
                "label_url_until": False,
            }
        )
        self._want_now()

    def _label_options(self, options=None):
        """Return what document to ask for: {type, size, format}.

        :param options: what is wanted instead of the shop's choice
        """
        self.ensure_one()
        if options is None:
            options = self.label_options or {}
        shop = self.shop_id
        wanted = {
            "type": shop.label_type,
            "size": shop.label_size,
            "format": shop.label_format,
            **{key: value for key, value in options.items() if value},
        }
        if wanted["format"] == ZPL:
            # Thermal printers get the label alone, and not in every market.
            if has_zpl(shop.region):
                wanted["type"] = LABEL
            else:
                wanted["format"] = PDF
        return wanted

    def _label_requests(self):
        """Return what to ask TikTok for, one `DocumentRequest` per package."""
        requests = []
        for package in self:
            options = package._label_options()
            requests.append(
                DocumentRequest(
                    package.id,
                    package.remote_id,
                    options["type"],
                    options["size"],
                    options["format"],
                )
            )
        return requests

    # === WHAT CAME === #

    def _keep_labels(self, results):
        """Store the labels that came, and plan the next try of the others.

        :param results: {package id: result of `fetch_documents`}; packages without
            one stay as they are
        :return: packages that TikTok sees otherwise: their orders are to be read again
        """
        files, stale = [], self.browse()
        tried = self.filtered(lambda package: package.id in results)
        for package in tried:
            result = results[package.id]
            if isinstance(result, TikTokError):
                stale |= package._note_label_refusal(result)
            elif pages := package._check_label(*result):
                files.append((package, *result, pages))
        self._close_label_issues(files)
        self._store_labels(files)
        moments = [at for at in tried.mapped("next_label_try") if at]
        if moments:
            self.env["tts.shop"]._trigger_deliveries(at=min(moments))
        return stale

    def _check_label(self, document, content):
        """Look at a file before it is stored; what is wrong with it is noted.

        :param content: its bytes, or the error that came instead of them
        :return: the number of its pages, 0 when it is not to be stored
        """
        if isinstance(content, TikTokError):
            self._note_link(document, content)
            return 0
        if self._label_options()["format"] != PDF:
            return 1
        try:
            return count_pages(content)
        except Unreadable:
            self._note_label_failure(self._unreadable_reason())
            return 0

    @api.model
    def _close_label_issues(self, files):
        healed = defaultdict(list)
        for package, *_file in files:
            if package.label_error:
                healed[package.shop_id].append(f"label:{package.remote_id}")
        for shop, keys in healed.items():
            self.env["tts.issue"]._close(shop, keys)

    @api.model
    def _unreadable_reason(self):
        return self.env._(
            "What TikTok sent as the label is empty, protected or no readable PDF. It "
            "is fetched again; else print it in Seller Center."
        )

    def _note_label_refusal(self, error):
        """Act on a refusal of the document.

        :return: this package when its order is to be read again, else none
        """
        what = LabelConsequence.RETRY
        if not isinstance(error, Unreachable):
            what = label_consequence(error.code)
        reason = str(error)
        handler = {
            LabelConsequence.GENERATING: self._note_label_generating,
            LabelConsequence.NOT_SHIPPED: self._note_not_shipped,
            LabelConsequence.SELLER: self._note_no_label,
            LabelConsequence.COLLECTED: self._note_label_missed,
            LabelConsequence.CANCELLED: self._note_no_label,
            LabelConsequence.REQUEST: self._note_label_stopped,
            LabelConsequence.GONE: self._note_no_label,
        }.get(what)
        if handler:
            handler(reason)
        else:
            self._note_label_failure(reason, is_lasting=what != LabelConsequence.RETRY)
        is_stale = what in (
            LabelConsequence.NOT_SHIPPED,
            LabelConsequence.COLLECTED,
            LabelConsequence.CANCELLED,
            LabelConsequence.REQUEST,
            LabelConsequence.GONE,
        )
        return self if is_stale else self.browse()

    def _note_link(self, document, error):
        """Keep the link of a label whose file could not be loaded."""
        self._note_label_failure(str(error), is_lasting=False)
        self.write(
            {
                "label_url": document.url,
                "label_url_until": fields.Datetime.now() + LINK_LIVES,
            }
        )
        if not self.label_attachment_id:
            self.label_state = "link"
        self._take_tracking_number(document)

    def _note_label_generating(self, reason):
        wait = GENERATING_IN[min(self.label_attempts, len(GENERATING_IN) - 1)]
        self._plan_label_try("generating", reason, wait)
        if self.label_attempts == PATIENCE:
            self._raise_label_issue(reason, self.next_label_try)

    def _note_not_shipped(self, reason):
        """Wait until it is arranged; what was arranged just now TikTok knows soon."""
        is_fresh = self.shipped_at and (
            self.shipped_at > fields.Datetime.now() - TOLD_JUST_NOW
        )
        if is_fresh and self.status == const.PACKAGE_ARRANGED:
            self._note_label_generating(reason)
        elif self.status == const.PACKAGE_ARRANGED:
            self._note_label_failure(reason)
        else:
            self._note_no_label(reason)

    def _note_no_label(self, reason):
        self._end_label(
            "done" if self.label_attachment_id else "none", label_error=reason
        )

    def _note_label_missed(self, reason):
        """The carrier has the package: a stored copy is the last one."""
        if self.label_attachment_id:
            self._end_label("done", label_error=False)
            return
        is_linked = (
            self.label_state == "link"
            and self.label_url_until
            and self.label_url_until > fields.Datetime.now()
        )
        self._end_label("link" if is_linked else "missed", label_error=reason)
        self._raise_label_issue(reason)

    def _note_label_stopped(self, reason):
        """The buyer asks for something: look again in an hour, and tell somebody."""
        self._plan_label_try("due", reason, RETRY_IN[-1])
        self._raise_label_issue(reason, self.next_label_try)

    def _note_label_failure(self, reason, is_lasting=True):
        """Try again later; what fails lastingly is left to a person in the end."""
        wait = RETRY_IN[min(self.label_attempts, len(RETRY_IN) - 1)]
        self._plan_label_try("due", reason, wait)
        if self.label_attempts < MOST_TRIES:
            return
        if self.label_attachment_id:
            self._end_label("done", label_error=reason)
        elif is_lasting:
            self._end_label("failed", label_error=reason)
        else:
            self.label_state = "failed"
        self._raise_label_issue(reason, self.next_label_try)

    def _plan_label_try(self, state, reason, minutes):
        self.write(
            {
                "label_state": state,
                "label_error": reason,
                "label_attempts": self.label_attempts + 1,
                "next_label_try": fields.Datetime.now() + timedelta(minutes=minutes),
            }
        )

    def _end_label(self, state, **values):
        self.write(
            {
                "label_state": state,
                "next_label_try": False,
                "label_attempts": 0,
                "label_options": False,
                **values,
            }
        )

    def _raise_label_issue(self, reason, next_try=False):
        """Tell somebody that a label is missing."""
        picking = self.picking_ids[:1]
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"label:{self.remote_id}",
            category="label",
            name=self.env._(
                "The label of %s is missing", picking.name or self.remote_id
            ),
            reason=reason,
            hint=self.env._(
                "Click Fetch Shipping Label on the delivery, or print the label in "
                "Seller Center."
            ),
            picking_id=picking.id,
            order_id=self.order_ids[:1].id,
            reference=self.tracking_number or self.remote_id,
            next_retry=next_try,
        )
