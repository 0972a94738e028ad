def migrate(cr, version):
    """Let what was there before know what is written from now on."""
    _link_invoices(cr)
    _date_completed_orders(cr)


def _date_completed_orders(cr):
    """Let completed orders count from their last change; nobody knows better."""
    cr.execute(
        """
        UPDATE tts_order
           SET completed_at = remote_update_time
         WHERE status = 'COMPLETED' AND completed_at IS NULL
        """
    )


def _link_invoices(cr):
    """Let invoices of TikTok orders know their order, as new ones do from the start.

    An invoice that was merged from several orders belongs to none of them.
    """
    cr.execute(
        """
        WITH owner AS (
            SELECT line.move_id,
                   MIN(sale.tts_order_id) AS order_id
              FROM account_move_line AS line
              JOIN sale_order_line_invoice_rel AS rel
                ON rel.invoice_line_id = line.id
              JOIN sale_order_line AS sold ON sold.id = rel.order_line_id
              JOIN sale_order AS sale ON sale.id = sold.order_id
             GROUP BY line.move_id
            HAVING COUNT(DISTINCT sale.id) = 1
        )
        UPDATE account_move AS move
           SET tts_order_id = owner.order_id,
               tts_shop_id = remote.shop_id
          FROM owner
          JOIN tts_order AS remote ON remote.id = owner.order_id
         WHERE move.id = owner.move_id
           AND move.tts_order_id IS NULL
           AND move.move_type IN ('out_invoice', 'out_refund')
        """
    )
