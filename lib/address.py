"""Recipient addresses, which TikTok sends empty, masked or clear."""

from __future__ import annotations

from dataclasses import dataclass

from .parsing import lenient_rows, text

MASK = "*"
_JOINERS = " ,;.-" + MASK  # what is left of a detail that only joins the lines
_LINE_KEYS = (
    "address_detail",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
)
_MASKABLE = (
    "name",
    "first_name",
    "last_name",
    "phone",
    "postal_code",
    "full_address",
    "post_town",
    "state",
    "city",
)


def is_masked_text(value):
    """Tell whether TikTok hides part of ``value``: it writes ``*`` for what it hides.

    Source: Partner API, "Order API overview", masking of recipient data.
    """
    return MASK in (value or "")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an order goes. Absent parts are "".

    ``region_code`` is the ISO country, ``state`` and ``city`` are the names of levels
    L1 and L2, ``districts`` those of L3 and below, ``state_code`` the ISO code of L1
    where TikTok knows it. ``lines`` holds the street lines, without repetitions.
    """

    name: str
    first_name: str
    last_name: str
    phone: str
    region_code: str
    postal_code: str
    full_address: str
    lines: tuple[str, ...]
    post_town: str
    state: str
    state_code: str
    city: str
    city_code: str
    districts: tuple[str, ...]

    @property
    def masked_fields(self) -> tuple[str, ...]:
        """Return the names of the fields in which something is hidden."""
        masked = [name for name in _MASKABLE if MASK in getattr(self, name)]
        if any(MASK in line for line in self.lines):
            masked.append("lines")
        return tuple(masked)

    @property
    def is_masked(self) -> bool:
        """Tell whether anything in it is hidden."""
        return bool(self.masked_fields)


def parse_address(raw) -> Address | None:
    """Return ``recipient_address`` as an Address, None when TikTok sent it empty.

    Unpaid, held and cancelled orders carry the keys without values; the region alone
    is no address. Source: Partner API, "Get Order Detail".
    """
    if not isinstance(raw, dict):
        return None
    first, last = text(raw.get("first_name")), text(raw.get("last_name"))
    levels = _levels(raw.get("district_info"))
    address = Address(
        name=text(raw.get("name")) or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        phone=text(raw.get("phone_number")),
        region_code=text(raw.get("region_code")) or levels.get(0, ("", ""))[1],
        postal_code=text(raw.get("postal_code")),
        full_address=text(raw.get("full_address")),
        lines=_street_lines(raw),
        post_town=text(raw.get("post_town")),
        state=levels.get(1, ("", ""))[0],
        state_code=levels.get(1, ("", ""))[1],
        city=levels.get(2, ("", ""))[0],
        city_code=levels.get(2, ("", ""))[1],
        districts=tuple(name for level, (name, _) in levels.items() if level > 2),
    )
    return address if _says_something(address) else None


def _says_something(address):
    return bool(
        address.name
        or address.phone
        or address.lines
        or address.full_address
        or address.postal_code
    )


def _levels(raw):
    """Return {level: (name, ISO code)} of ``district_info``, from country down."""
    levels = {}
    for row in lenient_rows(raw):
        level = text(row.get("address_level")).strip().upper().removeprefix("L")
        name = text(row.get("address_name"))
        if level.isascii() and level.isdigit() and name:
            levels.setdefault(int(level), (name, text(row.get("iso_code"))))
    return dict(sorted(levels.items()))


def _street_lines(raw):
    """Return the street lines, each once.

    ``address_detail`` may hold more than the numbered lines (a building), the same
    (in Malaysia), or those joined (in the US and Brazil): only then it is left out.
    """
    lines = [text(raw.get(key)).strip() for key in _LINE_KEYS]
    detail, numbered = lines[0], list(dict.fromkeys(filter(None, lines[1:])))
    rest = detail
    for line in sorted(numbered, key=len, reverse=True):
        rest = rest.replace(line, "", 1)
    return (detail, *numbered) if rest.strip(_JOINERS) else tuple(numbered)
