"""From text to Screening: triage, indicators with their words, speaker, topic. Plain Python, usable without Rasa.

It may import `messages` and `language`.
"""
