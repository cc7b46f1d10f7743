"""The book: finding times, holding them, and a store that by itself refuses double bookings."""
