"""Browsers that somebody is signed in with: how long, whether locked, and how each is ended."""
