"""What templates can say beside the pages' own words."""
