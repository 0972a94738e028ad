from . import base_partner_merge, tts_order_resync
