"""Real PostgreSQL, mongod and Valkey from wheels, for one PC, tests and a first look."""
