// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace longwave::store {

/// Why the database could not do something. `what()` is for the log, never for a client.
enum class FailureKind {
  disk_full,     ///< no room for the change; nothing of it was kept
  io,            ///< reading or writing the file failed; nothing of the change was kept
  busy,          ///< another process holds the database for longer than the busy time-out
  constraint,    ///< a uniqueness, foreign-key or check rule of the schema said no
  in_doubt,      ///< the server went away during the commit: the change was kept, or it wasn't
  newer_schema,  ///< the database was written by a newer program; this one must not touch it
  damaged,       ///< the file isn't a database, or is a damaged one
  closed,        ///< the store is closed, or closing
  fenced,        ///< the lease under which this was to be written is somebody else's now (store/lease.hpp)
  queue_full,    ///< more jobs are waiting than the limit allows; try again later
  other,
};

/// The failing environment (docs/adr: error kinds): thrown by Session, and handed to a job's `done`.
class Failure : public std::runtime_error {
 public:
  Failure(FailureKind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  FailureKind kind() const { return kind_; }

 private:
  FailureKind kind_;
};

}  // namespace longwave::store
