"""Who is screened: enrolled once, found again, put right."""
