// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/users.hpp"
#include "app/config.hpp"
#include "app/data_folder.hpp"
#include "audio/rendition_cache.hpp"
#include "base/clock.hpp"
#include "io/pool.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace longwave::app {

/// Which database the configuration wants; `file` is the one of the data folder.
Result<store::StoreOptions> store_options(const Config& config, std::filesystem::path file);

/// Opens the database with the tables of every room. Throws store::Failure, also for an address that is none.
/// `sole`: as store::StoreOptions has it.
std::unique_ptr<store::Store> open_store(const Config& config, const DataFolder& data, bool sole = false);

/// The same database beside whoever has it open, to read in it. Nothing is made or changed. Throws
/// store::Failure, also if there is none.
std::unique_ptr<store::Store> look_into_store(const Config& config);

/// What everything else stands on: the data folder, the database, the people who may log in, and the threads
/// for what blocks. Made first, destroyed last.
class Ground {
 public:
  Ground(const Config& config, DataFolder data, const Clock& clock);

  const DataFolder& data() const { return data_; }
  const Clock& clock() const { return clock_; }
  store::Store& store() { return *store_; }
  /// What was changed by then is in everything that was read (fleet/changes.hpp); -1: no other program
  /// changes this database.
  std::int64_t first_change() const { return first_change_; }
  access::Users& users() { return users_; }
  audio::RenditionCache& cache() { return cache_; }
  io::Pool& media() { return media_; }        ///< decode, encode, analyse
  io::Pool& blocking() { return blocking_; }  ///< files, pictures, passwords

  /// Everything that was given to the store is on disk; the threads have ended.
  void stop();

 private:
  DataFolder data_;
  const Clock& clock_;
  std::unique_ptr<store::Store> store_;
  std::int64_t first_change_;
  access::Users users_;
  audio::RenditionCache cache_;
  io::Pool media_;
  io::Pool blocking_;
};

}  // namespace longwave::app
