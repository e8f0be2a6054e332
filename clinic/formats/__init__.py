"""How dates and times are written where Django writes them itself: in the administration."""
