"""What programs show of data before they use it: conditions, schemas, models, places, addresses."""
