"""What can go wrong with TikTok Shop: one small tree, each type an instruction.

No message holds a token, a secret, a signature or an address with its query.
"""

__all__ = [
    "PayloadError",
    "RateLimited",
    "Rejected",
    "TikTokError",
    "Unauthorized",
    "Unreachable",
]


class TikTokError(Exception):
    """Base of all. Buttons show its text; scheduled actions store it.

    ``code`` is TikTok's error code, ``request_id`` what its support asks for; both
    are None where TikTok gave none.
    """

    def __init__(self, message, *, code=None, request_id=None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id

    def __str__(self):
        return self.message


class Unauthorized(TikTokError):
    """The connection is refused. The account needs a person before the next call.

    ``kind`` says which one and what for:

    * ``token``: the seller connects again,
    * ``scope``: the app gets the permission, then the seller connects again,
    * ``app``: somebody corrects app key, app secret, signature or IP allow list,
    * ``inactive``: the seller reactivates the shop at TikTok,
    * ``clock``: the administrator sets the server's clock.
    """

    KINDS = ("token", "scope", "app", "inactive", "clock")

    def __init__(self, message, *, kind="token", code=None, request_id=None):
        if kind not in self.KINDS:
            raise ValueError(f"unknown kind of refusal: {kind}")
        super().__init__(message, code=code, request_id=request_id)
        self.kind = kind


class RateLimited(TikTokError):
    """Too many calls. The scheduled action stops this shop and comes back later.

    ``retry_after`` is the number of seconds to wait before the next call; ``named``
    tells whether TikTok said so itself.
    """

    def __init__(
        self, retry_after, message=None, *, named=False, code=None, request_id=None
    ):
        message = message or "TikTok Shop asks to send fewer requests; wait a moment."
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after = float(retry_after)
        self.named = named


class Unreachable(TikTokError):
    """No usable answer came. The scheduled action comes back later, with back-off.

    Network trouble, time-outs, errors of TikTok's servers, answers that are not JSON,
    and listings that contradict themselves.
    """


class Rejected(TikTokError):
    """TikTok understood the call and refused it. The record shows why.

    Asking again changes nothing until somebody corrects what the message names.
    """


class PayloadError(TikTokError):
    """A value cannot be represented without guessing. The mirror keeps it raw.

    ``path`` names the value, such as ``line_items[2].sku_id``; ``problem`` says what
    is wrong with it.
    """

    def __init__(self, path, problem):
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
