"""`02-Mar-1988 09:20`, as everywhere in the clinic: no reader takes the day for the month."""

DATE_FORMAT = "d-M-Y"
SHORT_DATE_FORMAT = DATE_FORMAT
TIME_FORMAT = "H:i"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
