// SPDX-License-Identifier: Apache-2.0
#include "library/schema_files.hpp"

namespace longwave::library {

// States and kinds: UploadState, UploadKind. Rows of what has ended count to quotas for a day.
const char* const file_tables = R"sql(
CREATE TABLE library_upload (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha1 TEXT NOT NULL,
  who TEXT NOT NULL,
  kind INTEGER NOT NULL,
  tag TEXT NOT NULL,
  state INTEGER NOT NULL,
  problem TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL DEFAULT '',
  track_id INTEGER NOT NULL DEFAULT 0,
  path TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX library_upload_who ON library_upload(who, created_ms);
CREATE TABLE library_package (
  token TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  format INTEGER NOT NULL,
  tracks INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

}  // namespace longwave::library
