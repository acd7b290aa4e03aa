"""The command line: one module for each command, with `register(subparsers)`; in `checks` what `check` looks at.

It may import `messages`, `settings`, `language`, `screening`, `dialogue`, `learning`, `storage`, `runtime`, `assistant`, `handoff`,
`alarms`, `delivery`, `conversation`, `program`, `channels.telegram`, `console`, `operations`, `api`, `channels` and `server`.
"""

import bot.channels.registry  # noqa: F401 - declares the channels, before a command stores or sends anything for one
