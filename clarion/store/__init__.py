"""Where the ledger lies: SQL lives here and nowhere else."""
