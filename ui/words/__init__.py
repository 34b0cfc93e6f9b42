"""What the screens call things, and the sentences they say of a run."""
