import logging

from odoo import fields, models

from ..lib.errors import RateLimited, TikTokError, Unauthorized, Unreachable
from ..lib.fetching import NotAsked, fetch_documents
from .tts_shop_sync import Interrupted

_logger = logging.getLogger(__name__)

CHUNK = 50  # labels that are stored in one transaction
WORKERS = 4
MOST_HELD = 32 * 1024 * 1024  # bytes of labels that wait to be stored
MOST_SILENT = 2 * WORKERS  # calls in a row without an answer: nobody is there


class TtsShop(models.Model):
    """Fetching labels: asked for by threads, stored a chunk at a time.

    A label leaves the queue in the transaction that stores it, so that none is lost
    when a worker is killed. No transaction is open while TikTok is asked: what people
    do with deliveries meanwhile meets no conflict.
    """

    _inherit = "tts.shop"

    def _fetch_labels(self, client):
        """Fetch the labels that are due and tell the prints that wait for them.

        :return: False when time is up before the end
        :raise TikTokError: TikTok wants no more calls now, or does not answer
        """
        while packages := self._due_labels():
            due = {package.id: package.next_label_try for package in packages}
            results, stopper = self._download_labels(packages._label_requests())
            # What is stored now has to start from what others did meanwhile.
            self.env["ir.cron"]._commit_progress()
            self._take_deliveries()
            # A label that was voided, or wanted otherwise, meanwhile comes anew.
            packages = packages.exists().filtered(
                lambda package, due=due: package.next_label_try == due[package.id]
            )
            stale = packages._keep_labels(results)
            time_left = self.env["ir.cron"]._commit_progress()
            self._read_stale(client, stale)
            if stopper:
                raise stopper
            if not time_left:
                return False
        return True

    def _due_labels(self):
        return self.env["tts.package"].search(
            [
                ("shop_id", "=", self.id),
                ("next_label_try", "<=", fields.Datetime.now()),
            ],
            order="next_label_try, id",
            limit=CHUNK,
        )

    def _download_labels(self, requests):
        """Ask TikTok for labels and load their files; this writes nothing.

        :param requests: list of `DocumentRequest`
        :return: ({key: result of `fetch_documents`}, the error that ended it or None);
            requests that were not asked have no result
        :raise Unauthorized: the account is disconnected
        """
        token_sudo = self.account_id.sudo().token_ids
        token = token_sudo._get_access_token()
        results, refused = self._download_once(token, requests)
        if isinstance(refused, Unauthorized) and refused.kind == "token":
            # Threads renew no token: that is done here, where Odoo may be touched.
            token = token_sudo._refresh(refused=token)
            left = [request for request in requests if request.key not in results]
            more, refused = self._download_once(token, left)
            results |= more
        return results, refused

    def _download_once(self, token, requests):
        results, stopper, held, silent = {}, None, 0, []
        found = fetch_documents(lambda: self._client(token), requests, workers=WORKERS)
        try:
            for key, result in found:
                if isinstance(result, NotAsked):
                    stopper = stopper or result.cause
                    continue
                if isinstance(result, RateLimited | Unauthorized):
                    stopper = stopper or result
                    continue
                results[key] = result
                silent = [*silent, key] if isinstance(result, Unreachable) else []
                if len(silent) == MOST_SILENT:
                    # The shop's trouble, not that of these labels: they stay due.
                    for key in silent:
                        del results[key]
                    return results, result
                if isinstance(result, tuple) and isinstance(result[1], bytes):
                    held += len(result[1])
                    if held > MOST_HELD:
                        break  # the others stay due
        finally:
            found.close()
        return results, stopper

    def _read_stale(self, client, packages):
        """Read the orders again whose packages are not what Odoo takes them for.

        :raise Interrupted: another worker imports orders of this shop
        """
        remote_ids = packages.order_ids.mapped("remote_id")
        if not remote_ids:
            return
        if not self._take():
            raise Interrupted()
        self._absorb_page(client.order_details(remote_ids), force=True)
        self.env["ir.cron"]._commit_progress()


class TtsPackage(models.Model):
    _inherit = "tts.package"

    def _fetch_now(self, options=None):
        """Fetch labels in the request of a person; these calls only read.

        :param options: {type, size, format}, see `_label_options`
        :raise UserError: the shop is not connected
        :return: {package: why it has no new label}
        """
        problems = {}
        for shop, packages in self.grouped("shop_id").items():
            shop._check_connected()
            shop = shop.with_company(shop.company_id)
            if options:
                packages.label_options = options
            try:
                results, stopper = shop._download_labels(packages._label_requests())
                stale = packages._keep_labels(results)
                if stale:
                    shop._refetch(stale.order_ids.mapped("remote_id"))
            except TikTokError as error:
                results, stopper = {}, error
            for package in packages:
                if package.id not in results and stopper:
                    problems[package] = str(stopper)
                elif package.label_error:
                    problems[package] = package.label_error
        return problems
