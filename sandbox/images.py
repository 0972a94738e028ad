"""Product images: small PNG files whose colours come from their names.

The URL of an image is unsigned, as that of TikTok's image servers.
"""

import hashlib
import re
import struct
import zlib

from .http import Reply, page

PATH = "/_image/"
SIDE, THUMB = 200, 60
_NAME = re.compile(r"[\w.-]{1,100}\Z", re.ASCII)


def image(box, name):
    """Return the image called `name` as products show it."""
    url = f"{box.base_url}{PATH}{name}.png"
    return {
        "height": SIDE,
        "width": SIDE,
        "uri": f"sandbox/{name}",
        "urls": [url],
        "thumb_urls": [f"{url}?thumb={THUMB}"],
    }


def serve(request):
    """Answer a request for an image."""
    name = request.path.removeprefix(PATH)
    if request.method != "GET" or not name.endswith(".png") or not _NAME.match(name):
        return page("<h1>Not found</h1>", 404)
    side = THUMB if "thumb=" in request.query else SIDE
    return Reply(200, {"Content-Type": "image/png"}, png(name, side))


def png(name, side=SIDE):
    """Return a square PNG: a field in a frame, both colours made from `name`."""
    digest = hashlib.sha256(name.encode()).digest()
    field, frame = digest[:3], digest[3:6]
    edge = side // 8
    border = frame * side
    inside = frame * edge + field * (side - 2 * edge) + frame * edge
    rows = [border if not edge <= y < side - edge else inside for y in range(side)]
    return encode(rows, side, side)


def encode(rows, width, height, grey=False):
    """Return a PNG of `rows` of pixels: three bytes each, or one when `grey`."""
    pixels = b"".join(b"\0" + row for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
