"""What every app's admin module builds on: the site, and tables with the clinic's manners."""
