"""The database reports every change: triggers on each audited table, and who acts and why."""
