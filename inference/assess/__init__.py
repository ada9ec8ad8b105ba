"""One picture through one model: steps to a tensor, the session, scores, heat map, how usual it is. Pure."""
