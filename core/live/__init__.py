"""Pages that miss nothing: sockets, their topics and the events they replay."""
