"""What the clinic prints: PDFs from an app's own papers, each print in the audit.

paper.answer(request, "billing/receipt", data, filename="R-2026-00017", size="roll",
             entity_type="payment", entity_id=payment.pk, patient_id=payment.patient_id)
"""

from core.paper.answers import answer
from core.paper.codes import barcode, qr
from core.paper.setting import Size, pdf

__all__ = ["Size", "answer", "barcode", "pdf", "qr"]
