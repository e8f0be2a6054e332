"""What MongoDB, the browsers and the audit must learn, committed with the change itself."""
