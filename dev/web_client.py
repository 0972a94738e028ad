"""A user of Odoo at work over HTTP: logs in and calls methods as a browser would."""

import html
import itertools
import re

import requests

from .progress import SetupError

TIMEOUT = 300


class WebClient:
    """One logged-in session.

    :param url: the base URL of an Odoo server.
    """

    def __init__(self, url: str):
        self.url = url
        self.session = requests.Session()
        # Loopback only: a proxy of the machine must not get between.
        self.session.trust_env = False
        self._ids = itertools.count(1)

    def log_in(self, login: str, password: str) -> None:
        """Log in through the login page, in developer mode.

        :raise SetupError: when Odoo refuses.
        """
        page = self.get(f"{self.url}/web/login?debug=1").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if not token:
            raise SetupError(f"{self.url}/web/login shows no login form")
        form = {"login": login, "password": password, "csrf_token": token[1]}
        answer = self.session.post(f"{self.url}/web/login", form, timeout=TIMEOUT)
        if not answer.ok or "/web/login" in answer.url:
            raise SetupError(f"Odoo refuses the login of {login}")
        self.get(f"{self.url}/odoo?debug=1")

    def get(self, url: str) -> requests.Response:
        """Fetch ``url``, redirects followed.

        :raise SetupError: when the answer is an error.
        """
        answer = self.session.get(url, timeout=TIMEOUT)
        if not answer.ok:
            raise SetupError(f"{url} answers {answer.status_code}")
        return answer

    def follow_link(self, page: requests.Response, element_id: str) -> str:
        """Click the link ``element_id`` of ``page``; return the URL it ends at.

        :raise SetupError: when there is no such link, or it leads to an error.
        """
        link = re.search(rf'<a id="{element_id}" href="([^"]+)"', page.text)
        if not link:
            raise SetupError(f"{page.url} has no link {element_id}")
        target = requests.compat.urljoin(page.url, html.unescape(link[1]))
        return self.get(target).url

    def call(self, model: str, method: str, *arguments, **options):
        """Call a method by JSON-RPC and return its result.

        :raise SetupError: with the message a user would read.
        """
        call = {"model": model, "method": method, "args": arguments, "kwargs": options}
        answer = self.session.post(
            f"{self.url}/web/dataset/call_kw/{model}/{method}",
            json={"jsonrpc": "2.0", "id": next(self._ids), "params": call},
            timeout=TIMEOUT,
        ).json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            message = data.get("message") or answer["error"].get("message")
            raise SetupError(f"{model}.{method}: {message}")
        return answer.get("result")

    def read(
        self, model: str, domain: list, fields: list[str], **options
    ) -> list[dict]:
        """Return the ``fields`` of all records that match ``domain``."""
        return self.call(model, "search_read", domain, fields, **options)
