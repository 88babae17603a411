"""The measuring of near-duplicate passages: made-up reuse of our own text, the measures, and a check of what went."""
