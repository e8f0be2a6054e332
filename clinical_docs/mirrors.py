"""The clinical collections as the administration reads them."""

from django.db import models

from core.databases.mirror import BsonField, MirrorModel


class ClinicalDataMirror(MirrorModel):
    patient_id = models.CharField(max_length=36)
    data_type = models.CharField(max_length=60)
    code = models.CharField(max_length=60, null=True)
    status = models.CharField(max_length=20, null=True)
    data = BsonField()
    metadata = BsonField()
    visit_id = models.CharField(max_length=36, null=True)
    created_by = models.CharField(max_length=36, null=True)
    created_at = models.DateTimeField(null=True)

    class Meta(MirrorModel.Meta):
        db_table = "clinical_data"
        verbose_name = verbose_name_plural = "clinical data"


class DocumentMetadataMirror(MirrorModel):
    document_id = models.CharField(max_length=36)
    number = models.IntegerField(db_column="version", null=True)
    patient_id = models.CharField(max_length=36)
    category = models.CharField(max_length=100, null=True)
    title = models.CharField(max_length=300, null=True)
    filename = models.CharField(max_length=300, null=True)
    mime = models.CharField(max_length=100, null=True)
    size = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, null=True)
    uploaded_at = models.DateTimeField(null=True)
    metadata = BsonField()

    class Meta(MirrorModel.Meta):
        db_table = "document_metadata"
        verbose_name = verbose_name_plural = "document metadata"
