from odoo.tests import tagged

from .order_case import OrderCase

CLEAR = {
    "name": "Aminah Tan",
    "first_name": "Aminah",
    "last_name": "Tan",
    "phone_number": "(+60)123456789",
    "region_code": "MY",
    "postal_code": "50000",
    "address_detail": "1 Jalan Satu",
    "address_line1": "1 Jalan Satu",
    "full_address": "Malaysia, Selangor, Petaling, 1 Jalan Satu",
    "district_info": [
        {"address_level": "L0", "address_name": "Malaysia", "iso_code": "MY"},
        {"address_level": "L1", "address_name": "Selangor"},
        {"address_level": "L2", "address_name": "Petaling"},
    ],
}
MASKED = {**CLEAR, "name": "A***n", "phone_number": "(+60)1*****89"}
MASKED |= {"address_detail": "1 J***", "address_line1": "1 J***", "full_address": "*"}


@tagged("post_install", "-at_install")
class TestOrderCustomer(OrderCase):
    def row(self, address=None, buyer="7000000001", **values):
        """Return a raw order of a buyer to an address."""
        row = self.raw(self.place_units(self.unit()))
        return {
            **row,
            "user_id": buyer,
            "recipient_address": {**CLEAR, **(address or {})},
            **values,
        }

    def bring(self, *rows):
        """Absorb raw orders; return their sales orders in the same order."""
        self.absorb(*rows)
        orders = self.env["sale.order"].concat(
            *(self.sale_order(row["id"]) for row in rows)
        )
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        return orders

    def later(self, row, **values):
        return {**row, "update_time": row["update_time"] + 1, **values}

    # === BUYERS === #

    def test_a_customer_is_found_by_the_buyer_id(self):
        known = self.env["res.partner"].create(
            {"name": "Known", "tokopedia_buyer_identifier": "7000000001"}
        )
        order = self.bring(self.row())
        self.assertEqual(order.partner_id, known)
        self.assertEqual(known.name, "Known")

    def test_two_orders_of_a_buyer_in_one_page_have_one_customer(self):
        orders = self.bring(self.row(), self.row())
        self.assertEqual(len(orders), 2)
        self.assertEqual(len(orders.partner_id), 1)

    def test_a_later_order_of_a_buyer_has_the_same_customer(self):
        first, second = self.bring(self.row()), self.bring(self.row())
        self.assertEqual(first.partner_id, second.partner_id)

    def test_a_clear_name_beside_a_masked_one_names_the_new_customer(self):
        masked, clear = self.row(MASKED), self.row()
        orders = self.bring(masked, clear)
        self.assertEqual(orders.partner_id.name, CLEAR["name"])

    def test_a_customer_leads_to_its_tiktok_orders(self):
        orders = self.bring(self.row(), self.row())
        self.bring(self.row(buyer="7000000002"))
        customer = orders.partner_id
        self.assertEqual(customer.tts_order_count, 2)
        found = self.env["tts.order"].search(
            customer.action_view_tts_orders()["domain"]
        )
        self.assertEqual(found, orders.tts_order_id)

    def test_two_buyers_of_one_name_and_address_stay_two_customers(self):
        orders = self.bring(self.row(), self.row(buyer="7000000002"))
        self.assertEqual(len(orders.partner_id), 2)

    def test_a_contact_of_the_same_name_without_the_id_is_not_taken(self):
        namesake = self.env["res.partner"].create({"name": CLEAR["name"]})
        self.assertNotEqual(self.bring(self.row()).partner_id, namesake)

    def test_orders_without_a_buyer_id_have_customers_of_their_own(self):
        orders = self.bring(self.row(buyer=""), self.row(buyer=""))
        self.assertEqual(len(orders.partner_id), 2)
        self.assertFalse(any(orders.partner_id.mapped("tokopedia_buyer_identifier")))

    def test_the_buyer_id_is_kept_on_the_customer_and_not_copied(self):
        customer = self.bring(self.row()).partner_id
        self.assertEqual(customer.tokopedia_buyer_identifier, "7000000001")
        self.assertFalse(customer.copy().tokopedia_buyer_identifier)

    def test_an_archived_customer_is_still_the_buyer(self):
        first = self.bring(self.row())
        first.partner_id.active = False
        self.assertEqual(self.bring(self.row()).partner_id, first.partner_id)

    def test_the_relay_address_of_tiktok_is_no_email_of_the_customer(self):
        order = self.bring(self.row(buyer_email="x@scs2.tiktok.com"))
        self.assertFalse(order.partner_id.email)
        self.assertFalse(order.partner_shipping_id.email)

    # === RECIPIENTS === #

    def test_the_delivery_address_is_a_child_of_the_customer(self):
        order = self.bring(self.row())
        recipient = order.partner_shipping_id
        self.assertEqual(
            (recipient.type, recipient.parent_id.id), ("delivery", order.partner_id.id)
        )
        self.assertRecordValues(
            recipient,
            [
                {
                    "name": "Aminah Tan",
                    "phone": "(+60)123456789",
                    "street": "1 Jalan Satu",
                    "city": "Petaling",
                    "zip": "50000",
                    "country_id": self.env.ref("base.my").id,
                }
            ],
        )
        self.assertEqual(order.picking_ids.partner_id, recipient)

    def test_one_address_of_a_buyer_serves_all_orders_to_it(self):
        orders = self.bring(self.row(), self.row()) | self.bring(self.row())
        self.assertEqual(len(orders.partner_shipping_id), 1)

    def test_a_second_address_of_a_buyer_rewrites_nothing(self):
        first = self.bring(self.row())
        second = self.bring(
            self.row({"address_line1": "2 Jalan Dua", "address_detail": "2 Jalan Dua"})
        )
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_shipping_id.street, "1 Jalan Satu")
        self.assertEqual(second.partner_shipping_id.street, "2 Jalan Dua")

    def test_a_changed_address_leaves_older_orders_where_they_went(self):
        old = self.bring(self.row())
        row = self.row()
        new = self.bring(row)
        moved = {**CLEAR, "address_line1": "3 New", "address_detail": "3 New"}
        self.absorb(self.later(row, recipient_address=moved))
        self.assertEqual(old.partner_shipping_id.street, "1 Jalan Satu")
        self.assertEqual(new.partner_shipping_id.street, "3 New")
        self.assertEqual(new.picking_ids.partner_id.street, "3 New")

    def test_an_order_without_address_goes_to_the_customer(self):
        order = self.bring(self.row(recipient_address=None))
        self.assertEqual(order.partner_shipping_id, order.partner_id)

    # === MASKS === #

    def test_a_masked_name_never_replaces_a_clear_one(self):
        row = self.row()
        order = self.bring(row)
        self.absorb(self.later(row, recipient_address=MASKED))
        self.assertEqual(order.partner_id.name, "Aminah Tan")
        self.assertEqual(order.partner_shipping_id.street, "1 Jalan Satu")

    def test_a_later_order_under_a_masked_name_leaves_the_customers_name(self):
        first = self.bring(self.row())
        second = self.bring(self.row(MASKED))
        self.assertEqual(second.partner_id, first.partner_id)
        self.assertEqual(first.partner_id.name, "Aminah Tan")

    def test_a_clear_name_replaces_a_masked_one(self):
        row = self.row(MASKED)
        order = self.bring(row)
        self.assertEqual(order.partner_id.name, "A***n")
        self.absorb(self.later(row, recipient_address=CLEAR))
        self.assertEqual(order.partner_id.name, "Aminah Tan")
        self.assertEqual(order.partner_shipping_id.street, "1 Jalan Satu")
        self.assertEqual(order.picking_ids.partner_id.street, "1 Jalan Satu")

    def test_masked_addresses_that_read_alike_are_not_taken_for_one(self):
        orders = self.bring(self.row(MASKED), self.row(MASKED))
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(len(orders.partner_shipping_id), 2)

    def test_buyers_whose_masked_names_read_alike_stay_apart(self):
        orders = self.bring(self.row(MASKED), self.row(MASKED, buyer="7000000002"))
        self.assertEqual(len(orders.partner_id), 2)

    # === PLACES === #

    def place_info(self, state, code=""):
        return {
            "district_info": [
                {"address_level": "L0", "address_name": "Malaysia", "iso_code": "MY"},
                {"address_level": "L1", "address_name": state, "iso_code": code},
            ]
        }

    def test_a_state_is_found_by_its_code(self):
        state = self.env["res.country.state"].create(
            {"name": "X", "code": "XY", "country_id": self.env.ref("base.my").id}
        )
        order = self.bring(self.row(self.place_info("Something", "XY")))
        self.assertEqual(order.partner_shipping_id.state_id, state)

    def test_a_state_is_found_by_its_name(self):
        state = self.env["res.country.state"].create(
            {"name": "Timur", "code": "XZ", "country_id": self.env.ref("base.my").id}
        )
        order = self.bring(self.row(self.place_info("TIMUR")))
        self.assertEqual(order.partner_shipping_id.state_id, state)

    def test_the_text_of_an_unknown_state_is_kept(self):
        order = self.bring(self.row(self.place_info("Atlantis")))
        self.assertFalse(order.partner_shipping_id.state_id)
        self.assertIn("Atlantis", order.partner_shipping_id.street2)

    def test_an_unknown_country_stops_no_order(self):
        order = self.bring(self.row({"region_code": "ZZ", "district_info": []}))
        self.assertFalse(order.partner_shipping_id.country_id)

    # === COMPANIES === #

    def test_a_second_company_does_not_use_the_first_ones_customer(self):
        mine = self.bring(self.row()).partner_id
        self.assertEqual(mine.company_id, self.env.company)
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["tts.account"].create({"name": "B", "company_id": other.id})
        shop = (
            self.env["tts.shop"]
            .with_company(other)
            .create({"name": "B", "account_id": account.id, "company_id": other.id})
        )
        row = self.row()
        self.env["tts.order"]._absorb(shop, [row])
        theirs = self.sale_order(row["id"])
        self.assertEqual(theirs.company_id, other)
        self.assertNotEqual(theirs.partner_id, mine)
        self.assertEqual(theirs.partner_id.company_id, other)

    def test_a_shared_customer_serves_both_companies(self):
        shared = self.env["res.partner"].create(
            {"name": "S", "tokopedia_buyer_identifier": "7000000001"}
        )
        self.assertFalse(shared.company_id)
        self.assertEqual(self.bring(self.row()).partner_id, shared)

    # === MERGED BY HAND === #

    def merge(self, source, destination):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | destination).ids, destination)

    def test_a_customer_merged_into_another_contact_is_still_the_buyer(self):
        order = self.bring(self.row())
        contact = self.env["res.partner"].create({"name": "Known before"})
        self.merge(order.partner_id, contact)
        self.assertEqual(order.partner_id, contact)
        self.assertEqual(self.bring(self.row()).partner_id, contact)

    def test_a_buyer_that_another_is_merged_into_keeps_its_own_id(self):
        kept = self.bring(self.row()).partner_id
        self.merge(self.bring(self.row(buyer="7000000002")).partner_id, kept)
        self.assertEqual(kept.tokopedia_buyer_identifier, "7000000001")
