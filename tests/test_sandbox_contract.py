"""The sandbox against a client that others wrote from the vendor's documentation.

Every answer is read by the strict models of the package `tiktok-shop-api`: a key they
do not know, or a value of another type, is a deviation.
"""

import logging

import attrs
import httpx
from tiktok_shop_api import TikTokShop, TikTokShopAuth, TikTokShopError
from tiktok_shop_api.generated import models
from tiktok_shop_api.generated.types import UNSET, Unset

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox
from ..sandbox.markets import MARKETS

PLAIN = {"str": str, "int": int, "bool": bool, "float": float}


def deviations(value, expected="", path="$"):
    """Yield what a parsed answer holds beyond or against its model."""
    if isinstance(value, Unset) or value is None:
        return
    if attrs.has(type(value)):
        yield from _object_deviations(value, path)
        return
    kind = str(expected).removesuffix(" | Unset").removesuffix(" | None")
    if kind.startswith("list[") and isinstance(value, list):
        for number, item in enumerate(value):
            yield from deviations(item, kind[5:-1], f"{path}[{number}]")
    elif type(value) is not PLAIN.get(kind):
        yield f"{path}: {value!r} is no {kind}"


def _object_deviations(value, path):
    for key in value.additional_properties:
        yield f"{path}.{key}: unknown key"
    for field in attrs.fields(type(value)):
        if field.name != "additional_properties":
            name = f"{path}.{field.name}"
            yield from deviations(getattr(value, field.name), field.type, name)


class ContractCase(BaseCase):
    """A sandbox of every market and the foreign client on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The client would log every URL.
        logger = logging.getLogger("httpx")
        cls.addClassCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.WARNING)
        cls.box = Sandbox(markets=list(MARKETS), orders=240, products=12, seed=11)

    def client(self, region=None):
        """Return a client for the shop of `region`, or for none."""
        given = self.box.credentials
        ciphers = {row["region"]: row["cipher"] for row in given["shops"]}
        client = TikTokShop(
            given["app_key"],
            given["app_secret"],
            given["access_token"],
            ciphers.get(region),
            base_url="http://localhost",
            transport=httpx.WSGITransport(app=self.box.wsgi),
        )
        self.addCleanup(client.close)
        return client

    def shop(self, region):
        return next(s for s in self.box.shops.values() if s.market.code == region)

    def data(self, response):
        """Return the data of an answer that follows its model to the letter."""
        self.assertEqual(list(deviations(response)), [])
        self.assertEqual(response.code, 0)
        return response.data

    def pages(self, function, name, **values):
        """Return every row of a paged call, page by page, each once."""
        rows, token = [], UNSET
        while True:
            data = self.data(function(page_token=token, **values))
            found = getattr(data, name)
            rows += [] if isinstance(found, Unset) else found
            token = data.next_page_token
            if not token or isinstance(token, Unset):
                return rows

    def placed(self, region, status, shipping="TIKTOK", quantity=1, **more):
        """Return the id of a new order of the seller's own fulfilment."""
        order = {"status": status, "shipping_type": shipping, **more}
        if quantity > 1:
            sku_id = next(iter(self.shop(region).skus))
            order["line_items"] = [{"sku_id": sku_id, "quantity": quantity}]
        shop_id = self.shop(region).id
        body = {"shop_id": shop_id, "order": order}
        return self.box.control("POST", "/_sandbox/orders", body)["ids"][0]

    def packages_of(self, order_id):
        return [package.id for package in self.box.order(order_id).packages]


