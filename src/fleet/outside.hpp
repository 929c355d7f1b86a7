// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "fleet/ports.hpp"
#include "schedule/rules/programme.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

/// What a node asks of the rest of the program. Called on the node's loop; nothing here waits. A `done` may
/// be called on any thread, and need not be called at all.
class Outside {
 public:
  using Programme = std::shared_ptr<const rules::Programme>;

  /// nullptr: it can't be read at present.
  virtual void read_programme(const std::string& radio_uuid, UniqueFunction<void(Programme)> done) = 0;
  /// As radios::Source::file().
  virtual std::string file(std::uint32_t key) const = 0;
  /// By how much a file of that name is to be raised; 0 also if nobody has measured it. Quick: from memory.
  virtual double gain_db(std::string_view) const { return 0; }
  /// Is there such a radio, and may it play?
  virtual void has_radio(const std::string& radio_uuid, UniqueFunction<void(bool)> done) = 0;
  virtual void all_radios(UniqueFunction<void(std::vector<std::string>)> done) = 0;
  virtual void find_user(const Credentials& credentials, UniqueFunction<void(User)> done) = 0;
  /// For the web application. Reports of one radio are kept in their order.
  virtual void report(const Report& report) = 0;
  /// This scheduler has the lease, with that term, which everything that is written for it carries.
  virtual void reigns(std::int64_t /*term*/) {}
  /// As fleet::Port has them.
  virtual void played(Played) {}
  virtual void request_started(const std::string& /*radio_uuid*/, std::int64_t /*request*/) {}
  /// What the web application has changed is wanted. What is found is put into the table of events, followed
  /// by Node::wake_up().
  virtual void events_wanted() {}
  /// How many reports wait, for the status page.
  virtual std::size_t reports_waiting() const = 0;

 protected:
  ~Outside() = default;
};

}  // namespace longwave::fleet
