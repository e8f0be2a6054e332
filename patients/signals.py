"""What happened to a patient, told inside the transaction to whoever has to act on it.

Apps above this one connect in their AppConfig.ready; billing charges what was done. A receiver
that raises takes the act back. Senders are None; what is sent stands beside each signal.
"""

from django.dispatch import Signal

visit_started = Signal()
"""visit: Visit, by: User"""
consulted = Signal()
"""visit: Visit, by: User. The first consultation of a visit has ended."""
tests_ordered = Signal()
"""requests: list[LabRequest], by: User"""
test_cancelled = Signal()
"""request: LabRequest, by: User"""
dispensed = Signal()
"""dispenses: list[Dispense], by: User"""
returned = Signal()
"""dispense: Dispense, quantity: Decimal, by: User"""
move_undone = Signal()
"""move: TicketMove, visit: Visit, by: User. What the undone act had set off is taken back."""
visit_closed = Signal()
"""visit: Visit, by: User"""
