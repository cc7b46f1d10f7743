"""The tapes of a site: kept, found again, sent away, purged in time and erased on demand."""
