"""Command line of the sandbox."""

import argparse
import contextlib
import json

from .box import Sandbox
from .markets import parse_markets
from .server import Server


def parser():
    """Return the argument parser."""
    parse = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A TikTok Shop in a box. The first line of output is JSON:"
        " base URL, keys, tokens and shops.",
    )
    add = parse.add_argument
    add("--port", type=int, default=8090, help="0 takes a free port")
    add("--seed", type=int, default=7)
    add("--orders", type=int, default=200, help="over all shops")
    add("--products", type=int, default=40, help="per shop")
    add("--skus", type=int, help="per shop: fill up with plain products, see README")
    add("--own-skus", default="", help="markets whose seller SKUs nobody else has")
    add("--market", default="MY", help="MY, or MY,ID,US, or all: one shop each")
    add("--days", type=float, default=14, help="age of the oldest order")
    add("--broken", type=int, default=0, help="orders that contradict themselves")
    add("--lines", type=int, help="exactly this many SKUs per order, simple amounts")
    add("--statuses", default="", help="only these, by comma")
    add("--buyers", type=int, help="number of different buyers")
    add("--odd-skus", type=float, default=0.02, help="share of unknown seller SKUs")
    add("--redirect-url", help="where the consent page sends the seller")
    add("--keep-refresh", action="store_true", help="a refresh keeps its token")
    add("--revoke-old", action="store_true", help="a refresh kills old access tokens")
    add("--offset-pages", action="store_true", help="page tokens that count rows")
    add("--generation", default="", help="202309: no newer after-sales calls")
    add("--label-delay", type=int, default=0, help="label calls before it is ready")
    add("--label-seconds", type=float, default=0, help="from shipping to the label")
    add("--label-kb", type=int, default=0, help="weight of a label page")
    add("--profile", choices=("bench",), help="bench: 2 lines, to ship, plain")
    add("--verbose", action="store_true", help="log the requests to standard error")
    return parse


def make(arguments):
    """Return the sandbox that parsed `arguments` describe."""
    options = {
        name: getattr(arguments, name)
        for name in (
            "seed",
            "orders",
            "products",
            "skus",
            "days",
            "broken",
            "lines",
            "buyers",
            "odd_skus",
            "revoke_old",
            "label_delay",
            "label_seconds",
            "label_kb",
            "offset_pages",
            "generation",
        )
    }
    statuses = tuple(name for name in arguments.statuses.split(",") if name)
    if arguments.profile == "bench":
        options["lines"] = options["lines"] or 2
        statuses = statuses or ("AWAITING_SHIPMENT",)
    if arguments.redirect_url:
        options["redirect_url"] = arguments.redirect_url
    return Sandbox(
        markets=parse_markets(arguments.market),
        statuses=statuses,
        own_skus=parse_markets(arguments.own_skus) if arguments.own_skus else (),
        rotate_refresh=not arguments.keep_refresh,
        **options,
    )


def main():
    """Serve until interrupted."""
    parse = parser()
    arguments = parse.parse_args()
    try:
        box = make(arguments)
    except ValueError as error:
        parse.error(str(error))
    with Server(box, arguments.port, verbose=arguments.verbose) as server:
        print(json.dumps(box.credentials), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
