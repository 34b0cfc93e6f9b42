"""What the screens share: the shell, the controls, the session's runs, charts and the player."""
