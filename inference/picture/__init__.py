"""Pixels: planes, the lit field of a retina, the lungs of a film, and is it fit to grade? Pure."""
