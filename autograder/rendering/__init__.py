"""Results as text and HTML: harmless text, one palette, one template of a check."""
