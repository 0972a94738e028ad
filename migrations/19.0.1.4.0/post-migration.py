def migrate(cr, version):
    """Let orders with which goods were sent anew know the order they are for."""
    cr.execute(
        """
        UPDATE tts_order
           SET origin_remote_id = found.origin,
               is_exchange = found.is_exchange
          FROM (
            SELECT id,
                   COALESCE(
                       NULLIF(NULLIF(payload ->> 'replaced_order_id', ''), '0'),
                       NULLIF(NULLIF(payload ->> 'exchange_source_order_id', ''), '0')
                   ) AS origin,
                   payload ->> 'is_exchange_order' = 'true' AS is_exchange
              FROM tts_order
             WHERE jsonb_typeof(payload) = 'object'
          ) AS found
         WHERE found.id = tts_order.id
           AND found.origin IS NOT NULL
           AND tts_order.origin_remote_id IS NULL
        """
    )
