"""What is owed, charged and paid, narrowed to what somebody may see."""
