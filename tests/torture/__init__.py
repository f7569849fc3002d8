"""Real processes, really killed, against a platform that misbehaves: the kill matrix.

``make torture`` runs it whole, ``test_slice.py`` a small part. ``checker.py`` is the judge: it
reads what the platform accepted and what the ledger says, and knows nothing of how either came
about. ``supervisor.py`` starts the runners of ``node.py`` and starts them again, ``disturb.py``
does to them and their ledger what happens to machines, ``platform.py`` what happens to requests.
"""
