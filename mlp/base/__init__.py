"""What everything else stands on: the array types, the compiler, the version."""