@tagged("post_install", "-at_install")
class TestAccountContract(ContractCase):
    def auth(self):
        given = self.box.credentials
        return TikTokShopAuth(
            given["app_key"],
            given["app_secret"],
            given["service_id"],
            base_url="http://localhost",
            transport=httpx.WSGITransport(app=self.box.wsgi),
        )

    def test_a_code_becomes_tokens(self):
        tokens = self.auth().exchange_code(self.box.accounts.new_code())
        self.assertGreater(tokens.access_token_expire_in, self.box.now() + 86400)
        self.assertIn("seller.order.info", tokens.granted_scopes)

    def test_a_refresh_gives_a_token_that_works(self):
        first = self.auth().exchange_code(self.box.accounts.new_code())
        tokens = self.auth().refresh(first.refresh_token)
        client = self.client().with_shop(access_token=tokens.access_token)
        self.assertEqual(client.authorization.get_authorized_shops().code, 0)

    def test_authorized_shops_carry_their_ciphers(self):
        data = self.data(self.client().authorization.get_authorized_shops())
        self.assertEqual(
            [(row.region, row.cipher) for row in data.shops],
            [(row["region"], row["cipher"]) for row in self.box.credentials["shops"]],
        )

    def test_active_shops_follow_their_model(self):
        data = self.data(self.client().seller.get_active_shops())
        self.assertEqual(len(data.shops), len(MARKETS))

    def test_a_local_seller_has_no_global_permission(self):
        data = self.data(self.client().seller.get_global_product_permission())
        self.assertEqual(data.permissions, [])


@tagged("post_install", "-at_install")
class TestOrderContract(ContractCase):
    def test_every_order_of_every_market_is_found_once(self):
        for region in MARKETS:
            with self.subTest(region):
                client = self.client(region)
                rows = self.pages(client.orders.get_order_list, "orders", page_size=7)
                ids = [row.id for row in rows]
                self.assertEqual(len(ids), len(set(ids)))
                self.assertEqual(set(ids), set(self.shop(region).orders))

    def test_an_answer_beside_its_model_is_noticed(self):
        fault = {"kind": "number_ids", "path": "/order", "times": 1}
        self.box.control("POST", "/_sandbox/faults", fault)
        response = self.client("MY").orders.get_order_list(page_size=1)
        self.assertIn("is no str", "".join(deviations(response)))

    def test_every_order_detail_follows_its_model(self):
        for region in MARKETS:
            with self.subTest(region):
                ids = list(self.shop(region).orders)[:50]
                client = self.client(region)
                data = self.data(client.orders.get_order_detail(ids=ids))
                self.assertEqual([row.id for row in data.orders], ids)

    def test_price_detail_of_every_order_follows_its_model(self):
        for region in MARKETS:
            client = self.client(region)
            for order in self.shop(region).orders.values():
                data = self.data(client.orders.get_order_price_details(order.id))
                self.assertEqual(data.payment, order.doc["payment"]["total_amount"])

    def test_an_external_reference_is_found_by_either_id(self):
        client = self.client("MY")
        order_id = next(iter(self.shop("MY").orders))
        external = {"id": "SO42", "platform": "ERP_SYSTEM", "line_items": []}
        body = models.AddExternalOrderReferencesRequest.from_dict(
            {"orders": [{"id": order_id, "external_order": external}]}
        )
        self.data(client.orders.add_external_order_references(body=body))
        platform = models.GetExternalOrderReferencesPlatform("ERP_SYSTEM")
        data = self.data(
            client.orders.get_external_order_references(order_id, platform=platform)
        )
        self.assertEqual([row.id for row in data.external_orders], ["SO42"])
        platform = models.SearchOrdersByExternalOrderReferencePlatform("ERP_SYSTEM")
        data = self.data(
            client.orders.search_orders_by_external_order_reference(
                platform=platform, external_order_id="SO42"
            )
        )
        self.assertIn(order_id, str(data.to_dict()))


