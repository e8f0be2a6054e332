"""What the operator may set, by environment or `.env`: checked before anything starts."""
