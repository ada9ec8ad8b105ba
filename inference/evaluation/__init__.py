"""What a pack is worth on labelled pictures; for commands and a programme's own evidence."""
