"""The pages, by room. Each module lists its own addresses."""
