"""Makes orders that hang together: units, payment, times, packages.

The amounts follow the formulas of Get Order Detail: `sub_total` is the list prices
less both product discounts, `shipping_fee` the original less both shipping discounts,
and `total_amount` is sub total, shipping fee, taxes and buyer fees together.
"""

from .people import make_address
from .reserve import balance
from .state import Order
from .timeline import age_for, apply_status

WEIGHTS = {
    "AWAITING_SHIPMENT": 38,
    "AWAITING_COLLECTION": 22,
    "IN_TRANSIT": 9,
    "DELIVERED": 8,
    "COMPLETED": 8,
    "CANCELLED": 5,
    "ON_HOLD": 4,
    "UNPAID": 4,
    "PARTIALLY_SHIPPING": 2,
}
OPEN = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT")
TAX_RATE = 875  # US sales tax of the samples, in hundredths of a per cent
_NOTES = ("", "", "", "", "Please pack well", "Gift, no invoice please", "Ring twice")


class Generator:
    """Makes orders for the shops of a sandbox; the same seed makes the same ones."""

    def __init__(self, box, rng):
        self.box = box
        self.rng = rng
        self.count = 0
        self.plain = False
        pool = box.options.buyers or max(1, int(box.options.orders * 0.7))
        self._pool = pool
        self._buyers = {}

    def make(self, shop, status=None, ordinary=False, fresh=False, draft=False):
        """Make, store and return one order of `shop`.

        :param ordinary: without surprises: the seller's own goods, nothing free,
            nothing cancelled, every SKU known
        :param fresh: last changed now; open ones are also placed now
        :param draft: hold no stock yet, because the units are still to change
        """
        self.count += 1
        self.plain = ordinary or self.box.options.lines is not None
        options, rng = self.box.options, self.rng
        if status is None:
            names = options.statuses or tuple(WEIGHTS)
            weights = [WEIGHTS[name] for name in names]
            status = rng.choices(names, weights)[0]
        now = int(self.box.now())
        created = now - age_for(rng, status, options.days)
        if fresh and status in OPEN:
            created = now - 60
        doc = self._head(shop, created)
        self._lines(shop, doc, status)
        doc["payment"] = payment(shop.market, doc, self._shipping(shop, doc))
        buyer = self._buyer(shop)
        doc["user_id"], doc["buyer_nickname"] = buyer["id"], buyer["nickname"]
        doc["buyer_email"] = f"v{self.count:05d}Qx@scs2.tiktok.com"
        order = Order(shop, doc, buyer["address"])
        order.plain = self.plain
        shop.orders[order.id] = order
        shop.changed("orders")
        apply_status(self.box, order, status, created, self.plain)
        if not draft:
            balance(self.box, order)
        if fresh:
            order.touch(now)
        return order

    def _buyer(self, shop):
        number = self.rng.randrange(self._pool)
        key = shop.id, number
        if key not in self._buyers:
            self._buyers[key] = {
                "id": self.box.ids.next("user"),
                "nickname": f"sample_buyer_{number}",
                "address": make_address(self.rng, shop.market),
            }
        return self._buyers[key]

    def _head(self, shop, created):
        """Return the keys of a new order that need neither lines nor status."""
        rng, market, plain = self.rng, shop.market, self.plain
        number = len(shop.orders) + 1
        fbt = not plain and number % 12 == 5
        kind = "" if plain or fbt else _special(number, market)
        shipping = "TIKTOK" if fbt or rng.random() < _tiktok_share(market) else "SELLER"
        cod = market.cod and not kind and not plain and rng.random() < 0.12
        option = shop.delivery_options[0 if shipping == "TIKTOK" else 1]
        doc = {
            "id": self.box.ids.next("order"),
            "status": "UNPAID",
            "order_type": "NORMAL",
            "create_time": created,
            "update_time": created,
            "user_id": "",
            "buyer_email": "",
            "buyer_message": "" if plain else rng.choice(_NOTES),
            "buyer_nickname": "",
            "payment": {},
            "payment_method_name": "Cash on delivery"
            if cod
            else rng.choice(market.methods),
            "line_items": [],
            "fulfillment_type": "FULFILLMENT_BY_TIKTOK"
            if fbt
            else "FULFILLMENT_BY_SELLER",
            "shipping_type": shipping,
            "delivery_type": "HOME_DELIVERY",
            "delivery_option_id": option["id"],
            "delivery_option_name": option["name"],
            "warehouse_id": shop.warehouse("FBT" if fbt else "SALES_WAREHOUSE")["id"],
            "is_cod": cod,
            "is_sample_order": kind == "sample",
            "is_on_hold_order": not cod,
            "is_buyer_request_cancel": False,
            "is_replacement_order": kind == "replacement",
            "is_exchange_order": False,
            "is_subscription_order": False,
            "has_updated_recipient_address": False,
        }
        if kind == "replacement":
            doc["replaced_order_id"] = str(int(doc["id"]) - 1_000_003)
            doc["payment_method_name"] = ""
        _market_keys(rng, market, doc)
        return doc

    def _lines(self, shop, doc, status):
        """Fill `line_items`: one row per unit."""
        options, rng = self.box.options, self.rng
        skus = self._pick(shop, doc, status)
        free = doc["is_sample_order"] or doc["is_replacement_order"]
        for number, sku in enumerate(skus):
            quantity = 1
            if options.lines is None and not free:
                quantity = rng.choices((1, 2, 3), (75, 18, 7))[0]
            discounts = self._discounts(shop.market, sku.price, free)
            for _unit in range(quantity):
                self._line(shop, doc, sku, sku.price, *discounts)
            if not self.plain and number == 0 and rng.random() < 0.04:
                self._gift(shop, doc, rng.choice(list(shop.skus.values())))
        if not self.plain and rng.random() < options.odd_skus:
            line = doc["line_items"][-1]
            line["seller_sku"] = rng.choice(("", f"UNKNOWN-{self.count}"))

    def _pick(self, shop, doc, status):
        """Choose the SKUs of an order; TikTok ships what lies in its warehouse."""
        rng, lines = self.rng, self.box.options.lines
        skus = [
            sku
            for sku in shop.skus.values()
            if sku.product.status == "ACTIVATE" and not (sku.parts and lines)
        ]
        if doc["fulfillment_type"] == "FULFILLMENT_BY_TIKTOK":
            skus = [sku for sku in skus if doc["warehouse_id"] in sku.stock] or skus
        count = lines or rng.choices((1, 2, 3), (65, 25, 10))[0]
        if status == "PARTIALLY_SHIPPING":
            count = max(2, count)
        return rng.sample(skus, min(count, len(skus)))

    def _discounts(self, market, price, free):
        """Return the seller's and the platform's discount of one unit."""
        rng = self.rng
        if free:
            return price, 0
        if self.box.options.lines is not None:
            return 0, 0
        step = max(1, 10 ** (market.decimals - 1)) if market.decimals else 10
        seller = int(price * rng.choice((0, 0, 0, 0.05, 0.1))) // step * step
        platform = int(price * rng.choice((0, 0, 0, 0, 0.04))) // step * step
        return seller, platform

    def _line(self, shop, doc, sku, price, seller=0, platform=0):
        market = shop.market
        line = {
            "id": self.box.ids.next("line"),
            "sku_id": sku.id,
            "product_id": sku.product.id,
            "product_name": sku.product.title,
            "sku_name": sku.name,
            "seller_sku": sku.seller_sku,
            "sku_image": f"https://img.example.test/{sku.id}.jpeg",
            "original_price": market.money(price),
            "sale_price": market.money(price - seller - platform),
            "seller_discount": market.money(seller),
            "platform_discount": market.money(platform),
            "currency": market.currency,
            "sku_type": "NORMAL",
            "display_status": "UNPAID",
            "is_gift": False,
            "gift_retail_price": "0",
            "is_dangerous_good": False,
            "needs_prescription": False,
            "room_id": "",
        }
        if sku.parts:
            line["combined_listing_skus"] = [
                _bundle_part(part, count) for part, count in sku.parts
            ]
        if market.code == "US":
            tax = (price - seller - platform) * TAX_RATE // 10_000
            line["retail_delivery_fee"] = "0"
            if tax:
                line["item_tax"] = [
                    {
                        "tax_type": "SALES_TAX",
                        "tax_amount": market.money(tax),
                        "tax_rate": "0.0875",
                    }
                ]
        doc["line_items"].append(line)
        return line

    def _gift(self, shop, doc, sku):
        line = self._line(shop, doc, sku, 0)
        line["is_gift"] = True
        line["gift_retail_price"] = shop.market.money(sku.price)

    def _shipping(self, shop, doc):
        """Return original shipping fee, seller's and platform's part of its discount.

        All in minor units.
        """
        fee = shop.market.minor(shop.market.shipping)
        if doc["is_sample_order"] or doc["is_replacement_order"]:
            return 0, 0, 0
        if self.box.options.lines is not None:
            return fee, 0, 0
        kind = self.rng.choice(("full", "full", "seller", "platform", "part"))
        seller = fee if kind == "seller" else 0
        platform = fee if kind == "platform" else 0
        if kind == "part":
            platform = fee // 2
        return fee, seller, platform


