"""Files from outside: taken into quarantine, told by their bytes, read in a cage, kept sealed.

Nothing here knows whose file it is; the app that owns it decides who may see it.
"""
