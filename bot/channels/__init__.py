"""The ways in and out, a folder for each provider, and what is true of all of them.

It may import `settings`, `storage`, `runtime`, `assistant`, `alarms`, `delivery`, `program`, `channels.telegram`,
`channels.twilio`, `channels.webchat` and `operations`.
"""
