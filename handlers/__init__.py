"""Chat platforms: conversations in neutral words, and one adapter a platform."""
