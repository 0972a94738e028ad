"""What the control door of a sandbox does to cases: buyers, carriers, TikTok act."""

import time

from . import door, server

CANCELLATIONS, RETURNS = "cancellations", "returns"
APPROVE = "/return_refund/202309/{kind}/{case}/approve"


def ask_to_cancel(sandbox: server.SandboxServer, order_id: str, **body) -> str:
    """Let a buyer ask to cancel; return the id of the request."""
    answer = door.post(sandbox, f"/orders/{order_id}", cancel_request=body)
    return answer["cancellations"][-1]


def cancel(sandbox: server.SandboxServer, order_id: str, **body) -> str:
    """Let the seller, or whoever else ``role`` names, cancel at once."""
    answer = door.post(sandbox, f"/orders/{order_id}", cancel=body)
    return answer["cancellations"][-1]


def make_return(sandbox: server.SandboxServer, order_id: str, kind: str, **body) -> str:
    """Let a buyer start a case; return its id."""
    return door.post(sandbox, "/returns", order_id=order_id, type=kind, **body)["id"]


def step(sandbox: server.SandboxServer, case: str, what: str, **body) -> None:
    """Let somebody take a step about a return; see the sandbox's README."""
    door.post(sandbox, f"/returns/{case}", step=what, **body)


def send_back(sandbox: server.SandboxServer, case: str) -> None:
    """Let a buyer send the goods of a return, and the carrier bring them."""
    step(sandbox, case, "ship_back")
    step(sandbox, case, "arrive")


def lapse(sandbox: server.SandboxServer, kind: str, case: str) -> None:
    """Let the deadline of a case pass now, so that TikTok answers by itself."""
    door.post(sandbox, f"/{kind}/{case}", deadline=int(time.time()))


def lose_answer(sandbox: server.SandboxServer, kind: str, case: str) -> None:
    """Let TikTok's answer to the next approval of a case get lost on its way."""
    path = APPROVE.format(kind=kind, case=case)
    door.post(sandbox, "/faults", kind="reset", path=path, after=True, times=1)


def serve_generation(sandbox: server.SandboxServer, newest: str) -> None:
    """Serve no calls that are newer than this; "" serves all."""
    door.post(sandbox, "/aftersales", generation=newest)
