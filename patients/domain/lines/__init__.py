"""A prescription line as it is typed in one go: what it means, and how it is written.

Nothing here asks the database: the formulary is passed in.
"""
