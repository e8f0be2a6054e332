"""What people set for themselves: their name, how they are reached, their password, the colours."""
