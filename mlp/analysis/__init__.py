"""What is concluded from a finished run: verdict, cause, cures, how good its answers are."""
