"""Buyers, their addresses, and what of them the API shows.

Source: TikTok Shop Partner API docs, Get Order Detail, `recipient_address`, and the
guide on buyer data protection. Everybody here is invented.
"""

_ADDRESS_KEYS = (
    "full_address",
    "phone_number",
    "name",
    "first_name",
    "last_name",
    "postal_code",
    "address_detail",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
)
HIDDEN = ("UNPAID", "ON_HOLD", "CANCELLED")
FORGOTTEN_AFTER = 90 * 86400


def make_address(rng, market):
    """Return a clear `recipient_address` of `market`."""
    place = rng.choice(market.places)
    name = rng.choice(market.names)
    street = market.street.format(n=rng.randrange(1, 240))
    phone = f"(+{market.dial}){rng.randrange(100_000_000, 999_999_999)}"
    first, _space, last = name.partition(" ")
    if market.block == "LATAM":
        first, last = name, ""
    address = {
        "full_address": ", ".join((market.country, *place[:-1], street)),
        "phone_number": phone,
        "name": name,
        "first_name": first,
        "last_name": last,
        "region_code": market.code,
        "postal_code": place[-1],
        "address_detail": street,
        "address_line1": street,
        "address_line2": "",
        "address_line3": "",
        "address_line4": "",
        "district_info": _districts(market, place),
    }
    if market.code == "GB":
        address["post_town"] = place[-2]
    if market.code == "JP":
        address["first_name_local_script"] = "タロウ"
        address["last_name_local_script"] = "ヤマダ"
    return address


def _districts(market, place):
    rows = [("Country", market.country, market.code)]
    rows += [
        (level, value, "") for level, value in zip(market.levels, place, strict=False)
    ]
    districts = []
    for number, (level, value, iso) in enumerate(rows):
        row = {
            "address_level": f"L{number}",
            "address_level_name": level,
            "address_name": value,
        }
        if iso:
            row["iso_code"] = iso
        districts.append(row)
    return districts


def shown_address(order):
    """Return the address of `order` as the API shows it: clear, masked or empty."""
    address = order.address
    doc = order.doc
    closed = doc["status"] == "COMPLETED" and (
        doc.get("delivery_time", doc["create_time"]) + FORGOTTEN_AFTER
        < doc["update_time"]
    )
    if doc["status"] in HIDDEN or closed:
        return _empty(address)
    if doc.get("shipping_type") == "SELLER" and not order.fbt:
        return address
    return masked(address)


def _empty(address):
    hidden = dict.fromkeys(_ADDRESS_KEYS, "")
    hidden["region_code"] = address.get("region_code", "")
    hidden["district_info"] = []
    return hidden


def masked(address):
    """Return a copy of `address` with name, phone, street and postcode starred."""
    street = _star(address.get("address_detail", ""), 2)
    clear = address.get("address_detail", "")
    full = address.get("full_address", "")
    shown = {
        **address,
        "name": _star_words(address.get("name", "")),
        "first_name": _star_words(address.get("name", "")),
        "last_name": "",
        "phone_number": _star_phone(address.get("phone_number", "")),
        "postal_code": _star(address.get("postal_code", ""), 2, "***"),
        "full_address": full.replace(clear, street) if clear else full,
        "address_detail": street,
        "address_line1": street,
    }
    for key in ("first_name_local_script", "last_name_local_script"):
        shown.pop(key, None)
    return shown


def _star_words(text):
    return " ".join(f"{word[:1]}***" for word in text.split())


def _star(text, keep, stars="*** ***"):
    return text[:keep] + stars if text else ""


def _star_phone(text):
    prefix, _bracket, digits = text.partition(")")
    return f"{prefix}){digits[:2]}*****{digits[-2:]}" if digits else text
