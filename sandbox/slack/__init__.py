"""A local Slack: one workspace with its people, one app, the Web API, Socket Mode and HTTP delivery."""
