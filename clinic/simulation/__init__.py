"""A scripted staff that works through the pages, as people do: to watch, and to be measured."""
