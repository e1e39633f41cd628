"""The Tapwork service: what is true, what people do, and how the parts are put together."""
