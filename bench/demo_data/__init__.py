"""Makes the patients of the demo clinic that are committed under clinic/demo/data."""