def payment(market, doc, shipping):
    """Return the payment block that fits the lines of `doc`.

    :param shipping: original fee, seller's and platform's discount, in minor units
    """
    lines = doc["line_items"]
    listed = _total(market, lines, "original_price")
    seller = _total(market, lines, "seller_discount")
    platform = _total(market, lines, "platform_discount")
    taxes = [row for line in lines for row in line.get("item_tax", ())]
    tax = _total(market, taxes, "tax_amount")
    fee, fee_seller, fee_platform = shipping
    extra = _buyer_fees(market, doc, listed - seller - platform)
    net_fee = fee - fee_seller - fee_platform
    net = listed - seller - platform
    amounts = {
        "sub_total": net,
        "shipping_fee": net_fee,
        "seller_discount": seller,
        "platform_discount": platform,
        "original_total_product_price": listed,
        "original_shipping_fee": fee,
        "shipping_fee_seller_discount": fee_seller,
        "shipping_fee_platform_discount": fee_platform,
        "shipping_fee_cofunded_discount": 0,
        "tax": tax,
        **extra,
        "total_amount": net + net_fee + tax + sum(extra.values()),
    }
    if market.code == "US":
        amounts |= {"product_tax": tax, "shipping_fee_tax": 0, "retail_delivery_fee": 0}
    texts = {key: market.money(value) for key, value in amounts.items()}
    return {"currency": market.currency, **texts}


