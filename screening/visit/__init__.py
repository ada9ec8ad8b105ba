"""One visit (Encounter): consent, answers, pictures, until it is handed in."""
