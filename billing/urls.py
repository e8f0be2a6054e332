"""Pages of the cash desk."""

from django.urls import path

from billing.views import charging, invoices, prices, receipts, refunds, shifts, taking, till

app_name = "billing"
urlpatterns = [
    path("till/", till.till, name="till"),
    path("till/services/", charging.services, name="services"),
    path("till/<uuid:patient_id>/", till.till_of, name="till_of"),
    path("till/<uuid:patient_id>/take/", taking.take_payment, name="take"),
    path("till/<uuid:patient_id>/close/", taking.close_visit, name="close_visit"),
    path("till/<uuid:patient_id>/charges/", charging.add_charge, name="add_charge"),
    path("till/<uuid:patient_id>/discount/", charging.give_discount, name="discount"),
    path("till/<uuid:patient_id>/statement/", invoices.statement, name="statement"),
    path("charges/<uuid:charge_id>/price/", charging.price_charge, name="price_charge"),
    path("charges/<uuid:charge_id>/remove/", charging.remove_charge, name="remove_charge"),
    path("charges/<uuid:charge_id>/restore/", charging.restore_charge, name="restore_charge"),
    path(
        "discounts/<uuid:discount_id>/withdraw/",
        charging.withdraw_discount,
        name="withdraw_discount",
    ),
    path("discounts/<uuid:discount_id>/decide/", refunds.decide_discount, name="decide_discount"),
    path("receipts/<uuid:receipt_id>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:receipt_id>/paper/", receipts.receipt_paper, name="receipt_paper"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/export/", invoices.export, name="invoices_export"),
    path("invoices/<uuid:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/paper/", invoices.invoice_paper, name="invoice_paper"),
    path("invoices/<uuid:invoice_id>/void/", invoices.void, name="void"),
    path("invoices/<uuid:invoice_id>/credit/", invoices.credit, name="credit"),
    path("credit-notes/<uuid:credit_id>/paper/", invoices.credit_paper, name="credit_paper"),
    path("payments/<uuid:payment_id>/refund/", refunds.ask, name="ask_refund"),
    path("refunds/", refunds.list_refunds, name="refunds"),
    path("refunds/<uuid:request_id>/decide/", refunds.decide, name="decide_refund"),
    path("refunds/<uuid:request_id>/withdraw/", refunds.withdraw, name="withdraw_refund"),
    path("refunds/<uuid:request_id>/pay/", refunds.pay_out, name="pay_refund"),
    path("shift/", shifts.shift, name="shift"),
    path("shift/open/", shifts.open_shift, name="open_shift"),
    path("shift/<uuid:shift_id>/close/", shifts.close_shift, name="close_shift"),
    path("shifts/", shifts.list_shifts, name="shifts"),
    path("shifts/<uuid:shift_id>/", shifts.shift_of, name="shift_of"),
    path("shifts/<uuid:shift_id>/paper/", shifts.shift_paper, name="shift_paper"),
    path("prices/", prices.prices, name="prices"),
]
