"""The served languages: which one a text is in, how it is spelt, the short words and hours in it, and the words that the program says.

It may import `messages`.
"""
