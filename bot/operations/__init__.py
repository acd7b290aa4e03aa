"""What keeps the program running for years: deleting what is over, gauges for the operator, backups.

It may import `messages`, `settings`, `language`, `storage`, `runtime`, `delivery`, `conversation` and `program`.
"""
