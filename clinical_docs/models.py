"""Django finds the mirrors here; this app's own data are documents in MongoDB."""

from clinical_docs.mirrors import ClinicalDataMirror, DocumentMetadataMirror

__all__ = ["ClinicalDataMirror", "DocumentMetadataMirror"]
