"""Conversations, platform-neutral: an intent in, screens out."""
