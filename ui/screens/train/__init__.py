"""Train: watch a network learn, and change everything that matters."""