@tagged("post_install", "-at_install")
class TestProductContract(ContractCase):
    def test_every_product_is_found_once(self):
        for region in MARKETS:
            with self.subTest(region):
                client = self.client(region)
                search = client.products.search_products
                rows = self.pages(search, "products", page_size=5)
                ids = [row.id for row in rows]
                self.assertEqual(sorted(ids), sorted(self.shop(region).products))

    def test_every_product_detail_follows_its_model(self):
        for region in MARKETS:
            client = self.client(region)
            for product_id in self.shop(region).products:
                data = self.data(client.products.get_product(product_id))
                self.assertEqual(data.id, product_id)

    def test_an_inventory_update_is_found_by_the_inventory_search(self):
        client = self.client("MY")
        sku = next(s for s in self.shop("MY").skus.values() if len(s.stock) > 1)
        rows = [{"warehouse_id": w, "quantity": 17} for w in sku.stock]
        body = models.UpdateInventoryRequest.from_dict(
            {"skus": [{"id": sku.id, "inventory": rows}]}
        )
        self.data(client.products.update_inventory(sku.product.id, body=body))
        body = models.InventorySearchRequest.from_dict({"sku_ids": [sku.id]})
        data = self.data(client.products.inventory_search(body=body))
        found = data.inventory[0].skus[0].total_available_quantity
        self.assertEqual(found, 17 * len(rows))

    def test_the_stock_of_every_sku_follows_its_model(self):
        for region in MARKETS:
            shop = self.shop(region)
            first = next(iter(shop.skus))
            path = f"/_sandbox/skus/{first}"
            self.box.control("POST", path, {"campaign": 3, "status": "DEACTIVATED"})
            body = models.InventorySearchRequest.from_dict({"sku_ids": [*shop.skus]})
            data = self.data(self.client(region).products.inventory_search(body=body))
            found = [sku.id for row in data.inventory for sku in row.skus]
            self.assertEqual(sorted(found), sorted(shop.skus))

    def test_a_product_made_through_the_door_follows_its_model(self):
        body = {"shop_id": self.shop("MY").id, "lock": "shared_source"}
        body["skus"] = [{"attributes": {"Color": "Red"}, "status": "DEACTIVATED"}]
        made = self.box.control("POST", "/_sandbox/products", body)
        data = self.data(self.client("MY").products.get_product(made["id"]))
        self.assertEqual([sku.id for sku in data.skus], made["sku_ids"])
        self.box.control("POST", f"/_sandbox/products/{made['id']}", {"delete": True})

    def test_a_wrong_warehouse_fails_its_sku_only(self):
        client = self.client("MY")
        sku = next(iter(self.shop("MY").skus.values()))
        rows = [{"warehouse_id": "7000000000000000001", "quantity": 1}]
        body = models.UpdateInventoryRequest.from_dict(
            {"skus": [{"id": sku.id, "inventory": rows}]}
        )
        data = self.data(client.products.update_inventory(sku.product.id, body=body))
        self.assertEqual(data.errors[0].code, 12052990)

    def test_a_price_update_shows_in_the_product(self):
        client = self.client("MY")
        sku = next(iter(self.shop("MY").skus.values()))
        price = {"currency": "MYR", "amount": "12.30"}
        body = models.UpdatePriceRequest.from_dict(
            {"skus": [{"id": sku.id, "price": price}]}
        )
        self.data(client.products.update_price(sku.product.id, body=body))
        data = self.data(client.products.get_product(sku.product.id))
        prices = {row.id: row.price.sale_price for row in data.skus}
        self.assertEqual(prices[sku.id], "12.3")

    def test_a_product_goes_through_its_statuses(self):
        client = self.client("TH")
        product = next(iter(self.shop("TH").products.values()))
        ids = {"product_ids": [product.id]}
        for name, status in (
            ("deactivate", "SELLER_DEACTIVATED"),
            ("delete", "DELETED"),
            ("recover", "SELLER_DEACTIVATED"),
            ("activate", "ACTIVATE"),
        ):
            request = getattr(models, f"{name.capitalize()}ProductsRequest")
            function = getattr(client.products, f"{name}_products")
            self.data(function(body=request.from_dict(ids)))
            self.assertEqual(product.status, status)


