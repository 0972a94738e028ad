"""Shops and products as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .. import const
from .money import parse_amount
from .parsing import (
    flag,
    instant,
    integer,
    lenient_rows,
    mapping,
    reference,
    required_text,
    rows,
    text,
)


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """One shop that the seller has authorized.

    ``id`` is what webhooks name, ``cipher`` what calls are addressed with, ``code``
    what Seller Center shows. ``repr`` keeps the cipher to itself.
    """

    id: str
    name: str
    region: str
    seller_type: str
    cipher: str
    code: str

    def __repr__(self):
        return f"ShopInfo(id={self.id!r}, name={self.name!r}, region={self.region!r})"


@dataclass(frozen=True, slots=True)
class BundlePart:
    """One component of a virtual bundle; ``count`` is the number per bundle."""

    product_id: str
    sku_id: str
    seller_sku: str
    count: int


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Units on sale in one warehouse of TikTok's list."""

    warehouse_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Sku:
    """One variant of a product. ``price`` is None where TikTok sends none.

    ``attributes`` is ((name, value), ...), such as (("Color", "Black"),).
    """

    id: str
    seller_sku: str
    price: Decimal | None
    currency: str
    is_active: bool
    attributes: tuple[tuple[str, str], ...]
    identifier_code: str
    identifier_type: str
    image_url: str
    stock: tuple[StockLevel, ...]
    bundle_parts: tuple[BundlePart, ...]

    @property
    def name(self) -> str:
        """Return the attribute values, as Seller Center writes them."""
        return ", ".join(value for _name, value in self.attributes)


@dataclass(frozen=True, slots=True)
class Product:
    """One listing with its SKUs, from product search or product detail.

    ``platform_statuses`` is ((platform, status), ...) for Tokopedia listings.
    """

    id: str
    title: str
    status: str
    create_time: datetime | None
    update_time: datetime | None
    image_url: str
    is_bundle: bool
    is_not_for_sale: bool
    external_product_id: str
    platform_statuses: tuple[tuple[str, str], ...]
    skus: tuple[Sku, ...]


def parse_shop(raw) -> ShopInfo:
    """Return an element of ``shops`` of "Get Authorized Shops".

    :raise PayloadError: without id, region or cipher
    """
    raw = mapping(raw, "shop")
    return ShopInfo(
        id=required_text(raw, "id", "shop.id"),
        name=text(raw.get("name")),
        region=required_text(raw, "region", "shop.region"),
        seller_type=text(raw.get("seller_type")),
        cipher=required_text(raw, "cipher", "shop.cipher"),
        code=text(raw.get("code")),
    )


def parse_product(raw) -> Product:
    """Return a product of "Search Products" or "Get Product" as a Product.

    :raise PayloadError: without product id or SKU id, or with a price that is none
    """
    raw = mapping(raw, "product")
    skus = rows(raw.get("skus"), "skus")
    platforms = tuple(
        (text(row.get("platform")), text(row.get("status")))
        for row in lenient_rows(raw.get("integrated_platform_statuses"))
    )
    types = raw.get("product_types")
    return Product(
        id=required_text(raw, "id", "id"),
        title=text(raw.get("title")),
        # A product that is listed on Tokopedia only has no status of its own.
        status=text(raw.get("status")) or (platforms[0][1] if platforms else ""),
        create_time=instant(raw.get("create_time")),
        update_time=instant(raw.get("update_time")),
        image_url=_first_image(lenient_rows(raw.get("main_images"))),
        is_bundle=isinstance(types, list) and const.COMBINED_PRODUCT in types,
        is_not_for_sale=flag(raw.get("is_not_for_sale")),
        external_product_id=text(raw.get("external_product_id")),
        platform_statuses=platforms,
        skus=tuple(_parse_sku(sku, f"skus[{i}]") for i, sku in enumerate(skus)),
    )


def parse_bundle_parts(raw, count_key="sku_count") -> tuple[BundlePart, ...]:
    """Return the parts of a virtual bundle, () for other products."""
    return tuple(
        BundlePart(
            product_id=text(row.get("product_id")),
            sku_id=text(row.get("sku_id")),
            seller_sku=text(row.get("seller_sku")),
            count=integer(row.get(count_key), 1),
        )
        for row in lenient_rows(raw)
    )


def _parse_sku(raw, path):
    price = mapping(raw.get("price"), f"{path}.price")
    # Search gives local sellers the price as tax_exclusive_price, detail as sale_price.
    amount = price.get("sale_price") or price.get("tax_exclusive_price")
    status = mapping(raw.get("status_info"), f"{path}.status_info")
    code = mapping(raw.get("identifier_code"), f"{path}.identifier_code")
    attributes = lenient_rows(raw.get("sales_attributes"))
    images = [row["sku_img"] for row in attributes if row.get("sku_img")]
    return Sku(
        id=required_text(raw, "id", f"{path}.id"),
        seller_sku=reference(raw.get("seller_sku")),
        price=parse_amount(amount, f"{path}.price") if amount else None,
        currency=text(price.get("currency")),
        is_active=text(status.get("status")) in ("", "NORMAL"),
        attributes=tuple(
            (text(row.get("name")), text(row.get("value_name"))) for row in attributes
        ),
        identifier_code=text(code.get("code")),
        identifier_type=text(code.get("type")),
        image_url=_first_image(images),
        stock=tuple(
            StockLevel(text(row.get("warehouse_id")), integer(row.get("quantity")))
            for row in lenient_rows(raw.get("inventory"))
        ),
        bundle_parts=parse_bundle_parts(raw.get("combined_skus")),
    )


def _first_image(images):
    """Return the address of the first image that has one, "" if none has."""
    for image in lenient_rows(images):
        urls = image.get("urls")
        if isinstance(urls, list) and urls:
            return text(urls[0])
    return ""
