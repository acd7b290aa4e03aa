"""The hotline's console: who waits, why, in which language; take, read, answer.

It may import `messages`, `language`, `screening`, `dialogue`, `storage`, `http`, `runtime`, `handoff`, `alarms`, `delivery`,
`conversation` and `program`.
"""
