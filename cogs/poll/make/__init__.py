"""What moderators see of polls: forms, the preview with every rule, what is done to options, templates, and lists."""
