"""What stands around every page: menu, words and widgets of the templates, the style guide."""
