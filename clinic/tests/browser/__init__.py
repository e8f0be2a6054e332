"""The clinic as people meet it: real Chromium, Daphne, relay and databases."""
