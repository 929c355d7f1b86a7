// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include "real_postgresql.hpp"

#include <cstdlib>
#include <future>

namespace longwave::store {

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "longwave-store-XXXXXX").string();
  path_ = mkdtemp(name.data());
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<Database> databases() {
  return {
      {"sqlite_file", [](const Scratch& scratch) { return StoreOptions{.file = scratch.file("test.db")}; }},
      {"sqlite_memory", [](const Scratch&) { return StoreOptions{}; }},
      {"postgresql",
       [](const Scratch& scratch) {
         if (scratch.server().empty()) scratch.server() = postgresql().fresh();
         return StoreOptions{.file = {}, .server = scratch.server()};
       }},
  };
}

std::string postgresql_server() {
  return postgresql().fresh();
}

std::exception_ptr write_and_wait(Store& store, Store::Job job) {
  std::promise<std::exception_ptr> result;
  store.write(std::move(job), [&](std::exception_ptr error) { result.set_value(error); });
  return result.get_future().get();
}

FailureKind kind_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const Failure& failure) {
    return failure.kind();
  } catch (...) {
    ADD_FAILURE() << "not a store::Failure";
    return FailureKind::other;
  }
}

std::string text_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

std::int64_t count_notes(Store& store) {
  return store.read_now([](Session& s) { return *s.value<std::int64_t>("SELECT COUNT(*) FROM note"); });
}

}  // namespace longwave::store
