"""The audit and analytics collections as the administration reads them."""

from django.db import models

from core.databases.mirror import BsonField, MirrorModel


class AuditLogMirror(MirrorModel):
    seq = models.BigIntegerField()
    timestamp = models.DateTimeField()
    action = models.CharField(max_length=60)
    user_id = models.CharField(max_length=36, null=True)
    entity_type = models.CharField(max_length=60)
    entity_id = models.CharField(max_length=200, null=True)
    patient_id = models.CharField(max_length=36, null=True)
    changes = BsonField()
    ip_address = models.CharField(max_length=45, null=True)
    user_agent = models.CharField(max_length=300, null=True)
    reason = models.TextField(null=True)
    metadata = BsonField()

    class Meta(MirrorModel.Meta):
        db_table = "audit_logs"
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log"


class AnalyticsMirror(MirrorModel):
    event_type = models.CharField(max_length=60)
    timestamp = models.DateTimeField()
    user_id = models.CharField(max_length=36, null=True)
    session_id = models.CharField(max_length=100, null=True)
    ip_address = models.CharField(max_length=45, null=True)
    data = BsonField()
    metadata = BsonField()

    class Meta(MirrorModel.Meta):
        db_table = "analytics"
        verbose_name = verbose_name_plural = "analytics"