@tagged("post_install", "-at_install")
class TestFulfillmentContract(ContractCase):
    def test_every_package_is_found_once_and_has_a_detail(self):
        for region in MARKETS:
            with self.subTest(region):
                client = self.client(region)
                search = client.fulfillment.search_package
                rows = self.pages(search, "packages", page_size=4)
                self.assertEqual(
                    sorted(row.id for row in rows), sorted(self.shop(region).packages)
                )
                for row in rows:
                    data = self.data(client.fulfillment.get_package_detail(row.id))
                    self.assertEqual(data.package_id, row.id)

    def test_a_shipped_package_has_a_label(self):
        client = self.client("MY")
        order_id = self.placed("MY", "AWAITING_SHIPMENT")
        (package_id,) = self.packages_of(order_id)
        self.data(client.fulfillment.get_package_handover_time_slots(package_id))
        self.data(client.fulfillment.ship_package(package_id))
        data = self.data(
            client.fulfillment.get_package_shipping_document(
                package_id, document_type="SHIPPING_LABEL"
            )
        )
        self.assertTrue(data.doc_url.startswith("http://localhost/_doc/"))

    def test_a_batch_names_the_packages_it_refused(self):
        client = self.client("MY")
        ids = [
            self.packages_of(self.placed("MY", status))[0]
            for status in ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
        ]
        body = models.BatchShipPackagesRequest.from_dict(
            {"packages": [{"id": package_id} for package_id in ids]}
        )
        data = self.data(client.fulfillment.batch_ship_packages(body=body))
        self.assertEqual([row.detail.package_id for row in data.errors], ids[1:])

    def test_a_parcel_of_the_seller_is_marked_and_its_number_corrected(self):
        client = self.client("US")
        order_id = self.placed("US", "AWAITING_SHIPMENT", "SELLER")
        carrier = self.shop("US").delivery_options[1]["carriers"][0]["id"]
        body = models.MarkPackageAsShippedRequest.from_dict(
            {
                "shipping_info_list": [
                    {"tracking_number": "9400-1", "shipping_provider_id": carrier}
                ]
            }
        )
        function = client.fulfillment.mark_package_as_shipped
        data = self.data(function(order_id, body=body))
        body = models.UpdatePackageShippingInfoRequest.from_dict(
            {
                "shipping_info_list": [
                    {"tracking_number": "9400-2", "shipping_provider_id": carrier}
                ]
            }
        )
        function = client.fulfillment.update_package_shipping_info
        self.data(function(data.package_id, body=body))
        body = models.UpdateOrderShippingInfoRequest.from_dict(
            {"tracking_number": "9400-3", "shipping_provider_id": carrier}
        )
        with self.assertRaises(TikTokShopError) as caught:
            client.fulfillment.update_order_shipping_info(order_id, body=body)
        self.assertEqual(caught.exception.code, 21011051)

    def test_an_order_is_split_as_its_attributes_allow(self):
        client = self.client("US")
        order_id = self.placed("US", "AWAITING_SHIPMENT", "SELLER", quantity=2)
        function = client.fulfillment.get_order_split_attributes
        data = self.data(function(order_ids=[order_id]))
        self.assertTrue(data.split_attributes[0].can_split)
        ids = [line["id"] for line in self.box.order(order_id).lines]
        groups = [{"id": line_id, "order_line_item_ids": [line_id]} for line_id in ids]
        body = models.ConfirmOrderSplitRequest.from_dict({"splittable_groups": groups})
        data = self.data(client.fulfillment.confirm_order_split(order_id, body=body))
        self.assertEqual([row.splittable_group_id for row in data.packages], ids)

    def test_two_orders_are_combined_and_parted(self):
        client = self.client("TH")
        address = {
            "name": "Same Buyer",
            "full_address": "1 Same Street",
            "postal_code": "1",
        }
        ids = [
            self.placed(
                "TH", "AWAITING_SHIPMENT", user_id="1", recipient_address=address
            )
            for _number in range(2)
        ]
        function = client.fulfillment.search_combinable_packages
        rows = self.pages(function, "combinable_packages", page_size=50)
        offer = next(row for row in rows if row.order_ids == ids)
        offer = {"id": offer.id, "order_ids": ids}
        body = models.CombinePackageRequest.from_dict({"combinable_packages": [offer]})
        data = self.data(client.fulfillment.combine_package(body=body))
        package_id = data.packages[0].id
        self.data(client.fulfillment.get_package_detail(package_id))
        body = models.UncombinePackagesRequest.from_dict({"order_ids": ids[1:]})
        function = client.fulfillment.uncombine_packages
        data = self.data(function(package_id, body=body))
        self.assertEqual(data.packages[0].order_ids, ids[1:])

    def test_a_label_is_bought_from_the_services_on_offer(self):
        client = self.client("US")
        order_id = self.placed("US", "AWAITING_SHIPMENT")
        measures = {
            "weight": {"value": "0.8", "unit": "POUND"},
            "dimension": {"length": "9", "width": "8", "height": "2", "unit": "INCH"},
        }
        body = models.GetEligibleShippingServicesRequest.from_dict(measures)
        function = client.fulfillment.get_eligible_shipping_services
        service = self.data(function(order_id, body=body)).shipping_services[0]
        body = models.CreatePackagesRequest.from_dict(
            {
                "ship_type": "1",
                "order_id": order_id,
                "shipping_service_id": service.id,
                **measures,
            }
        )
        data = self.data(client.fulfillment.create_packages(body=body))
        self.assertEqual(data.shipping_service_info.price, service.price)
        self.data(client.fulfillment.get_package_detail(data.package_id))

    def test_a_package_in_trouble_follows_its_model(self):
        client = self.client("MY")
        order_id = self.placed("MY", "AWAITING_COLLECTION")
        (package_id,) = self.packages_of(order_id)
        path = f"/_sandbox/packages/{package_id}"
        self.box.control("POST", path, {"status": "lost"})
        data = self.data(client.fulfillment.get_package_detail(package_id))
        self.assertEqual(data.ship_exception_reason, "PACKAGE_LOST")
        data = self.data(client.logistics.get_logistics_tracking(order_id))
        self.assertEqual(len(data.logistics_details[0].track_list), 3)

    def test_the_tracking_of_a_delivered_order_is_in_milliseconds(self):
        client = self.client("MY")
        order_id = self.placed("MY", "DELIVERED")
        data = self.data(client.fulfillment.get_order_tracking(order_id))
        self.assertEqual(len(data.tracking), 3)
        self.assertGreater(data.tracking[0].update_time_millis, 10**12)


