"""Many visitors at once, without a browser: what one server carries."""
