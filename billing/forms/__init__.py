"""What cashiers and managers type."""
