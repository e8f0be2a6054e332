"""Triage, consultations, the laboratory, and fragments of a patient's record."""

from django.urls import path

from clinical_docs.views import (
    closing,
    consult,
    fragments,
    lab,
    lab_papers,
    lab_results,
    lab_samples,
    letters,
    note,
    results,
    triage,
    writing,
)

app_name = "clinical_docs"
urlpatterns = [
    path("patients/<uuid:patient_id>/measured/", fragments.measured, name="measured"),
    path("patients/<uuid:patient_id>/note/", writing.note, name="note"),
    path("patients/<uuid:patient_id>/vitals/", writing.record_vitals, name="vitals"),
    path("triage/", triage.queue, name="triage"),
    path("triage/<uuid:visit_id>/", triage.visit, name="triage_visit"),
    path("triage/<uuid:visit_id>/begin/", triage.begin, name="triage_begin"),
    path("triage/<uuid:visit_id>/next/", triage.upcoming, name="triage_next"),
    path("triage/<uuid:visit_id>/undo/<uuid:key>/", triage.undo, name="triage_undo"),
    path("visits/<uuid:visit_id>/letters/<slug:kind>/", letters.write, name="write_letter"),
    path("letters/<uuid:letter_id>/", letters.show, name="letter"),
    path("verify/<str:code>/", letters.verify, name="verify"),
    path("lab/", lab.lab, name="lab"),
    path("lab/<uuid:patient_id>/collect/", lab_samples.collect, name="lab_collect"),
    path("lab/<uuid:patient_id>/results/", lab_results.save, name="lab_results"),
    path("lab/<uuid:patient_id>/verify/", lab_results.verify, name="lab_verify"),
    path("lab/<uuid:patient_id>/labels/", lab_papers.labels, name="lab_labels"),
    path("lab/<uuid:patient_id>/report/", lab_papers.report, name="lab_report"),
    path("lab/<uuid:patient_id>/told/", lab_results.told, name="lab_told"),
    path("lab/orders/<uuid:request_id>/back/", lab_results.send_back, name="lab_send_back"),
    path("lab/orders/<uuid:request_id>/amend/", lab_results.amend, name="lab_amend"),
    path("lab/samples/<uuid:specimen_id>/receive/", lab_samples.receive, name="lab_receive"),
    path("lab/samples/<uuid:specimen_id>/reject/", lab_samples.reject, name="lab_reject"),
    path("results/", results.results, name="results"),
    path("results/<uuid:request_id>/seen/", results.acknowledge, name="acknowledge"),
    path("results/<uuid:request_id>/unseen/", results.unacknowledge, name="unacknowledge"),
    path("visits/<uuid:visit_id>/", consult.consult, name="consult"),
    path("visits/<uuid:visit_id>/strip/", consult.strip, name="strip"),
    path("visits/<uuid:visit_id>/begin/", consult.begin, name="begin"),
    path("visits/<uuid:visit_id>/note/", note.note, name="visit_note"),
    path("visits/<uuid:visit_id>/note/sign/", note.sign, name="note_sign"),
    path("visits/<uuid:visit_id>/note/template/", note.template, name="note_template"),
    path("visits/<uuid:visit_id>/note/drafts/", note.older, name="note_drafts"),
    path(
        "visits/<uuid:visit_id>/note/drafts/<int:revision_id>/", note.restore, name="note_restore"
    ),
    path("visits/<uuid:visit_id>/note/discard/", note.discard, name="note_discard"),
    path("visits/<uuid:visit_id>/note/amend/<uuid:document_id>/", note.amend, name="note_amend"),
    path("visits/<uuid:visit_id>/closing/", closing.closing, name="closing"),
    path("visits/<uuid:visit_id>/finish/", closing.finish, name="finish"),
    path("visits/<uuid:visit_id>/reopen/<uuid:move_id>/", closing.reopen, name="reopen"),
]
