"""What has to reach people: the outbox, its dispatcher, texts cut to size, and what is done at providers after an erasure.

It may import `messages`, `language`, `dialogue`, `storage`, `runtime` and `handoff`.
"""
