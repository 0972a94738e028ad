"""What the SKUs of one product of TikTok have in common: plain arithmetic."""

from dataclasses import dataclass

from .product_variants import fold


@dataclass(frozen=True, slots=True)
class Axes:
    """The attributes of a product, and the values of each of its SKUs.

    `rows` is {key: one value per name}; a product without variants has no names.
    """

    names: tuple[str, ...]
    rows: dict[int, tuple[str, ...]]


def axes_of(skus, fallback):
    """Return the `Axes` of SKUs.

    SKUs that do not all have the same attributes differ by one made-up attribute.

    :param dict skus: {key: (pairs of attribute and value, text that tells it apart)}
    :param str fallback: the name of the made-up attribute
    """
    if not skus:
        return Axes((), {})
    named = {
        key: {fold(name): value for name, value in pairs if name and value}
        for key, (pairs, _text) in skus.items()
    }
    first = next(iter(skus.values()))[0]
    names = tuple({fold(name): name for name, value in first if name and value}.items())
    keys = [key for key, _name in names]
    if not names or any(set(values) != set(keys) for values in named.values()):
        texts = {key: (text,) for key, (_pairs, text) in skus.items()}
        return Axes((fallback,), texts)
    return Axes(
        tuple(name for _key, name in names),
        {key: tuple(values[name] for name in keys) for key, values in named.items()},
    )


def extras_of(prices, rows):
    """Split prices into one for the template and extras for values of one attribute.

    :param dict prices: {key: price}
    :param dict rows: {key: values}, see `Axes`
    :return: (lowest price, position of the attribute, {value: extra}); no extras where
        all prices agree, or follow no single attribute
    """
    lowest = min(prices.values(), default=0.0)
    for axis in range(len(next(iter(rows.values()), ()))):
        by_value = {}
        for key, price in prices.items():
            by_value.setdefault(rows[key][axis], set()).add(price)
        if all(len(found) == 1 for found in by_value.values()):
            extras = {
                value: round(found.pop() - lowest, 6)
                for value, found in by_value.items()
            }
            return (
                lowest,
                axis,
                {value: extra for value, extra in extras.items() if extra},
            )
    return lowest, 0, {}
