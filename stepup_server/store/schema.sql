-- Version 1. Rows are those of stepup_server/core/commands.py, where each column is described.
-- States and structured values are text, so that a person can read them.
-- There are no foreign keys: the core is the judge of the graph, and the rows of a group come in any order.

CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    workdir TEXT NOT NULL,
    state TEXT NOT NULL,
    creator INTEGER,
    detached INTEGER NOT NULL,
    need INTEGER NOT NULL,
    shell INTEGER NOT NULL,
    source_file TEXT NOT NULL,
    source_line INTEGER NOT NULL,
    position INTEGER NOT NULL,
    resources TEXT NOT NULL,
    environment_overrides TEXT NOT NULL,
    duration_s REAL NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    volatiles TEXT NOT NULL,
    environment TEXT NOT NULL,
    globs TEXT NOT NULL,
    directories TEXT NOT NULL,
    input_digest BLOB,
    output_digest BLOB,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    spoke INTEGER NOT NULL,
    deferred INTEGER NOT NULL,
    defer_count INTEGER NOT NULL
);

-- An inode above 2^63 is stored as its negative twin, as SQLite has signed integers only.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    creator INTEGER,
    detached INTEGER NOT NULL,
    position INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    digest BLOB,
    mode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL
);

CREATE TABLE tree (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    creator INTEGER,
    detached INTEGER NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE output (
    step INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL,
    "end" TEXT NOT NULL,
    stdout BLOB NOT NULL,
    stderr BLOB NOT NULL,
    wall_s REAL NOT NULL,
    cpu_s REAL NOT NULL,
    rss_bytes_max INTEGER NOT NULL
);

CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
