"""Is the installation well, and is no case lost?"""
