"""The signature that every API call carries.

Source: TikTok Shop Partner API docs, "Sign your API request".
"""

import hashlib
import hmac

UNSIGNED = ("sign", "access_token")


def message(secret, path, query, body=b"", content_type=""):
    """Return the bytes to sign.

    :param query: pairs of decoded text as they came in the URL
    :param body: the exact bytes sent; multipart bodies are not signed
    """
    pairs = sorted((p for p in query if p[0] not in UNSIGNED), key=lambda p: p[0])
    head = secret + path + "".join(key + value for key, value in pairs)
    if content_type.lower().startswith("multipart/form-data"):
        body = b""
    return head.encode() + body + secret.encode()


def sign(secret, path, query, body=b"", content_type=""):
    """Return the lower-case hexadecimal HMAC-SHA256 of a call."""
    text = message(secret, path, query, body, content_type)
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def verify(given, secret, path, query, body=b"", content_type=""):
    """Whether `given` is the signature of the call; upper case is refused."""
    expected = sign(secret, path, query, body, content_type)
    return hmac.compare_digest(given.encode(), expected.encode())
