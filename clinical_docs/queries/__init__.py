"""What is read of clinical documents."""
