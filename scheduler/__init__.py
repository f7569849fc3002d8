"""Stage 5, at the right moment: the plan, the ledger that is the truth, the clock that wakes,
and the one place from which a post leaves.

Read in this order: ``days`` and ``plan``, ``delivery``, ``ledger`` (the port and its promises),
``rules`` (what may follow what), ``deliver`` (one attempt) with ``verdict`` (what its errors mean),
``runner`` (all of them) with ``trust`` (whether the clock may be believed) and ``backlog`` (what
fell due while nothing ran), ``rehearsal``.
"""
