"""What all HTTP interfaces share: listening, connections, bodies, headers, errors, documents, streams of events, signed posts.

It may import `storage`.
"""
