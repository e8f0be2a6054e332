"""What is done with money, a function per act."""