def _buyer_fees(market, doc, net):
    """Fees of Indonesia and Thailand; assumed to be inside `total_amount`."""
    if market.code == "ID" and net:
        doc["line_items"][0]["buyer_service_fee"] = "1000"
        keys = ("handling_fee", "item_insurance_fee", "distance_shipping_fee")
        fees = dict.fromkeys((*keys, "distance_fee"), 0)
        return {"buyer_service_fee": 1000, "shipping_insurance_fee": 600, **fees}
    if market.code == "TH" and 0 < net < 10_000:
        return {"small_order_fee": 1000}
    return {}


def _total(market, rows, key):
    return sum(market.minor(float(row[key])) for row in rows)


def _special(number, market):
    """One order in 25 is a free sample; in the US and UK one in 40 a replacement."""
    if number % 25 == 9:
        return "sample"
    if number % 40 == 18 and market.block in ("US", "UK"):
        return "replacement"
    return ""


def _tiktok_share(market):
    return 0.55 if market.block in ("US", "UK", "EU") else 0.8


def _market_keys(rng, market, doc):
    if market.code == "ID":
        tokopedia = rng.random() < 0.3
        doc["commerce_platform"] = "TOKOPEDIA" if tokopedia else "TIKTOK_SHOP"
        doc["order_rights"] = [2]
    if market.code == "BR":
        doc["need_upload_invoice"] = "INVOICE_UPLOADED"
        doc["cpf"], doc["cpf_name"] = "000.000.000-00", "Pessoa Exemplo"
    elif market.block == "SEA":
        doc["need_upload_invoice"] = "NO_NEED"
        doc["fulfillment_priority_level"] = 600


def _bundle_part(part, count):
    return {
        "sku_id": part.id,
        "sku_count": count,
        "product_id": part.product.id,
        "seller_sku": part.seller_sku,
    }
