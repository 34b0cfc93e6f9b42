"""The way into the dashboard, step by step."""
