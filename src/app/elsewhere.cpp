// SPDX-License-Identifier: Apache-2.0
#include "app/elsewhere.hpp"

#include "access/password.hpp"
#include "access/station_roles.hpp"
#include "app/ground.hpp"
#include "app/stations.hpp"
#include "base/log.hpp"
#include "fleet/changes.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace longwave::app {
namespace {

constexpr Duration look_every = std::chrono::seconds{1};

/// What is read on the store's writing thread, behind everything that this program wrote before.
struct Taken {
  fleet::SharedChanges changes;
  Task users, roles;
};

void read(store::Session& session, Ground& ground, std::int64_t last, Taken& taken) {
  taken.changes = fleet::changes_since(session, last);
  const auto& changes = taken.changes;
  const auto these = [&](const std::vector<std::string>& names) {
    return changes.everything ? nullptr : &names;
  };
  if (changes.everything || !changes.users.empty() || !changes.sessions.empty())
    taken.users = ground.users().read_again(session, these(changes.users), these(changes.sessions));
  if (changes.everything || !changes.role_slugs.empty())
    taken.roles = ground.users().station_roles().read_again(session, these(changes.role_slugs));
}

}  // namespace

Elsewhere::Elsewhere(Ground& ground, Stations& stations)
    : ground_(ground),
      stations_(stations),
      post_(stations.loop().poster()),
      timer_(stations.loop()),
      last_(ground.first_change()),
      program_(access::random_token(9)) {}

void Elsewhere::start() {
  if (last_ < 0) return;  // nobody else is there
  timer_.every(look_every, [this] { look(); });
  auto& library = stations_.library();
  on_happened_ = library.happened.connect([this](const library::Changed&) { changed_here_ = true; });
  on_catalogue_ = library.catalogue_changed.connect([this](const library::CatalogueChanged&) {
    if (std::exchange(changed_here_, false)) note_library();  // else it was read again for somebody else
  });
}

void Elsewhere::note_library() {
  ground_.store().write([name = program_](store::Session& session) { fleet::note_library(session, name); },
                        [](const std::exception_ptr& failure) {
                          if (failure) log::warn("other nodes couldn't be told that the library changed");
                        });
}

void Elsewhere::look() {
  if (std::exchange(looking_, true)) return;
  auto newest = std::make_shared<std::int64_t>(last_);
  ground_.store().read([newest](store::Session& session) { *newest = fleet::last_change(session); },
                       [this, newest](const std::exception_ptr&) {
                         post_([this, newest] {
                           looking_ = false;  // a database that is away is asked again
                           if (*newest != last_) take();
                         });
                       });
}

void Elsewhere::take() {
  looking_ = true;
  auto taken = std::make_shared<Taken>();
  ground_.store().write(
      [this, taken, last = last_](store::Session& session) { read(session, ground_, last, *taken); },
      [this, taken](const std::exception_ptr& failure) {
        if (!failure && taken->users) taken->users();
        if (!failure && taken->roles) taken->roles();
        post_([this, taken, failed = failure != nullptr] {
          looking_ = false;
          if (failed)
            return log::warn("what others changed in the database couldn't be read; again in a moment");
          auto& changes = taken->changes;
          last_ = changes.last;
          std::erase(changes.libraries, program_);
          if (changes.everything || !changes.libraries.empty()) stations_.library().read_again();
          if (stations_.plays()) return;  // nobody else changes them
          auto& keeper = stations_.keeper();
          if (changes.everything)
            for (const auto id : keeper.stations()) changes.stations.push_back(id);
          keeper.changed_elsewhere(changes.stations);
        });
      });
}

}  // namespace longwave::app
