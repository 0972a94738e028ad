from . import tts_order_resync
