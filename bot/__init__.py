"""Paddock: the Discord bot of a news site's comments and community section."""
