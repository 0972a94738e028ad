def migrate(cr, version):
    """Tell where TikTok committed the stock of orders that are in Odoo already."""
    cr.execute(
        """
        UPDATE tts_order
           SET warehouse_remote_id = payload ->> 'warehouse_id'
         WHERE warehouse_remote_id IS NULL
           AND payload ->> 'warehouse_id' IS NOT NULL
        """
    )
