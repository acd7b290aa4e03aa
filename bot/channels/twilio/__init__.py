"""SMS and WhatsApp through Twilio: takes webhooks and reports, delivers replies.

It may import `messages`, `settings`, `language`, `storage`, `http`, `runtime`, `alarms`, `delivery`, `program` and
`channels.provider`.
"""
