"""People who work beside the administrator, with no more rights than their work."""

from .web_client import WebClient


def session(client: WebClient, login: str, password: str, group: str) -> WebClient:
    """Return the session of a user who has this group; the user is created if needed.

    :param group: its XML id, such as ``stock.group_stock_user``.
    """
    if not client.read("res.users", [("login", "=", login)], ["id"]):
        module, _dot, name = group.partition(".")
        xml_id = [("module", "=", module), ("name", "=", name)]
        (row,) = client.read("ir.model.data", xml_id, ["res_id"])
        user = {"name": login.capitalize(), "login": login, "password": password}
        groups = {"group_ids": [(4, row["res_id"])]}
        client.call("res.users", "create", [{**user, **groups}])
    theirs = WebClient(client.url)
    theirs.log_in(login, password)
    return theirs
