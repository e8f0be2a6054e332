"""What is read of patients and their care, narrowed to what the reader may see."""
