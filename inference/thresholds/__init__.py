"""Calibrated scores, groups of people, and what every threshold would mean. Pure."""
