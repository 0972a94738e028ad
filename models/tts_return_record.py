from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

from .. import const
from ..lib.errors import Rejected
from ..utils import naive
from .tts_case import UNKNOWN

MOST_READ = 50  # returns of a shop per run: one call each


class TtsReturnRecord(models.Model):
    """What happened in a return, and what was said and shown: photos are links."""

    _name = "tts.return.record"
    _description = "TikTok Shop Return Record"
    _order = "time desc, id desc"
    _check_company_auto = True

    return_id = fields.Many2one(
        "tts.return", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="return_id.company_id", store=True, precompute=True
    )
    time = fields.Datetime(readonly=True)
    role = fields.Selection(
        [*const.AFTERSALE_ROLES, (UNKNOWN, "Unknown")], string="By", readonly=True
    )
    event = fields.Char(readonly=True, help="TikTok's own word.")
    description = fields.Char(string="What Happened", readonly=True)
    reason_text = fields.Char(string="Reason", readonly=True)
    note = fields.Text(string="Said", readonly=True)
    image_urls = fields.Json(readonly=True)
    video_urls = fields.Json(readonly=True)
    media = fields.Html(
        string="Shown", compute="_compute_media", sanitize=False, readonly=True
    )

    @api.depends("image_urls", "video_urls")
    def _compute_media(self):
        picture = Markup(
            '<a href="%s" target="_blank" rel="noopener noreferrer">'
            '<img src="%s" referrerpolicy="no-referrer" loading="lazy" '
            'style="max-height: 64px" class="me-1" alt="%s"/></a>'
        )
        video = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a> ')
        for record in self:
            photo_text, video_text = self.env._("Photo"), self.env._("Video")
            record.media = Markup().join(
                [
                    *(
                        picture % (url, url, photo_text)
                        for url in _web(record.image_urls)
                    ),
                    *(video % (url, video_text) for url in _web(record.video_urls)),
                ]
            )


class TtsReturn(models.Model):
    """Reading what the buyer sent: once for each change of an open return."""

    _inherit = "tts.return"

    record_ids = fields.One2many("tts.return.record", "return_id", readonly=True)
    is_record_stale = fields.Boolean(
        readonly=True,
        index="btree_not_null",
        help="What happened in this return has to be read again.",
    )

    def _follow_steps(self):
        """Override to read what the buyer sent; of history it is not needed."""
        return [*super()._follow_steps(), self._follow_records]

    def _follow_records(self, _case):
        if not self.is_final or self.record_ids:
            self.is_record_stale = True

    def _store_records(self, records):
        """Keep what happened, as TikTok tells it now.

        :param records: `lib.returns.ReturnRecord`s
        """
        roles = dict(const.AFTERSALE_ROLES)
        self.record_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "time": naive(record.time),
                        "role": record.role if record.role in roles else UNKNOWN,
                        "event": record.event,
                        "description": record.description or record.event,
                        "reason_text": record.reason_text,
                        "note": record.note,
                        "image_urls": list(record.images),
                        "video_urls": list(record.videos),
                    }
                )
                for record in records
            ),
        ]
        self.is_record_stale = False


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _aftersale_steps(self, is_due):
        """Override to read what buyers sent, after the returns themselves."""
        return [*super()._aftersale_steps(is_due), self._read_return_records]

    def _read_return_records(self, client):
        """Read photos, videos and notes of returns that changed, the urgent first.

        :return: False when time is up before the end
        :raise TikTokError: TikTok did not answer; the rest is read next time
        """
        stale = self.env["tts.return"].search(
            [("shop_id", "=", self.id), ("is_record_stale", "=", True)],
            order="deadline, id",
            limit=MOST_READ,
        )
        for case in stale:
            self._take_aftersales()
            try:
                case._store_records(client.return_records(case.remote_id))
            except Rejected:
                case.is_record_stale = False  # TikTok keeps none of this one
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True


def _web(urls):
    """Return those that a browser opens, and nothing else."""
    return [url for url in urls or () if url.startswith(("https://", "http://"))]
