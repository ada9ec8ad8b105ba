"""What a pack must show before this machine uses it: built, examined, explained, its precision chosen, registered."""
