"""Django finds the mirrors here; this app's own data are documents in MongoDB."""

from audit.mirrors import AnalyticsMirror, AuditLogMirror

__all__ = ["AnalyticsMirror", "AuditLogMirror"]
