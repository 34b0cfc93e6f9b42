"""What a component in the browser tells Python."""


def kept() -> None:
    """Stand as the callback of a value: Streamlit keeps only those for which one is named."""
