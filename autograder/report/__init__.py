"""The class at a glance: table, CSV and page."""
