from odoo import api, fields, models

from ..utils import toast
from .tts_order_import import IMPORT_CONTEXT


class TtsShop(models.Model):
    """A sales team per shop: what Odoo's own analyses and dashboards filter by."""

    _inherit = "tts.shop"

    team_declined = fields.Boolean(
        string="No Sales Team Wanted", readonly=True, copy=False
    )
    offers_team = fields.Boolean(compute="_compute_offers_team")

    @api.depends("team_id", "team_declined")
    def _compute_offers_team(self):
        for shop in self:
            shop.offers_team = not shop.team_id and not shop.team_declined

    def action_create_team(self):
        """Give each of these shops that has none a sales team, and its orders.

        Whoever administers TikTok Shop need not administer Sales for that.

        :return: a message with the teams
        """
        self.check_access("write")
        shops = self.filtered(lambda shop: not shop.team_id)
        for shop in shops:
            shop.team_id = shop._find_or_create_team()
        count = sum(shop._give_team() for shop in shops)
        if not shops:
            return toast("info", self.env._("Every shop has its sales team already."))
        message = self.env._(
            "New orders get the sales team %(teams)s, and %(count)s that had none.",
            teams=", ".join(shops.team_id.sudo().mapped("name")),
            count=count,
        )
        return toast("success", message, title=self.env._("Ready"))

    def action_decline_team(self):
        """Offer no sales team for these shops any more."""
        self.check_access("write")
        self.filtered("offers_team").team_declined = True

    def _find_or_create_team(self):
        """Return the sales team of the shop's name in its company.

        Shops of one name, in several markets, have their market behind it.
        """
        Team = self.env["crm.team"].sudo().with_company(self.company_id)
        alike = self.sudo().search_count(
            [("name", "=", self.name), ("company_id", "=", self.company_id.id)]
        )
        name = f"{self.name} {self.region}" if alike > 1 and self.region else self.name
        team = Team.search(
            [("name", "=", name), ("company_id", "=", self.company_id.id)], limit=1
        )
        if not team:
            team = Team.create({"name": name, "company_id": self.company_id.id})
            self._join_team(team)
        return team.sudo(False)

    def _join_team(self, team):
        """Make the salesperson a member, who would not have to leave another team."""
        Member = self.env["crm.team.member"].sudo()
        user = self.user_id
        may_have_several = team.is_membership_multi
        if user and (
            may_have_several
            or not Member.search_count([("user_id", "=", user.id)], limit=1)
        ):
            team.member_ids |= user

    def _give_team(self):
        """Give the shop's team to its orders without one; return how many."""
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("tts_shop_id", "=", self.id),
                    ("team_id", "=", False),
                    ("state", "!=", "cancel"),
                ]
            )
        )
        orders.with_context(**IMPORT_CONTEXT).write({"team_id": self.team_id.id})
        return len(orders)
