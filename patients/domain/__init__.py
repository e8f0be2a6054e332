"""What people do for patients."""
