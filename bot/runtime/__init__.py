"""What goes on beside the requests: background tasks, events between those who wait, logs.

It may import `settings` and `storage`.
"""
