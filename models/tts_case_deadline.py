from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .tts_shop_deadline import DEADLINE_ACTIVITY

CASES = ("tts.cancellation", "tts.return")


class TtsCase(models.AbstractModel):
    """Deadlines of cases: told before they are missed, and noted when they were."""

    _inherit = "tts.case"

    warned_deadline = fields.Datetime(readonly=True, copy=False)

    def _follow_steps(self):
        """Override to take back the warning of a case that waits for nobody now."""
        return [*super()._follow_steps(), self._follow_warning]

    def _follow_warning(self, _case):
        if self.warned_deadline and self.warned_deadline != self.deadline:
            self.activity_unlink([DEADLINE_ACTIVITY])
            self.warned_deadline = False

    def _keep(self, shop, mirror, case, values):
        """Override to note on a case that its deadline was missed."""
        need, deadline = mirror.need, mirror.deadline
        since = mirror.remote_update_time
        kept = super()._keep(shop, mirror, case, values)
        if kept and need and deadline and not kept.need:
            kept._note_missed(deadline, since)
        return kept

    def _note_missed(self, deadline, since):
        """Say that TikTok answered by itself, unless somebody did before.

        TikTok tells of no one: what changed at the deadline, changed because of it.

        :param deadline: the one that is over
        :param since: when TikTok began to wait for the answer that was due by then
        """
        answered = self.answer_ids.filtered(
            lambda row: row.state == "done" and (not since or row.done_at >= since)
        )
        moved = self.remote_update_time
        if answered or not moved or moved < deadline:
            return
        stages = dict(self._fields["stage"]._description_selection(self.env))
        self._message_log(
            body=self.env._(
                "Nobody answered by %(deadline)s, so TikTok Shop decided by itself: "
                "%(status)s.",
                deadline=self.shop_id._local_time(
                    deadline, self.shop_id.responsible_id
                ),
                status=stages[self.stage],
            )
        )

    def _warn(self):
        """Tell the shop's responsible until when this case has to be answered."""
        shop, user = self.shop_id, self.shop_id.responsible_id
        needs = dict(self._fields["need"]._description_selection(self.env))
        self.activity_unlink([DEADLINE_ACTIVITY])
        if user:
            self.activity_schedule(
                DEADLINE_ACTIVITY,
                shop._local_date(self.deadline, user),
                summary=self.env._(
                    "%(need)s of order %(order)s by %(time)s",
                    need=needs[self.need],
                    order=self.order_remote_id,
                    time=shop._local_time(self.deadline, user),
                ),
                note=self.env._(
                    "When this time passes, TikTok Shop decides in the buyer's favour."
                ),
                user_id=user.id,
            )
        self.warned_deadline = self.deadline


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _aftersale_steps(self, is_due):
        """Override to warn last, of what is still open then."""
        return [*super()._aftersale_steps(is_due), self._warn_of_cases]

    def _warn_of_cases(self, _client):
        """Tell the responsible of cases that have to be answered soon, once each.

        :return: True
        """
        for case in self._cases_due():
            if case.warned_deadline != case.deadline and case.answer_state != "open":
                case._warn()
        return True

    def _cases_due(self):
        """Return the cases whose deadline is near, or over."""
        if self.deadline_warning <= 0:
            return []
        soon = fields.Datetime.now() + timedelta(hours=self.deadline_warning)
        domain = (
            Domain("shop_id", "=", self.id)
            & Domain("need", "!=", False)
            & Domain("deadline", "<=", soon)
        )
        order = "deadline, id"
        return [
            case
            for name in CASES
            for case in self.env[name].search(domain, order=order)
        ]
