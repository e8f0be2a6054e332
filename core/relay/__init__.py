"""The only writer of MongoDB's records: from the outbox to the collections and the browsers."""
