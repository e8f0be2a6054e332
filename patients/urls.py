"""Pages about patients."""

from django.urls import path

from patients.views import (
    allergies,
    arrive,
    dispense_labels,
    dispensing,
    edit,
    moves,
    orders,
    papers,
    pharmacy,
    prescribing,
    prescribing_acts,
    problems,
    queue,
    record,
    register,
    screen,
    search,
)

app_name = "patients"
urlpatterns = [
    path("patients/", search.search, name="search"),
    path("patients/register/", register.register, name="register"),
    path("patients/register/alike/", register.alike, name="alike"),
    path("patients/<uuid:patient_id>/", record.record, name="record"),
    path("patients/<uuid:patient_id>/banner/", record.banner, name="banner"),
    path("patients/<uuid:patient_id>/edit/", edit.edit, name="edit"),
    path("patients/<uuid:patient_id>/alike/", edit.alike_to, name="alike_to"),
    path("patients/<uuid:patient_id>/allergies/", allergies.panel, name="allergies"),
    path("patients/<uuid:patient_id>/allergies/search/", allergies.search, name="allergy_search"),
    path(
        "patients/<uuid:patient_id>/allergies/<uuid:allergy_id>/withdraw/",
        allergies.withdraw,
        name="allergy_withdraw",
    ),
    path(
        "patients/<uuid:patient_id>/allergies/<uuid:allergy_id>/restore/",
        allergies.restore,
        name="allergy_restore",
    ),
    path("queue/", queue.queue, name="queue"),
    path("queue/undo/<uuid:move_id>/", moves.undo, name="undo"),
    path("queue/<uuid:ticket_id>/", moves.ticket, name="ticket"),
    path("queue/<uuid:ticket_id>/<slug:act>/", moves.move, name="move"),
    path("screen/", screen.screen, name="screen"),
    path("patients/<uuid:patient_id>/arrive/", arrive.arrive, name="arrive"),
    path("patients/<uuid:patient_id>/card/", papers.id_card, name="id_card"),
    path("tickets/<uuid:ticket_id>/print/", papers.ticket, name="print_ticket"),
    path("tickets/<uuid:ticket_id>/take-back/", arrive.take_back, name="take_back"),
    path("pharmacy/", pharmacy.pharmacy, name="pharmacy"),
    path("pharmacy/<uuid:prescription_id>/", dispensing.dispense, name="dispense"),
    path(
        "pharmacy/<uuid:prescription_id>/sheet/", dispensing.dispense_sheet, name="dispense_sheet"
    ),
    path("pharmacy/<uuid:prescription_id>/labels/", dispense_labels.labels, name="labels"),
    path("pharmacy/undo/<uuid:dispense_id>/", dispensing.dispense_undo, name="dispense_undo"),
    path("patients/<uuid:patient_id>/problems/", problems.list_of, name="problems"),
    path("patients/<uuid:patient_id>/problems/search/", problems.search, name="problem_search"),
    path("problems/<uuid:problem_id>/", problems.change, name="problem"),
    path("visits/<uuid:visit_id>/prescribing/", prescribing.prescribing, name="prescribing"),
    path("visits/<uuid:visit_id>/prescribing/read/", prescribing.read, name="read_line"),
    path("visits/<uuid:visit_id>/prescribing/add/", prescribing_acts.add, name="add_line"),
    path("visits/<uuid:visit_id>/prescribing/sign/", prescribing_acts.sign, name="prescribe"),
    path("visits/<uuid:visit_id>/prescribing/repeat/", prescribing_acts.repeat, name="repeat"),
    path(
        "visits/<uuid:visit_id>/prescribing/lines/<uuid:line_id>/remove/",
        prescribing_acts.remove,
        name="remove_line",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/lines/<uuid:line_id>/restore/",
        prescribing_acts.restore,
        name="restore_line",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/lines/<uuid:line_id>/settle/",
        prescribing_acts.settle,
        name="settle_line",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/lines/<uuid:line_id>/star/",
        prescribing_acts.star,
        name="star_line",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/<uuid:prescription_id>/undo/",
        prescribing_acts.undo,
        name="undo_prescription",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/<uuid:prescription_id>/cancel/",
        prescribing_acts.cancel,
        name="cancel_prescription",
    ),
    path(
        "visits/<uuid:visit_id>/prescribing/<uuid:prescription_id>/replace/",
        prescribing_acts.replace,
        name="replace_prescription",
    ),
    path("visits/<uuid:visit_id>/orders/", orders.orders, name="orders"),
    path("visits/<uuid:visit_id>/orders/send/", orders.send, name="order_tests"),
    path("visits/<uuid:visit_id>/orders/undo/", orders.undo, name="undo_orders"),
    path(
        "visits/<uuid:visit_id>/orders/<uuid:request_id>/cancel/",
        orders.cancel,
        name="cancel_test",
    ),
]
