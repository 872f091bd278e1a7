"""Tables, relations and CHECKs. Import `openday.models.tables` to have all of them known to the metadata."""
