"""Forms that lose nothing: versions and conflicts, one-time keys, autosaved drafts."""
