"""Commands for technicians and for those who make model packs; `commands/` holds one module a command."""
