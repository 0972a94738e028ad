from . import (
    base_import_import,
    base_partner_merge,
    tts_arrange,
    tts_arrange_line,
    tts_catalogue_import,
    tts_catalogue_import_listing,
    tts_label_wizard,
    tts_listing_create,
    tts_order_resync,
    tts_payout_match,
    tts_register_payment,
    tts_validate,
)
