"""The dashboard TikTok Shop: its files fit the model, and those who see it may read."""

import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..dev import dashboard as generator
from .money_case import MoneyCase

MODEL = "tts.sale.report"
XMLID = "sale_tiktok_shop.dashboard_tiktok_shop"


@tagged("post_install", "-at_install")
class TestDashboard(MoneyCase):
    """A shop with a sale, and the people who look at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(XMLID)
        cls.seller_boss = new_test_user(
            cls.env, "tts_sales_boss", groups="sales_team.group_sale_manager"
        )
        cls.content = json.loads(cls.dashboard.spreadsheet_data)
        cls.report = cls.env[MODEL]

    def charts(self, content=None):
        """Return the definitions of all charts and scorecards."""
        return [
            figure["data"]
            for sheet in (content or self.content)["sheets"]
            for figure in sheet["figures"]
        ]

    def odoo_charts(self):
        return [chart for chart in self.charts() if chart["type"].startswith("odoo_")]

    def sources(self):
        """Return everything that reads the model: (model, fields, matching)."""
        for pivot in self.content["pivots"].values():
            rows = [row["fieldName"] for row in pivot["rows"] + pivot["columns"]]
            measures = [measure["fieldName"] for measure in pivot["measures"]]
            yield pivot["model"], rows + measures, pivot["fieldMatching"]
        for chart in self.odoo_charts():
            meta = chart["metaData"]
            names = [group.partition(":")[0] for group in meta["groupBy"]]
            yield meta["resModel"], [*names, meta["measure"]], chart["fieldMatching"]

    # === FILES === #

    def test_the_files_are_what_the_generator_writes(self):
        for name, content in generator.files().items():
            with self.subTest(name=name):
                self.assertEqual((generator.FOLDER / name).read_text(), content)

    def test_every_field_it_reads_is_one_of_the_model(self):
        sources = list(self.sources())
        self.assertEqual(len(sources), 8)
        for model, names, _matching in sources:
            self.assertEqual(model, MODEL)
            self.assertLessEqual(set(names), set(self.report._fields))

    def test_every_measure_can_be_summed_up(self):
        for pivot in self.content["pivots"].values():
            for measure in pivot["measures"]:
                with self.subTest(measure=measure["fieldName"]):
                    self.assertTrue(
                        self.report._fields[measure["fieldName"]].aggregator
                    )

    def test_every_filter_looks_at_a_field_of_its_kind(self):
        filters = {row["id"]: row for row in self.content["globalFilters"]}
        self.assertEqual(set(filters), {"period", "shop", "category", "team"})
        for _model, _names, matching in self.sources():
            self.assertEqual(set(matching), set(filters))
            for name, match in matching.items():
                field = self.report._fields[match["chain"]]
                self.assertEqual(field.type, match["type"])
                self.assertEqual(
                    filters[name].get("modelName"), getattr(field, "comodel_name", None)
                )

    def test_every_range_of_a_chart_is_filled(self):
        for content in (self.content, self.dashboard._get_sample_dashboard()):
            front, data = content["sheets"]
            self.assertEqual((front["name"], data["name"]), ("Dashboard", "Data"))
            for chart in self.charts(content):
                for target in self.ranges(chart):
                    sheet, _mark, cells = target.partition("!")
                    self.assertEqual(sheet, "Data")
                    for name in cells.split(":"):
                        self.assertIn(name, data["cells"])

    def ranges(self, chart):
        if chart["type"] == "scorecard":
            return [chart["keyValue"], chart["baseline"]]
        found = [row["dataRange"] for row in chart["dataSets"] if row]
        return [*found, chart["labelRange"]] if found else []

    def test_the_sample_reads_nothing_and_has_the_same_figures(self):
        sample = self.dashboard._get_sample_dashboard()
        self.assertFalse(sample["pivots"] or sample["globalFilters"])
        for sheet in sample["sheets"]:
            for content in sheet["cells"].values():
                self.assertRegex(content, r"^(=_t\(|[^=])")
        places = [
            [
                (figure["id"], figure["offset"], figure["width"])
                for figure in content["sheets"][0]["figures"]
            ]
            for content in (self.content, sample)
        ]
        self.assertEqual(*places)

    def test_figures_open_a_menu_that_is_there(self):
        for xmlid in self.content["chartOdooMenusReferences"].values():
            self.assertEqual(self.env.ref(xmlid).action.res_model, MODEL)

    # === PEOPLE === #

    def test_sales_managers_and_billing_people_load_all_of_it(self):
        self.sold()
        for user in (self.seller_boss, self.biller):
            with self.subTest(user=user.login):
                dashboard = self.dashboard.with_user(user)
                self.assertFalse(dashboard._dashboard_is_empty())
                self.assertIn("pivots", dashboard._get_serialized_readonly_dashboard())
                self.assertEqual(self.loaded(user)["order_count:count_distinct"], 1)

    def loaded(self, user):
        """Read as the browser does; return the totals."""
        report, pivots = self.report.with_user(user), self.content["pivots"]
        totals = None
        for pivot in pivots.values():
            groups = report.formatted_read_group(
                pivot["domain"],
                [row["fieldName"] for row in pivot["rows"]],
                [self.aggregate(row["fieldName"]) for row in pivot["measures"]],
            )
            self.assertTrue(groups)
            totals = totals or groups[0]
        for chart in self.odoo_charts():
            meta = chart["metaData"]
            groups = report.formatted_read_group(
                chart["searchParams"]["domain"],
                meta["groupBy"],
                [self.aggregate(meta["measure"])],
            )
            self.assertTrue(groups)
        return totals

    def aggregate(self, name):
        return f"{name}:{self.report._fields[name].aggregator}"

    def test_totals_are_those_of_the_orders(self):
        _order_id, order, _invoice = self.sold("30.00")
        totals = self.loaded(self.biller)
        self.assertEqual(round(totals["sales:sum"], 2), 30)
        self.assertEqual(totals["units:sum"], 1)
        self.assertEqual(order.state, "sale")

    def test_who_must_not_see_margins_does_not_see_the_dashboard(self):
        seller = new_test_user(
            self.env, "tts_only_sells", groups="sales_team.group_sale_salesman"
        )
        found = self.env["spreadsheet.dashboard"].with_user(seller).search([])
        self.assertNotIn(self.dashboard, found)
        with self.assertRaises(AccessError):
            self.dashboard.with_user(seller).read(["spreadsheet_data"])

    def test_without_any_order_the_sample_is_shown(self):
        self.shop.order_ids.unlink()
        self.assertFalse(self.env["tts.order"].search([]))
        self.assertTrue(self.dashboard.with_user(self.biller)._dashboard_is_empty())
        self.assertTrue(self.dashboard._get_sample_dashboard()["sheets"])

    def test_it_is_among_the_dashboards_of_sales(self):
        group = self.env.ref("spreadsheet_dashboard.spreadsheet_dashboard_group_sales")
        self.assertIn(self.dashboard, group.published_dashboard_ids)
