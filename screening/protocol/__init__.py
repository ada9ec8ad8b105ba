"""What a programme runs on: models and thresholds in force, their evidence, comparison, drift, scoring again."""
