-- Named blocks: a line `-- name: x` opens the statement (or script) called x.

-- name: schema
CREATE TABLE instance (
    id TEXT PRIMARY KEY,
    execution TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL,
    input TEXT,
    output TEXT,
    custom_status TEXT,
    failure BLOB,
    parent TEXT,
    parent_execution TEXT,
    parent_task INTEGER,
    created REAL NOT NULL,
    updated REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX instance_by_status ON instance (status, updated);
CREATE INDEX instance_by_parent ON instance (parent) WHERE parent IS NOT NULL;
-- One row per episode: what the orchestrator was told and what it decided (a HistoryChunk).
CREATE TABLE history (
    execution TEXT NOT NULL,
    n INTEGER NOT NULL,
    chunk BLOB NOT NULL,
    PRIMARY KEY (execution, n)
) WITHOUT ROWID;
-- Events accepted and not yet consumed by an episode.
CREATE TABLE inbox (
    execution TEXT NOT NULL,
    n INTEGER NOT NULL,
    event BLOB NOT NULL,
    PRIMARY KEY (execution, n)
) WITHOUT ROWID;
-- How often each activity was started, and how often the process ended while it ran.
CREATE TABLE activity (
    execution TEXT NOT NULL,
    task INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    running INTEGER NOT NULL,
    PRIMARY KEY (execution, task)
) WITHOUT ROWID;

-- name: instance_put
INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?, ?, ?, ?)

-- name: instance_update
UPDATE instance SET status = ?, custom_status = ?, updated = ? WHERE id = ?

-- name: instance_continue
UPDATE instance SET execution = ?, version = ?, status = ?, input = ?, custom_status = ?, updated = ? WHERE id = ?

-- name: instance_finish
UPDATE instance SET status = ?, output = ?, failure = ?, custom_status = ?, updated = ? WHERE id = ?

-- name: instance_delete
DELETE FROM instance WHERE id = ?

-- name: instance_get
SELECT id, name, version, execution, parent, status, input, output, custom_status, failure, created, updated
FROM instance WHERE id = ?

-- name: instance_brief
SELECT status, execution FROM instance WHERE id = ?

-- name: instances_live
SELECT id, execution, name, version, status, parent, parent_execution, parent_task FROM instance
WHERE status IN ('pending', 'running', 'suspended') ORDER BY created, id

-- name: instances_old
SELECT id, execution FROM instance
WHERE status IN ('completed', 'failed', 'terminated') AND updated < ? ORDER BY updated LIMIT ?

-- name: instance_children
SELECT id FROM instance WHERE parent = ?

-- name: history_put
INSERT INTO history VALUES (?, ?, ?)

-- name: history_get
SELECT chunk FROM history WHERE execution = ? ORDER BY n

-- name: history_delete
DELETE FROM history WHERE execution = ?

-- name: inbox_put
INSERT INTO inbox VALUES (?, ?, ?)

-- name: inbox_get
SELECT n, event FROM inbox WHERE execution = ? ORDER BY n

-- name: inbox_consume
DELETE FROM inbox WHERE execution = ? AND n < ?

-- name: inbox_delete
DELETE FROM inbox WHERE execution = ?

-- name: activity_put
INSERT OR REPLACE INTO activity VALUES (?, ?, ?, ?, ?)

-- name: activity_pause
UPDATE activity SET running = 0 WHERE execution = ? AND task = ?

-- name: activity_get
SELECT task, starts, crashes, running FROM activity WHERE execution = ?

-- name: activity_delete
DELETE FROM activity WHERE execution = ?
