"""What can be measured at triage: how it is typed, what is usual at which age, and what it scores."""
