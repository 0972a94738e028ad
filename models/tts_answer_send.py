from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.errors import RateLimited, Rejected, TikTokError, Unauthorized
from ..lib.returns import Money
from .tts_intent import OPEN, due_domain
from .tts_shop_sync import BATCH

READERS = {"tts.cancellation": "cancellations", "tts.return": "returns"}


class TtsAnswer(models.Model):
    """The call that tells TikTok an answer, and what came of it."""

    _inherit = "tts.answer"

    def _send(self, client):
        """Tell TikTok, and note what it says.

        :return: the `TikTokError` that ends the sending of this shop for now, or None
        """
        try:
            self._call(client)
        except Rejected as error:
            self._note_refused(error.code, str(error))
        except (RateLimited, Unauthorized) as error:
            self.write({"state": "waiting", "next_try": False})  # it never arrived
            return error
        except TikTokError as error:
            # Nobody knows whether TikTok has it: the next run reads that first.
            self._try_again(str(error), error, code=0)
            return None if error.code else error
        else:
            self._note_done()
        return None

    def _call(self, client):
        decision, case_id = self._decision(), self._case().remote_id
        declined = {"reason": self.reason, "comment": self.comment or ""}
        if self.cancellation_id and decision.is_rejection:
            client.reject_cancellation(case_id, **declined, key=self.key)
        elif self.cancellation_id:
            client.approve_cancellation(case_id, key=self.key)
        elif decision.is_rejection:
            client.reject_return(
                case_id,
                decision.name,
                **declined,
                partial_refund=self._offer(),
                key=self.key,
            )
        else:
            client.approve_return(
                case_id,
                decision.name,
                keep_item=decision.keep_item,
                partial_refund=self._offer(),
                key=self.key,
            )

    def _offer(self):
        """Return the amount that is offered, None without an offer."""
        if not self._decision().needs_amount:
            return None
        digits = self.currency_id.decimal_places
        return Money(self.currency_id.name, Decimal(f"{self.amount:.{digits}f}"))


class TtsShop(models.Model):
    """Sending stored answers, so that nothing is answered twice and nothing lost.

    An answer becomes `sending` and that is committed before its call leaves. The shop's
    after-sales lock is held during the call: whoever finds an answer in `sending` while
    he has the lock knows that its sender is gone, and reads the case before it is sent
    again, with the same key.
    """

    _inherit = "tts.shop"

    @api.model
    def _awaited_aftersale_shops(self):
        """Override to have answers sent between two readings."""
        found = super()._awaited_aftersale_shops()
        return found | self.env["tts.answer"].search(due_domain()).shop_id

    def _aftersale_steps(self, is_due):
        """Override to send answers before anything else."""
        return [self._send_answers, *super()._aftersale_steps(is_due)]

    def _due_answers(self, states=OPEN):
        domain = Domain("shop_id", "=", self.id) & due_domain(states)
        return self.env["tts.answer"].search(domain, order="id")

    def _send_answers(self, client):
        """Tell TikTok what people answered.

        :return: False when time is up before the end
        :raise TikTokError: TikTok did not answer; the answers wait
        :raise Interrupted: another worker has the after-sales of this shop
        """
        due = self._due_answers()
        if not due:
            return True
        if not self._read_answered_cases(client, due):
            return False
        self._take_aftersales()
        self._due_answers(("sending",))._settle()
        self.env["ir.cron"]._commit_progress()
        # One at a time, without prefetching after each commit.
        if not all(
            self._send_answer(client, answer[0])
            for answer in self._due_answers(("waiting",))
        ):
            return False
        return self._read_answered_cases(client, due.exists())

    def _send_answer(self, client, answer):
        """Send one answer, in two transactions that stand alone.

        :return: False when time is up
        :raise TikTokError: TikTok takes no call of this shop now
        """
        cron = self.env["ir.cron"]
        self._take_aftersales()
        if answer.exists().state != "waiting":
            return True
        sent_at = fields.Datetime.now()
        answer.write({"state": "sending", "sent_at": sent_at, "next_try": False})
        cron._commit_progress()
        self._take_aftersales()
        # Between the two transactions another worker may have taken over.
        if answer.exists().state != "sending" or answer.sent_at != sent_at:
            return True
        stopper = answer._send(client)
        time_left = cron._commit_progress()
        if stopper:
            raise stopper
        return time_left

    def _read_answered_cases(self, client, answers):
        """Read the cases of answers again, and follow them.

        :return: False when time is up before the end
        """
        for cases in (answers.cancellation_id, answers.return_id):
            for start in range(0, len(cases), BATCH):
                part = cases[start : start + BATCH]
                self._take_aftersales()
                read = getattr(client, READERS[cases._name])
                page = read(ids=part.mapped("remote_id"))
                part._absorb(self, page, force=True)
                if not self.env["ir.cron"]._commit_progress():
                    return False
        return True
