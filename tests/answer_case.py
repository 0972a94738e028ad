"""What the tests of answers have in common."""

from datetime import timedelta

from odoo import fields

from .aftersale_case import AftersaleOdooCase


class AnswerOdooCase(AftersaleOdooCase):
    """A connected shop whose open cases are answered."""

    def asked(self, **body):
        """Return a request to cancel that was read: its `tts.cancellation`."""
        order_id, _order = self.import_units()
        case_id = self.ask_to_cancel(order_id, **body)
        self.aftersales()
        return self.cancellation(case_id)

    def returned(self, kind="RETURN_AND_REFUND", **body):
        """Return a return that was read: its `tts.return`."""
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id, kind, **body)
        self.aftersales()
        return self.case_return(case_id)

    def kind_of(self, case):
        return "returns" if case._name == "tts.return" else "cancellations"

    def told_of(self, case):
        """Return a case as the sandbox has it."""
        return self.told_case(case.remote_id, self.kind_of(case))

    def wizard(self, case, button="action_answer"):
        """Click a button of a case; return the wizard it opens."""
        action = getattr(case, button)()
        return case.env["tts.answer.wizard"].browse(action["res_id"])

    def decide(self, wizard, key=None, reason=True, **values):
        """Choose a decision by its key and a reason in a wizard, and send it."""
        if key:
            wizard.decision_id = wizard.choice_ids.filtered(
                lambda row: row.kind == "decision" and row.decision_key == key
            )
        if reason and wizard.decision_id.needs_reason:
            wizard.reason_id = self.reasons(wizard)[:1]
        wizard.write(values)
        return wizard.action_answer()

    def reasons(self, wizard):
        """Return the reasons a wizard offers for what is chosen in it."""
        return wizard.choice_ids.filtered(
            lambda row: (
                row.kind == "reason"
                and row.decision_key in (False, wizard.decision_key)
            )
        )

    def send(self):
        """Run the scheduled action that tells TikTok, with nothing else due."""
        soon = fields.Datetime.now() + timedelta(hours=1)
        self.shop.write({"next_aftersale_sync": soon, "aftersale_failure_count": 0})
        return self.run_cron("ir_cron_aftersales")

    def make_due(self, answers):
        """Let the time pass that these wait for."""
        answers.next_try = fields.Datetime.now() - timedelta(minutes=1)

    def refuse_answer(self, case, code, **values):
        """Let TikTok refuse the next answer to a case."""
        path = f"/{self.kind_of(case)}/{case.remote_id}"
        self.control("POST", path, {"refuse": code, **values})

    def answer_issue(self, case):
        return self.issues(f"answer:{case.remote_id}")
