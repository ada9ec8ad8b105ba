"""The same verbs for machines and the phone's app, by room."""
