"""From the assistant to a person: the queue, who owns a case, duty hours, the phrasebook, the webhook of cases.

It may import `messages`, `settings`, `language`, `storage`, `http` and `runtime`.
"""
