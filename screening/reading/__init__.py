"""The specialist's desk: the worklist, the claim, the pictures and tiles, the read, the answer."""
