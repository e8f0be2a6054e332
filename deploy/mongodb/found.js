// Run by the health check. The first time it forms the replica set and makes the users; afterwards it
// fails unless this member is the primary. Until the first user exists, a stranger on the server's own
// address may do so.
const env = process.env;
const admin = db.getSiblingDB("admin");
const name = "seth_clinic_mongo";
const users = {
  clinic_owner: [env.CLINIC_OWNER_PASSWORD, ["readWrite", "dbAdmin"]],
  clinic_app: [env.CLINIC_APP_PASSWORD, ["clinicAdder"]],
  clinic_read: [env.CLINIC_READ_PASSWORD, ["read"]],
  clinic_archiver: [env.CLINIC_ARCHIVER_PASSWORD, ["clinicArchiver"]],
};

// Pages and relay find and add; what is in the log they can neither change nor remove.
const looks = ["find", "listCollections", "listIndexes", "collStats", "dbStats", "killCursors"];
const adds = [
  { resource: { db: name, collection: "" }, actions: [...looks, "insert"] },
  { resource: { db: name, collection: "connection_trials" }, actions: ["remove"] },
];
// The archiver takes out of the log what its files hold, and can neither add nor change.
const archives = [{ resource: { db: name, collection: "audit_logs" }, actions: ["remove"] }];

function isPrimary() {
  return admin.hello().isWritablePrimary === true;
}

function once(action, ...known) {
  try {
    action();
  } catch (error) {
    if (!known.includes(error.codeName) && !known.includes(error.code)) throw error;
  }
}

if (!admin.hello().setName) {
  const members = [{ _id: 0, host: "mongodb:27017" }];
  once(() => rs.initiate({ _id: "rs0", members }), "AlreadyInitialized", "Unauthorized");
}
for (let tries = 0; !isPrimary() && tries < 40; tries++) sleep(250);
if (!isPrimary()) quit(1);

const everything = [{ role: "root", db: "admin" }];
const root = { user: env.MONGODB_ADMIN_USER, pwd: env.MONGODB_ADMIN_PASSWORD, roles: everything };
once(() => admin.createUser(root), "Unauthorized", 13, 51003);
admin.auth(env.MONGODB_ADMIN_USER, env.MONGODB_ADMIN_PASSWORD);
for (const [role, privileges] of [["clinicAdder", adds], ["clinicArchiver", archives]]) {
  once(() => db.getSiblingDB(name).createRole({ role, privileges, roles: [] }), 51002);
}
for (const [user, [pwd, roles]] of Object.entries(users)) {
  const granted = roles.map((role) => ({ role, db: name }));
  once(() => admin.createUser({ user, pwd, roles: granted }), 51003);
}
