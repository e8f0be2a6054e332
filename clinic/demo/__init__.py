"""The demo clinic: people, patients with years of history, and a day in full swing."""
