"""Pages that need nothing else, and pictures that only draw: how answers and reports are shown."""
