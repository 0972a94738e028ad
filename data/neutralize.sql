-- A copy of the database must never talk to TikTok in the original's name.
DELETE FROM tts_token;

UPDATE tts_account
   SET app_secret = NULL,
       oauth_nonce = NULL,
       state = 'new';

UPDATE tts_shop
   SET cipher = NULL,
       next_order_sync = NULL,
       next_stock_sync = NULL,
       stock_sync = FALSE,
       next_settlement_sync = NULL,
       settlement_sync = FALSE,
       next_aftersale_sync = NULL,
       aftersale_sync = FALSE;

DELETE FROM tts_stock_signal;

UPDATE ir_cron
   SET active = FALSE
 WHERE ir_actions_server_id IN (
           SELECT res_id
             FROM ir_model_data
            WHERE module = 'sale_tiktok_shop'
              AND model = 'ir.actions.server'
       )
    OR id IN (
           SELECT res_id
             FROM ir_model_data
            WHERE module = 'sale_tiktok_shop'
              AND model = 'ir.cron'
       );
