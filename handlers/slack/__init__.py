"""Slack: events and interactions in, messages, modals and the App Home out, over slack-bolt and slack_sdk."""
