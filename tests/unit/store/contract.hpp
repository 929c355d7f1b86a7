// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace longwave::store {

/// A folder of its own for one test, gone afterwards.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  /// The database of the test on a server; empty until somebody wants one.
  std::string& server() const { return server_; }

 private:
  std::filesystem::path path_;
  mutable std::string server_;
};

/// A kind of database that must behave like every other. A further one is one more entry in databases().
struct Database {
  std::string name;
  std::function<StoreOptions(const Scratch&)> options;
};
std::vector<Database> databases();
/// An empty one on the PostgreSQL of this process, for StoreOptions::server.
std::string postgresql_server();

inline const char* const notes_table =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, score REAL, raw BLOB)";
inline std::vector<RoomMigrations> notes() {
  return {{"notes", {{1, notes_table}}}};
}

/// What a `done` got: waits for it.
std::exception_ptr write_and_wait(Store& store, Store::Job job);
FailureKind kind_of(std::exception_ptr error);
std::string text_of(std::exception_ptr error);
std::int64_t count_notes(Store& store);

}  // namespace longwave::store
