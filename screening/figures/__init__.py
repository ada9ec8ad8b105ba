"""What a manager sees: the visits counted, every number the length of a list."""
