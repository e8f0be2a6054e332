"""Both databases and Valkey behind one door, each call with a deadline."""

from core.databases.service import DatabaseService, database_service

__all__ = ["DatabaseService", "database_service"]
