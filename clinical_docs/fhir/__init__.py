"""What an import brings to the clinical documents."""

from clinical_docs.fhir import imaging, notes, observations, others, papers, reports

HANDLERS = {
    **others.HANDLERS,
    **observations.HANDLERS,
    **reports.HANDLERS,
    **imaging.HANDLERS,
    **notes.HANDLERS,
    **papers.HANDLERS,
}
