"""The socket of a page, against a real Daphne and a real relay."""
