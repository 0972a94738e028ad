from odoo import fields, models


class TtsStockSignal(models.Model):
    """A product whose stock moved: written once per transaction, read by the push.

    Rows are only ever inserted by the people of the warehouse, so that no two of them
    wait for each other.
    """

    _name = "tts.stock.signal"
    _description = "TikTok Shop Stock Signal"
    _log_access = False

    # No foreign key: it would lock the product's row for the length of a transaction.
    product_id = fields.Integer(required=True)
    create_date = fields.Datetime(default=fields.Datetime.now)
