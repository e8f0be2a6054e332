"""What billing adds to the rail."""

from billing.queries.refunds import waiting_for_leave
from billing.queries.till import waiting_to_pay
from core.shell.menu import MenuEntry

ENTRIES = (
    MenuEntry(
        "till",
        "Till",
        "cash",
        "billing:till",
        "billing.view_till",
        order=12,
        shortcut="g c",
        count=waiting_to_pay,
        hot=True,
        topics=("till", "queue"),
    ),
    MenuEntry(
        "invoices", "Invoices", "file-text", "billing:invoices", "billing.view_invoices", 60, "g i"
    ),
    MenuEntry(
        "refunds",
        "Refunds",
        "arrow-back-up",
        "billing:refunds",
        "billing.view_till",
        order=62,
        shortcut="g f",
        count=waiting_for_leave,
        topics=("till",),
    ),
    MenuEntry("shift", "Shift", "clock", "billing:shift", "billing.work_shift", 64, "g s"),
    MenuEntry("shifts", "Shifts", "clock", "billing:shifts", "billing.view_shifts", 65, "g s"),
    MenuEntry(
        "prices", "Prices", "list-details", "billing:prices", "billing.view_invoices", 66, "g e"
    ),
)
