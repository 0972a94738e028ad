from . import invoices, oauth
