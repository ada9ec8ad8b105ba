"""Figures as the evidence pages show them."""
