"""Signatures of calls and webhooks, against published and recorded vectors."""

import json

import requests

from odoo.tests import BaseCase, tagged

from ..lib.signing import (
    RequestSigner,
    sign,
    webhook_is_genuine,
    webhook_signature,
)
from .lib_http import fixture, query_of

VECTORS = fixture("sign_vectors")
HOST = "https://tiktok.example.com"


def body_of(vector):
    return (vector["body"] or "").encode()


@tagged("post_install", "-at_install")
class TestSigning(BaseCase):
    def vector(self, name):
        return next(v for v in VECTORS["vectors"] if v["id"] == name)

    def prepared(self, vector, clock=None, **kwargs):
        query = {k: v for k, v in vector["query"].items() if k != "timestamp"}
        request = requests.Request(
            vector["method"],
            HOST + vector["path"],
            params=query,
            data=vector["body"] and vector["body"].encode(),
            headers={"Content-Type": vector["content_type"]},
            auth=RequestSigner(
                vector["query"]["app_key"],
                vector["app_secret"],
                "the token",
                clock or (lambda: int(vector["query"]["timestamp"]) + 0.75),
            ),
            **kwargs,
        )
        return request.prepare()

    def test_every_vector_gets_its_signature(self):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector["id"]):
                made = sign(
                    vector["app_secret"],
                    vector["path"],
                    vector["query"],
                    body_of(vector),
                )
                self.assertEqual(made, vector["expected_sign"])

    def test_no_negative_vector_is_ever_produced(self):
        for negative in VECTORS["negative"]:
            with self.subTest(negative["id"]):
                vector = self.vector(negative["of"])
                made = sign(
                    vector["app_secret"],
                    vector["path"],
                    vector["query"],
                    body_of(vector),
                )
                self.assertNotEqual(made, negative["sign"])

    def test_the_prepared_request_of_every_vector_carries_its_signature(self):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector["id"]):
                request = self.prepared(vector)
                self.assertEqual(query_of(request)["sign"], vector["expected_sign"])

    def test_what_is_sent_verifies_as_what_was_signed(self):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector["id"]):
                request = self.prepared(vector)
                query = query_of(request)
                is_multipart = vector["content_type"].startswith("multipart")
                body = b"" if is_multipart else request.body or b""
                again = sign(vector["app_secret"], vector["path"], query, body)
                self.assertEqual(again, query["sign"])

    def test_order_of_the_query_does_not_matter(self):
        vector = self.vector("orders-search")
        query = list(reversed(vector["query"].items()))
        made = sign(vector["app_secret"], vector["path"], query, body_of(vector))
        self.assertEqual(made, vector["expected_sign"])

    def test_a_multipart_body_is_not_signed(self):
        vector = self.vector("image-upload-multipart")
        request = self.prepared({**vector, "body": "--fixture bytes"})
        self.assertEqual(query_of(request)["sign"], vector["expected_sign"])

    def test_the_token_travels_in_the_header_only(self):
        request = self.prepared(self.vector("orders-search"))
        self.assertEqual(request.headers["x-tts-access-token"], "the token")
        self.assertNotIn("token=the", request.url)

    def test_access_token_in_the_query_is_dropped(self):
        request = self.prepared(self.vector("excluded-params"))
        self.assertNotIn("access_token", query_of(request))

    def test_each_attempt_takes_a_new_timestamp(self):
        times = iter([1767225600.9, 1767225700.1])
        vector = self.vector("official-example")
        signer = RequestSigner("key", "secret", "token", lambda: next(times))
        request = requests.Request("GET", HOST + vector["path"], auth=signer).prepare()
        first = query_of(request)
        second = query_of(signer(request))
        self.assertEqual(first["timestamp"], "1767225600")
        self.assertEqual(second["timestamp"], "1767225700")
        self.assertNotEqual(first["sign"], second["sign"])

    def test_signing_twice_leaves_one_signature(self):
        request = self.prepared(self.vector("orders-search"))
        request = RequestSigner("key", "secret", "token", lambda: 1)(request)
        self.assertEqual(request.url.count("sign="), 1)
        self.assertEqual(request.url.count("app_key="), 1)

    def test_a_streamed_body_is_refused(self):
        request = requests.Request("POST", HOST, data=iter([b"a"])).prepare()
        with self.assertRaises(TypeError):
            RequestSigner("key", "secret", "token")(request)


@tagged("post_install", "-at_install")
class TestWebhookSignature(BaseCase):
    def test_every_vector_is_genuine(self):
        for vector in VECTORS["webhook_vectors"]:
            with self.subTest(vector["id"]):
                body = vector["body"].encode()
                key, secret = vector["app_key"], vector["app_secret"]
                expected = vector["expected_authorization"]
                self.assertEqual(webhook_signature(key, secret, body), expected)
                self.assertTrue(webhook_is_genuine(key, secret, body, expected))

    def assertForged(self, **changes):
        vector = VECTORS["webhook_vectors"][0]
        given = {
            "app_key": vector["app_key"],
            "app_secret": vector["app_secret"],
            "body": vector["body"].encode(),
            "signature": vector["expected_authorization"],
            **changes,
        }
        self.assertFalse(webhook_is_genuine(**given))

    def test_a_changed_body_is_forged(self):
        body = VECTORS["webhook_vectors"][0]["body"].encode()
        self.assertForged(body=body + b" ")

    def test_a_reserialized_body_is_forged(self):
        vector = VECTORS["webhook_vectors"][2]
        body = json.dumps(json.loads(vector["body"])).encode()
        self.assertForged(**{**_of(vector), "body": body})

    def test_another_secret_is_forged(self):
        self.assertForged(app_secret="124")

    def test_another_app_is_forged(self):
        self.assertForged(app_key="abcdeg")

    def test_an_upper_case_signature_is_forged(self):
        made = VECTORS["webhook_vectors"][0]["expected_authorization"]
        self.assertForged(signature=made.upper())

    def test_an_absent_signature_is_forged(self):
        for signature in ("", None):
            self.assertForged(signature=signature)

    def test_a_signature_beyond_ascii_is_forged(self):
        self.assertForged(signature="\u00e9\ud800")

    def test_an_account_without_secret_has_no_genuine_webhook(self):
        made = webhook_signature("abcdef", "", b"{}")
        self.assertForged(app_secret="", body=b"{}", signature=made)


def _of(vector):
    return {
        "app_key": vector["app_key"],
        "app_secret": vector["app_secret"],
        "signature": vector["expected_authorization"],
    }
