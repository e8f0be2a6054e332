#!/bin/bash
# mongod as a replica set of one, with authentication. The members' key is made once, in the volume.
set -euo pipefail
key=/data/db/keyfile
if [ ! -f "$key" ]; then
    head -c 48 /dev/urandom | base64 -w 0 >"$key.new"
    mv "$key.new" "$key"
fi
chmod 600 "$key"
chown -R mongodb:mongodb /data/db
exec gosu mongodb mongod --dbpath /data/db --bind_ip_all --replSet rs0 --keyFile "$key" \
    --noscripting --networkMessageCompressors snappy,zstd
