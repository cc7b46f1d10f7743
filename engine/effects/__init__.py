"""What a call has done in the world beside booking: replies that are worded anew."""
