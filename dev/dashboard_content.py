"""What the dashboard TikTok Shop shows, and the made-up numbers of its sample."""

from typing import NamedTuple

MODEL = "tts.sale.report"
MENU = "sale_tiktok_shop.tts_sale_report_menu"
COUNT, MONEY, DAYS = "#,##0", "[$$]#,##0", "0.0"


class Filter(NamedTuple):
    """A global filter; without a model it is the period."""

    id: str
    label: str
    field: str
    model: str | None = None


class Card(NamedTuple):
    """A scorecard; ``sign`` turns what the model has negative."""

    title: str
    measure: str
    color: str
    now: float
    before: float
    form: str = COUNT
    sign: int = 1
    less_is_good: bool = False


class Step(NamedTuple):
    """A step on the way from sales to margin."""

    title: str
    measure: str
    amount: int
    sign: int = 1


class Table(NamedTuple):
    """The first rows of a pivot: two measures and the margin."""

    title: str
    label: str
    field: str
    measures: dict[str, tuple[str, str]]
    sorted_by: tuple[str, str]
    bars: int | None
    rows: list[tuple]

    @property
    def headers(self) -> dict[str, tuple[str, str]]:
        """The columns of numbers: {measure: (title, format)}."""
        return {**self.measures, "margin": ("Margin", MONEY)}


FILTERS = (
    Filter("period", "Period", "date"),
    Filter("shop", "Shop", "shop_id", "tts.shop"),
    Filter("category", "Product Category", "categ_id", "product.category"),
    Filter("team", "Sales Team", "team_id", "crm.team"),
)
BLUE, ORANGE = "#EFF6FF", "#FFF7ED"
CARDS = (
    Card("Sales", "sales", BLUE, 48210, 41350, MONEY),
    Card("Orders", "order_count", BLUE, 1284, 1102),
    Card("Units", "units", BLUE, 1761, 1493),
    Card("Margin", "margin", ORANGE, 13470, 10980, MONEY),
    Card("Refunds", "refunds", ORANGE, 1930, 2240, MONEY, -1, less_is_good=True),
    Card("Days to Ship", "days_to_ship", ORANGE, 1.4, 1.7, DAYS, less_is_good=True),
)
STEPS = (
    Step("Sales", "sales", 48210),
    Step("Shipping", "shipping", 3120),
    Step("Refunds", "refunds", -1930),
    Step("Platform Fees", "platform_fees", -5480),
    Step("Affiliates", "affiliate", -2890),
    Step("Adjustments", "adjustments", 140),
    Step("Cost of Goods", "cost", -19640, -1),
)
# What the steps leave of sales beside the margin: it is in them, and not the shop's.
TAXES = ("Taxes", -8060)

# Days of the sample's chart of sales, and which of October is the first.
SALES = (430, 455, 440, 485, 520, 610, 655, 510, 495, 530, 545, 600, 690, 720)
FIRST_DAY = 12
SHOPS = ("Contoh Home UK", "Contoh Home US", "Contoh Home DE", "Contoh Outlet UK")
STRONG = (
    *("LED Strip 5 m", "Ring Light 10 inch", "Phone Tripod", "Silicone Lids, Set of 6"),
    *("Scalp Massager", "Mini Waffle Maker", "Desk Lamp", "Travel Cubes, Set of 4"),
    *("Car Phone Holder", "Garlic Press"),
)
WEAK = (
    *("Glass Jar 2 l", "Wall Mirror", "Party Balloons, 50", "Floor Mat", "Door Wreath"),
    *("Paper Lanterns", "Plant Stand", "Bath Caddy", "Bean Bag Cover", "Yoga Wheel"),
)


def _rows(names, count, sales, margin):
    """Return made-up rows; each amount is (the first, the step to the next)."""
    return [
        (name, *(first + step * i for first, step in (count, sales, margin)))
        for i, name in enumerate(names)
    ]


_UNITS = {"units": ("Units", COUNT), "sales": ("Sales", MONEY)}
_ORDERS = {"order_count": ("Orders", COUNT), "sales": ("Sales", MONEY)}
TABLES = (
    Table(
        "Top Products",
        "Product",
        "product_tmpl_id",
        _UNITS,
        ("sales", "desc"),
        0xFFF7ED,
        _rows(STRONG, (320, -27), (9100, -790), (2900, -260)),
    ),
    Table(
        "Top Shops",
        "Shop",
        "shop_id",
        _ORDERS,
        ("sales", "desc"),
        0xEFF6FF,
        _rows(SHOPS, (560, -130), (21300, -5200), (6100, -1570)),
    ),
    Table(
        "Lowest Margins",
        "Product",
        "product_tmpl_id",
        _UNITS,
        ("margin", "asc"),
        None,
        _rows(WEAK, (14, 3), (260, 45), (-180, 30)),
    ),
    Table(
        "Markets",
        "Market",
        "region",
        _ORDERS,
        ("sales", "desc"),
        0xECFDF5,
        _rows(("GB", "US", "DE"), (700, -220), (25900, -8100), (7300, -2350)),
    ),
)
