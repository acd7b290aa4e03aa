"""Staff are called when nobody takes a case: what is raised, by which ways it goes out, and who answered it.

It may import `messages`, `settings`, `language`, `storage`, `http`, `runtime` and `handoff`.
"""
