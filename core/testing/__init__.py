"""What tests need: real servers, fresh databases."""
