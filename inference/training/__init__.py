"""How the bundled packs are trained. An extra: nothing that is served imports it."""
