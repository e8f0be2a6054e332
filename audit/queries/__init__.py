"""Reading the trail."""
