"""Who comes today: why, how long ago, and how far they have got."""

from typing import NamedTuple

from patients.models import Visit

State, Kind = Visit.State, Visit.Kind


class Plan(NamedTuple):
    """Why somebody came, how long ago, how far they have got, and what was ordered.

    `problem` is how the code of a diagnosis begins that fits the reason.
    """

    minutes_ago: int
    state: Visit.State
    kind: Visit.Kind
    reason: str
    tests: tuple[tuple[str, str], ...] = ()
    medicines: tuple[str, ...] = ()
    handed_out: str = ""
    is_ill: bool = False
    problem: str = ""


PLANS = (
    Plan(4, State.REGISTERED, Kind.WALK_IN, "Sore throat for three days"),
    Plan(9, State.REGISTERED, Kind.APPOINTMENT, "Blood pressure check", problem="I10"),
    Plan(16, State.REGISTERED, Kind.WALK_IN, "Itching rash on both arms"),
    Plan(23, State.TRIAGED, Kind.WALK_IN, "Fever and cough", is_ill=True),
    Plan(37, State.TRIAGED, Kind.APPOINTMENT, "Diabetes follow-up", problem="E11"),
    Plan(44, State.IN_CONSULTATION, Kind.EMERGENCY, "Chest pain since this morning", is_ill=True),
    Plan(58, State.IN_CONSULTATION, Kind.APPOINTMENT, "Headaches"),
    Plan(
        79,
        State.AWAITING_RESULTS,
        Kind.WALK_IN,
        "Tired and short of breath",
        tests=(("CBC", "requested"), ("BMP", "requested")),
    ),
    Plan(
        95,
        State.AWAITING_RESULTS,
        Kind.APPOINTMENT,
        "Kidney function check",
        problem="N18",
        tests=(("BMP", "resulted"), ("A1C", "received")),
    ),
    Plan(
        110,
        State.AWAITING_RESULTS,
        Kind.WALK_IN,
        "Pain on passing urine",
        tests=(("UA", "in_progress"),),
        medicines=("NITROFURANTOIN-100MG-C",),
    ),
    Plan(
        126,
        State.READY_TO_BILL,
        Kind.WALK_IN,
        "Sinusitis",
        medicines=("AMOXICILLIN-500MG-C", "PARACETAMOL-500MG-T"),
    ),
    Plan(
        141,
        State.READY_TO_BILL,
        Kind.APPOINTMENT,
        "Asthma review",
        problem="J4",
        medicines=("SALBUTAMOL-100MCG-INH", "FLUTICASONEAND-250MCG-INH"),
        handed_out="some",
    ),
    Plan(158, State.READY_TO_BILL, Kind.APPOINTMENT, "Thyroid check", tests=(("TSH", "verified"),)),
    Plan(
        177,
        State.CLOSED,
        Kind.WALK_IN,
        "Sprained ankle",
        medicines=("IBUPROFEN-400MG-T",),
        handed_out="all",
    ),
    Plan(
        201,
        State.CLOSED,
        Kind.APPOINTMENT,
        "Hypertension follow-up",
        problem="I10",
        medicines=("AMLODIPINE-5MG-T", "LISINOPRIL-10MG-T"),
        handed_out="all",
    ),
    Plan(226, State.CLOSED, Kind.APPOINTMENT, "Yearly medical examination"),
)
