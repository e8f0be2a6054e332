"""Numbers that follow one another without a gap: tickets, invoices, receipts, accessions."""
