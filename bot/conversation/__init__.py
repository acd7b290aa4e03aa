"""The way of one message from receipt to reply: stored, understood, decided, answered or handed over."""
