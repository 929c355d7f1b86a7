// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/mpd/ack.hpp"
#include "dialects/mpd/client.hpp"
#include "dialects/mpd/database.hpp"
#include "dialects/mpd/desk.hpp"
#include "schedule/commands.hpp"
#include "schedule/view.hpp"
#include "store/store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace longwave::mpd {

/// One command that is being carried out. Its handler answers exactly once, now or later, on the station
/// loop; what it puts into `out` before stands before that answer.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(Desk& at, std::shared_ptr<Client> from, std::string name, std::vector<std::string> arguments)
      : desk(at), client(std::move(from)), command(std::move(name)), args(std::move(arguments)) {}

  Desk& desk;
  const std::shared_ptr<Client> client;
  const std::string command;
  const std::vector<std::string> args;
  std::string out;

  void ok();
  void fail(const Refusal& refusal);
  void fail(Ack code, std::string message) { fail(refuse(code, std::move(message))); }
  void fail(const Error& error) { fail(refuse(error)); }
  /// No answer: the connection goes.
  void close();
  /// No answer now: idle.
  void wait();

  const Rooms& rooms() const { return desk.rooms(); }
  schedule::ViewPtr view() const;
  StationId station() const { return client->partition; }

  /// Gives a command to the station; `then` instead of ok().
  void steer(schedule::Command what, std::function<void(const schedule::Answer&)> then = {});

  /// `job` runs on a reading thread of the store; `then` here with what it gave, or the call fails.
  template <class T>
  void read(std::function<Answer<T>(Database&)> job, std::function<void(T)> then) {
    auto outcome = std::make_shared<std::optional<Answer<T>>>();
    rooms().store.read(
        [job = std::move(job), outcome, roots = &rooms().roots](store::Session& session) {
          Database database(session, *roots);
          outcome->emplace(job(database));
        },
        back<T>(outcome, std::move(then)));
  }
  /// The same on the writing thread; `then` when it is on disk.
  template <class T>
  void write(std::function<Answer<T>(Database&)> job, std::function<void(T)> then) {
    auto outcome = std::make_shared<std::optional<Answer<T>>>();
    rooms().store.write(
        [job = std::move(job), outcome, roots = &rooms().roots](store::Session& session) {
          Database database(session, *roots);
          outcome->emplace(job(database));
        },
        back<T>(outcome, std::move(then)));
  }
  /// The most usual: what is read is the answer.
  void answer(std::function<Answer<std::string>(Database&)> job) {
    read<std::string>(std::move(job), [self = shared_from_this()](const std::string& text) {
      self->out += text;
      self->ok();
    });
  }

 private:
  friend class Desk;
  template <class T>
  store::Store::Done back(std::shared_ptr<std::optional<Answer<T>>> outcome, std::function<void(T)> then) {
    return [self = shared_from_this(), post = rooms().post, outcome = std::move(outcome),
            then = std::move(then)](const std::exception_ptr& failure) mutable {
      post([self = std::move(self), outcome = std::move(outcome), then = std::move(then),
            failed = failure != nullptr] {
        if (failed) return self->fail(Ack::system, "the database can't do that at present");
        if (!**outcome) return self->fail((*outcome)->error());
        then(std::move(**outcome).value());
      });
    };
  }

  bool answered_ = false;
  std::optional<Refusal> refusal_;
  bool close_ = false;
  bool wait_ = false;
};
using CallPtr = std::shared_ptr<Call>;

/// One row of the table of commands.
struct Command {
  std::string_view name;
  unsigned permission;
  int least;  ///< arguments; -1: not looked at
  int most;   ///< -1: any
  void (*handler)(const CallPtr&);
};
const std::vector<Command>& commands();  ///< by name
const Command* find_command(std::string_view name);
/// What the table says against a call: permission, number of arguments.
std::optional<Refusal> check(const Command& command, unsigned permissions, std::size_t arguments);

// The commands of each file, for the table.
std::vector<Command> connection_commands();
std::vector<Command> status_commands();
std::vector<Command> transport_commands();
std::vector<Command> option_commands();
std::vector<Command> queue_commands();
std::vector<Command> queue_list_commands();
std::vector<Command> database_commands();
std::vector<Command> folder_commands();
std::vector<Command> playlist_commands();
std::vector<Command> picture_commands();
std::vector<Command> sticker_commands();
std::vector<Command> partition_commands();
std::vector<Command> message_commands();
std::vector<Command> output_commands();

// --- arguments

using Args = std::vector<std::string>;

/// The argument at an index, or nothing.
inline std::optional<std::string> argument(const Call& call, std::size_t index) {
  if (index >= call.args.size()) return std::nullopt;
  return call.args[index];
}

/// `5`, or relative to what is current: `+0` is right behind it, `-0` right before. `size` is the greatest
/// that fits.
Answer<std::size_t> parse_position(std::string_view text, const schedule::View& view, std::size_t size);
/// Where the current song stands in the queue.
std::optional<std::size_t> current_index(const schedule::View& view);

/// Fails the call and gives nullopt when there is nothing to go on with.
template <class T>
std::optional<T> need(const CallPtr& call, Answer<T> answer) {
  if (!answer) {
    call->fail(answer.error());
    return std::nullopt;
  }
  return std::move(*answer);
}

}  // namespace longwave::mpd
