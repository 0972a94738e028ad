from . import test_account
from . import test_issue
from . import test_oauth
from . import test_order_import
from . import test_shop
from . import test_token
