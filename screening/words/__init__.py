"""Codes and states in sentences that a tired nurse understands."""
