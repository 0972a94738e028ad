"""What differs between the markets: currency, addresses, carriers, rules.

Source: TikTok Shop Partner API docs, "Supported markets" and the order and fulfilment
guides. Names, streets and telephone numbers are invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Market:
    """One market.

    `prices` (lowest, highest) and `shipping` are in major units of `currency`, which
    has `decimals` digits after the point. `levels` names the address levels L1... and
    each of `places` is one value per level followed by a postal code.
    """

    code: str
    currency: str
    decimals: int
    country: str
    dial: str
    levels: tuple
    places: tuple
    street: str
    names: tuple
    prices: tuple
    shipping: float
    methods: tuple
    carriers: tuple
    block: str
    cod: bool = False

    def minor(self, amount):
        """Turn `amount` of major units into an integer number of minor units."""
        return round(amount * 10**self.decimals)

    def money(self, minor):
        """Write `minor` units as the API writes money: a string without padding."""
        if not self.decimals:
            return str(minor)
        sign, value = ("-", -minor) if minor < 0 else ("", minor)
        whole, rest = divmod(value, 10**self.decimals)
        digits = str(rest).zfill(self.decimals).rstrip("0")
        return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"

    def packs_before_shipping(self, shipping_type, fulfilled_by_tiktok=False):
        """Whether a package exists between payment and the ship call.

        Source: Fulfillment API overview: after payment in most markets, in the US only
        after the ship call; local UK orders report none before shipping either.
        """
        if self.code == "GB":
            return shipping_type == "TIKTOK" and not fulfilled_by_tiktok
        return self.code != "US"

    @property
    def marks_as_shipped(self):
        """Whether Mark Package As Shipped is served (US, UK, EU, JP)."""
        return self.block in ("US", "UK", "EU", "JP")

    @property
    def sells_labels(self):
        """Whether Create Packages is served (US, JP)."""
        return self.block in ("US", "JP")

    @property
    def ships_packages(self):
        """Whether Ship Package takes seller shipping (SEA, LATAM, JP, SA)."""
        return self.block in ("SEA", "LATAM", "JP", "WORLD")


_ASIAN = ("Nur Aisyah", "Tan Wei Ling", "Arjun Kumar", "Siti Rahma", "Lim Jun Hao")
_THAI = ("Somchai Jaidee", "Malee Suksan", "Anong Thongdee", "Kittisak Boonmee")
_VIET = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Minh Châu", "Phạm Quốc Dũng")
_PINOY = ("Maria Santos", "Jose Reyes", "Ana Cruz", "Mark Bautista")
_ENGLISH = ("Alex Sample", "Jamie Rivers", "Morgan Hill", "Taylor Brooks", "Sam Field")
_GERMAN = ("Anna Müller", "Jonas Schäfer", "Lea Groß", "Paul Weber")
_JAPANESE = ("山田 太郎", "佐藤 花子", "鈴木 一郎", "高橋 美咲")
_BRAZIL = ("João da Silva", "Maria Conceição", "Ana Pereira", "Carlos Araújo")
_MEXICO = ("José Hernández", "María Núñez", "Luis Peña", "Sofía Ramírez")
_INDO = ("Budi Santoso", "Dewi Lestari", "Agus Pratama", "Putri Wulandari")

MARKETS = {
    market.code: market
    for market in (
        Market(
            "MY", "MYR", 2, "Malaysia", "60", ("state", "district", "city"),
            (
                ("Selangor", "Petaling", "Shah Alam", "40000"),
                ("Johor", "Johor Bahru", "Skudai", "81300"),
                ("Pulau Pinang", "Timur Laut", "George Town", "10200"),
            ),
            "{n} Jalan Contoh", _ASIAN, (5, 180), 8.9,
            ("Touch 'n Go eWallet", "Online Banking", "Credit Card"),
            ("J&T Express", "Pos Laju", "DHL eCommerce"), "SEA", True,
        ),
        Market(
            "ID", "IDR", 0, "Indonesia", "62", ("Province", "City", "District"),
            (
                ("DKI Jakarta", "Jakarta Selatan", "Setiabudi", "12910"),
                ("Jawa Barat", "Kota Bandung", "Coblong", "40132"),
            ),
            "Jalan Contoh No. {n}", _INDO, (15000, 450000), 12000,
            ("GoPay", "OVO", "Transfer Bank"),
            ("JNE", "SiCepat", "J&T Express"), "SEA", True,
        ),
        Market(
            "TH", "THB", 2, "Thailand", "66", ("province", "district", "subdistrict"),
            (
                ("กรุงเทพมหานคร", "เขตบางรัก", "สีลม", "10500"),
                ("เชียงใหม่", "เมืองเชียงใหม่", "สุเทพ", "50200"),
            ),
            "{n} ถนนตัวอย่าง", _THAI, (39, 1500), 38,
            ("PromptPay", "TrueMoney Wallet"),
            ("Flash Express", "Kerry Express", "Thailand Post"), "SEA", True,
        ),
        Market(
            "VN", "VND", 0, "Việt Nam", "84", ("province", "district", "ward"),
            (
                ("Hồ Chí Minh", "Quận 1", "Phường Bến Nghé", ""),
                ("Hà Nội", "Quận Ba Đình", "Phường Cống Vị", ""),
            ),
            "Số {n} Đường Mẫu", _VIET, (29000, 900000), 32500,
            ("MoMo", "ZaloPay"), ("GHN", "Viettel Post", "J&T Express"), "SEA", True,
        ),
        Market(
            "PH", "PHP", 2, "Philippines", "63", ("province", "city", "barangay"),
            (
                ("Metro Manila", "Makati", "Bel-Air", "1209"),
                ("Cebu", "Cebu City", "Lahug", "6000"),
            ),
            "{n} Halimbawa Street", _PINOY, (59, 2500), 45,
            ("GCash", "Maya"), ("J&T Express", "LBC", "Flash Express"), "SEA", True,
        ),
        Market(
            "SG", "SGD", 2, "Singapore", "65", ("region", "area"),
            (("Central", "Bukit Merah", "150123"), ("East", "Tampines", "520123")),
            "{n} Sample Avenue #04-12", _ASIAN, (3, 120), 2.49,
            ("PayNow", "Credit Card"), ("Ninja Van", "SingPost"), "SEA",
        ),
        Market(
            "US", "USD", 2, "United States", "1", ("state", "county", "city"),
            (
                ("California", "Santa Clara", "San Jose", "95110"),
                ("Texas", "Travis", "Austin", "78701"),
                ("Colorado", "Denver", "Denver", "80202"),
            ),
            "{n} Example Pkwy", _ENGLISH, (4, 120), 4.99,
            ("Credit Card", "PayPal"), ("USPS", "UPS", "FedEx"), "US",
        ),
        Market(
            "GB", "GBP", 2, "United Kingdom", "44", ("nation", "county", "post town"),
            (
                ("England", "Greater London", "London", "SW1A 1AA"),
                ("Scotland", "Midlothian", "Edinburgh", "EH1 1YZ"),
            ),
            "{n} Sample Road", _ENGLISH, (3, 90), 2.99,
            ("Apple Pay", "Credit Card"), ("Royal Mail", "Evri", "DPD"), "UK",
        ),
        Market(
            "DE", "EUR", 2, "Deutschland", "49", ("Bundesland", "Stadt"),
            (("Berlin", "Berlin", "10115"), ("Bayern", "München", "80331")),
            "Musterstraße {n}", _GERMAN, (4, 110), 3.99,
            ("PayPal", "Klarna"), ("DHL", "Hermes", "DPD"), "EU",
        ),
        Market(
            "JP", "JPY", 0, "日本", "81", ("都道府県", "市区町村"),
            (("東京都", "千代田区", "100-0001"), ("大阪府", "大阪市北区", "530-0001")),
            "見本町{n}-1", _JAPANESE, (480, 14000), 550,
            ("PayPay", "クレジットカード"), ("ヤマト運輸", "佐川急便"), "JP",
        ),
        Market(
            "BR", "BRL", 2, "Brasil", "55", ("state", "city", "neighborhood"),
            (
                ("São Paulo", "São Paulo", "Vila Exemplo", "04001-000"),
                ("Rio de Janeiro", "Niterói", "Icaraí", "24220-000"),
            ),
            "Rua Exemplo {n}", _BRAZIL, (12, 400), 12.9,
            ("PIX", "Boleto"), ("Correios", "Jadlog"), "LATAM",
        ),
        Market(
            "MX", "MXN", 2, "México", "52", ("estado", "municipio", "colonia"),
            (
                ("Ciudad de México", "Coyoacán", "Del Carmen", "04100"),
                ("Jalisco", "Guadalajara", "Americana", "44160"),
            ),
            "Calle Ejemplo {n}", _MEXICO, (49, 2200), 59,
            ("OXXO", "Tarjeta de crédito"), ("Estafeta", "99minutos"), "LATAM",
        ),
    )
}  # fmt: skip
# Only on request: the documentation knows it from texts about fees alone.
RARE = {
    "SA": Market(
        "SA", "SAR", 2, "Saudi Arabia", "966", ("region", "city", "district"),
        (
            ("Riyadh", "Riyadh", "Al Olaya", "12211"),
            ("Makkah", "Jeddah", "Al Andalus", "23326"),
        ),
        "{n} Sample Street", ("Fahad Sample", "Noura Sample"), (15, 600), 18,
        ("Mada", "Apple Pay"), ("SMSA Express", "Aramex"), "WORLD", True,
    ),
}  # fmt: skip


def market_of(code):
    """Return the market of a code, also a rare one.

    :raise KeyError: for one that nobody knows
    """
    return RARE[code] if code in RARE else MARKETS[code]


def parse_markets(text):
    """Read `MY`, `MY,ID,US` or `all` (without rare ones) into a list of market codes.

    :raise ValueError: for a market the sandbox does not know.
    """
    if text.strip().lower() == "all":
        return list(MARKETS)
    codes = [code.strip().upper() for code in text.split(",") if code.strip()]
    unknown = [code for code in codes if code not in {**MARKETS, **RARE}]
    if unknown or not codes:
        raise ValueError(f"unknown market {', '.join(unknown) or text!r}")
    return codes
