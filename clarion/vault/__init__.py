"""Where accounts keep their secrets: sealed, in the ledger's store."""
