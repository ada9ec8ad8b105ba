"""Who is told what: notices to a site, and the talk between reader and field worker."""