@tagged("post_install", "-at_install")
class TestLogisticsAndFinanceContract(ContractCase):
    def test_warehouses_options_and_carriers_of_every_market(self):
        for region in MARKETS:
            with self.subTest(region):
                logistics = self.client(region).logistics
                warehouses = self.data(logistics.get_warehouse_list()).warehouses
                self.assertEqual(len(warehouses), 3)
                options = self.data(
                    logistics.get_warehouse_delivery_options(warehouses[0].id)
                ).delivery_options
                carriers = self.data(logistics.get_shipping_providers(options[1].id))
                self.assertTrue(carriers.shipping_providers)

    def test_a_local_seller_has_no_global_warehouse(self):
        data = self.data(self.client().logistics.get_global_seller_warehouses())
        self.assertEqual(data.global_warehouses, [])

    def test_statements_add_up_to_their_transactions(self):
        found = 0
        for region in MARKETS:
            finance = self.client(region).finance
            for row in self.pages(
                finance.get_statements,
                "statements",
                sort_field="statement_time",
                page_size=2,
            ):
                transactions = self.pages(
                    lambda row=row, finance=finance, **values: (
                        finance.get_transactions_by_statement(row.id, **values)
                    ),
                    "transactions",
                    sort_field="order_create_time",
                    page_size=1,
                )
                total = sum(float(item.settlement_amount) for item in transactions)
                self.assertAlmostEqual(total, float(row.settlement_amount), 2)
                found += 1
        self.assertGreater(found, 5)

    def test_transactions_of_completed_orders_follow_their_model(self):
        for region in MARKETS:
            finance = self.client(region).finance
            for order in self.shop(region).orders.values():
                if order.status in ("COMPLETED", "DELIVERED"):
                    self.data(finance.get_transactions_by_order(order.id))

    def test_payments_withdrawals_and_unsettled_rows_follow_their_models(self):
        kinds = [models.GetSellerFinancialTransactionsTypesItem("SETTLE")]
        found = dict.fromkeys(("payments", "withdrawals", "transactions"), 0)
        for region in MARKETS:
            with self.subTest(region):
                finance = self.client(region).finance
                for name, function, values in (
                    ("payments", finance.get_payments, {"sort_field": "create_time"}),
                    (
                        "withdrawals",
                        finance.get_seller_financial_transactions,
                        {"types": kinds},
                    ),
                    (
                        "transactions",
                        finance.get_unsettled_transactions,
                        {"sort_field": "order_create_time"},
                    ),
                ):
                    found[name] += len(self.pages(function, name, **values))
        self.assertTrue(all(found.values()), found)
