"""Every variable the clinic reads, with what it may be, what it is when absent, what it is for.

`.env.example` is written from this table: `python -m clinic.environment.example > .env.example`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic.environment import kinds
from clinic.environment.kinds import Kind


@dataclass(frozen=True)
class Variable:
    """`example` stands commented out in `.env.example`; `default` is its value when absent."""

    name: str
    kind: Kind
    default: Any
    example: str
    explanation: str


@dataclass(frozen=True)
class Section:
    title: str
    variables: tuple[Variable, ...]


NOTES_AND_COINS = ("100", "50", "20", "10", "5", "2", "1", "0.50", "0.25", "0.10", "0.05", "0.01")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
STOPS = ("triage", "consultation", "procedure", "laboratory", "pharmacy", "cash_desk", "reception")
STAFF = ("receptionist", "nurse", "clinician", "lab", "pharmacist", "cashier", "manager", "administrator", "auditor")  # fmt: skip
PLACES = ("development", "test", "staging", "production")

SERVERS = Section(
    "Where the servers are. Whichever of the three is left out, the clinic runs itself from a wheel.",
    (
        Variable("DATABASE_URL", kinds.postgresql_url, "", "postgresql://postgres:postgres123@localhost:5433/seth_clinic", "PostgreSQL 18 or newer, as the role of the pages. It should own no table."),
        Variable("MONGODB_URL", kinds.mongodb_url, "", "mongodb://admin:admin123@localhost:27017/seth_clinic_mongo?authSource=admin", "MongoDB 6 or newer, a replica set (of one member at least)."),
        Variable("REDIS_URL", kinds.redis_url, "", "redis://localhost:6380", "Valkey or Redis. It holds hints only: losing it loses no work."),
    ),
)  # fmt: skip
ROLES = Section(
    "The other roles of the same servers. Left out, each is DATABASE_URL's or MONGODB_URL's.",
    (
        Variable("DATABASE_OWNER_URL", kinds.postgresql_url, "", "postgresql://clinic_owner:password@localhost:5433/seth_clinic", "Who owns the tables: `manage.py migrate`."),
        Variable("DATABASE_RELAY_URL", kinds.postgresql_url, "", "postgresql://clinic_relay:password@localhost:5433/seth_clinic", "Who may mark outbox rows as delivered: `manage.py relay`."),
        Variable("DATABASE_POOL", kinds.number(2, 100), 16, "16", "The most connections one page server opens to PostgreSQL."),
        Variable("MONGODB_OWNER_URL", kinds.mongodb_url, "", "mongodb://clinic_owner:password@localhost:27017/seth_clinic_mongo?authSource=admin", "Who makes collections and indexes: `manage.py prepare_mongo`."),
        Variable("MONGODB_READ_URL", kinds.mongodb_url, "", "mongodb://clinic_read:password@localhost:27017/seth_clinic_mongo?authSource=admin", "Who may only read: the administration's lists."),
        Variable("MONGODB_ARCHIVER_URL", kinds.mongodb_url, "", "mongodb://clinic_archiver:password@localhost:27017/seth_clinic_mongo?authSource=admin", "Who takes entries a year old out of the audit: the worker, and `manage.py archive`."),
        Variable("MONGODB_NAME", kinds.mongodb_name, "", "seth_clinic_mongo", "MongoDB's database. Left out, it is the one in MONGODB_URL."),
    ),
)  # fmt: skip
CLINIC = Section(
    "The clinic.",
    (
        Variable("CLINIC_NAME", kinds.text, "Seth Clinic", "Seth Clinic", "The name on every page and paper."),
        Variable("CLINIC_ADDRESS", kinds.text, "", "12 Station Road; Nairobi", "Where it is, on papers; a semicolon begins a new line."),
        Variable("CLINIC_PHONE", kinds.text, "", "+254 20 555 0100", "How to reach it, on papers."),
        Variable("CLINIC_DEMO", kinds.boolean, None, "off", "Fill an empty clinic with invented people. On, except in production, where it is refused."),
        Variable("FIRST_STOP", kinds.choice(*STOPS), "", "consultation", "Where whoever comes in waits first. Left out, it is triage where there is a room for it."),
        Variable("TIME_ZONE", kinds.time_zone, "UTC", "Africa/Nairobi", "The clinic's own time."),
        Variable("CURRENCY", kinds.currency, "USD", "KES", "The one currency of prices and payments."),
        Variable("DENOMINATIONS", kinds.amounts, [Decimal(one) for one in NOTES_AND_COINS], "1000,500,200,100,50,40,20,10,5,1", "The notes and coins a cashier counts at the end of a shift."),
        Variable("DISCOUNT_LIMIT", kinds.number(0, 100), 20, "10", "Percent of a bill that a cashier may take off alone; beyond it somebody else must allow it."),
        Variable("LAB_SECOND_PERSON", kinds.boolean, False, "on", "Whether a laboratory result is verified by somebody else than who entered it."),
        Variable("PHONE_REGION", kinds.phone_region, "US", "KE", "Whose telephone numbers may be written without a country code."),
    ),
)  # fmt: skip
DOOR = Section(
    "Signing in, and what one person may do.",
    (
        Variable("SECOND_FACTOR_ROLES", kinds.several(*STAFF), [], "administrator,auditor", "Who must show a code or a passkey beside the password. Whoever has none is led to set one up."),
        Variable("RECORDS_AN_HOUR", kinds.number(20, 1_000_000), 300, "300", "How many patients' records one person may open within an hour. A program that copies opens more."),
        Variable("LOCK_AFTER", kinds.number(5, 43_200), 900, "900", "Seconds without a hand at keyboard or mouse after which a page asks for the password again."),
    ),
)  # fmt: skip
MACHINE = Section(
    "This machine.",
    (
        Variable("CLINIC_HOME", kinds.folder, "", "/srv/seth-clinic", "Data, secrets and logs of the clinic. Left out, it is var/ beside manage.py."),
        Variable("PORT", kinds.number(1, 65535), 5000, "5000", "Where the pages are served."),
        Variable("ENVIRONMENT", kinds.choice(*PLACES), "development", "production", "What this clinic is; production refuses demo accounts, DEBUG and well-known passwords."),
        Variable("ALLOWED_HOSTS", kinds.hosts, ["localhost", "127.0.0.1", "[::1]"], "clinic.example,192.168.1.20", "The names other PCs reach the clinic by."),
        Variable("CSRF_TRUSTED_ORIGINS", kinds.origins, [], "https://clinic.example", "The address in the browser, when a proxy stands in front."),
        Variable("TRUSTED_PROXIES", kinds.networks, [], "10.0.0.2,172.18.0.0/16", "Where your own proxies stand. Only of them is believed who asks and whether by https; left out, of nobody."),
        Variable("HTTPS", kinds.boolean, False, "on", "Whether browsers reach the clinic by https; cookies then travel by nothing else. Production wants it said."),
        Variable("SECRET_KEY", kinds.secret_key, "", "at-least-fifty-random-characters", "Signs sessions. Left out, the clinic makes one in CLINIC_HOME/secrets."),
        Variable("KEYS_FOLDER", kinds.folder, "", "/etc/seth-clinic/keys", "Where the keys are. Left out, CLINIC_HOME/secrets/keys."),
        Variable("AUDIT_CHECKPOINTS", kinds.text, "", "/mnt/worm/checkpoints.jsonl", "The file that tells how far the audit goes, best where nothing can be taken away again. Left out, it is in CLINIC_HOME/audit."),
        Variable("AUDIT_ARCHIVE", kinds.folder, "", "/mnt/worm/archive", "Where entries of the audit lie that are older than a year. Left out, CLINIC_HOME/audit/archive."),
        Variable("DEBUG", kinds.boolean, False, "off", "Error pages with the code and its variables, for developers only."),
        Variable("LOG_LEVEL", kinds.choice(*LEVELS), "WARNING", "INFO", "How much the logs say."),
    ),
)  # fmt: skip
KEYS = Section(
    "Keys from the environment, where a platform keeps secrets there. Better files: see KEYS_FOLDER.",
    tuple(
        Variable(f"KEY_{name}", kinds.encryption_keys, [], "64-hexadecimal-digits,newer-ones-behind", f"{what} Left out, a file.")
        for name, what in (
            ("ENVELOPE", "Wraps the data keys."),
            ("INDEX", "Finds phones and ID numbers that are encrypted."),
            ("ROW", "Signs changes as they are written."),
            ("SEAL", "Seals the audit: the relay, and whoever verifies."),
            ("CHECKPOINT", "Signs how far the audit goes: the relay alone."),
        )
    ),
)  # fmt: skip
FILES = Section(
    "Documents that people add: photos, scans, PDF files.",
    (
        Variable("UPLOAD_MEGABYTES", kinds.number(1, 500), 30, "60", "The largest file that is taken."),
        Variable("FILES_FOLDER", kinds.folder, "", "/srv/seth-clinic/documents", "Where they lie, sealed. Left out, CLINIC_HOME/documents."),
        Variable("FILES_S3_BUCKET", kinds.bucket, "", "seth-clinic-documents", "A bucket instead of the folder. Its credentials are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role."),
        Variable("FILES_S3_ENDPOINT", kinds.http_url, "", "https://s3.clinic.example:9000", "Where the bucket is, when it is not Amazon's."),
        Variable("CLAMD", kinds.socket_address, "", "/run/clamav/clamd.ctl", "The virus scanner: host:port, or its socket. Left out, files are shown as not scanned."),
    ),
)  # fmt: skip
COMPOSE = Section(
    "docker-compose alone: the passwords its servers are made with. Set them before the first start.",
    tuple(
        Variable(name, kinds.password, "", example, explanation)
        for name, example, explanation in (
            (
                "POSTGRES_PASSWORD",
                "postgres123",
                "PostgreSQL's superuser, for nothing but emergencies.",
            ),
            ("MONGODB_ADMIN_PASSWORD", "admin123", "MongoDB's administrator, likewise."),
            ("CLINIC_OWNER_PASSWORD", "clinic-owner-123", "Who owns tables and collections."),
            ("CLINIC_APP_PASSWORD", "clinic-app-123", "The pages."),
            ("CLINIC_RELAY_PASSWORD", "clinic-relay-123", "The relay."),
            ("CLINIC_READ_PASSWORD", "clinic-read-123", "The administration's lists."),
            (
                "CLINIC_ARCHIVER_PASSWORD",
                "clinic-archiver-123",
                "Who takes old entries out of the audit.",
            ),
        )
    ),
)

SECTIONS = (SERVERS, ROLES, CLINIC, DOOR, MACHINE, KEYS, FILES, COMPOSE)
VARIABLES = tuple(variable for section in SECTIONS for variable in section.variables)
