"""Picture in, scores out: knows no patient, no site, no visit."""
