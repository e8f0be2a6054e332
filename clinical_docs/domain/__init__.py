"""What people do with clinical documents."""
