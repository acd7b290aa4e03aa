"""The ways in and out: a folder for each provider, one for what all of them are, and the registry.

It may import `settings`, `storage`, `runtime`, `assistant`, `alarms`, `delivery`, `program`, `channels.provider`,
`channels.telegram`, `channels.twilio`, `channels.webchat` and `operations`.
"""
