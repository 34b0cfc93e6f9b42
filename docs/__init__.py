"""Documents about the code, and what draws their pictures."""
