// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/peer.hpp"

#include <boost/json.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longwave::rpc::testing {

/// An outlet that keeps what it is given and says whatever the test wants about its queue.
class Box final : public Outlet {
 public:
  void send(Message message) override { sent.push_back(std::move(message)); }
  std::size_t queued_bytes() const override { return queued; }
  void tell_when_drained() override { ++asked; }
  void tell_when_due() override { ++due; }
  std::optional<Fault> admit() override { return refusal; }
  void on_garbage() override { ++garbage; }
  void close(std::uint16_t code, std::string_view) override { closed.push_back(code); }

  std::vector<std::string> take() {
    std::vector<std::string> texts;
    for (Message& message : sent) texts.push_back(std::move(message.text));
    sent.clear();
    return texts;
  }

  std::vector<Message> sent;
  std::size_t queued = 0;
  int asked = 0, due = 0, garbage = 0;
  std::optional<Fault> refusal;
  std::vector<std::uint16_t> closed;
};

/// A peer in a test: tasks of the loop and of the pool are run by hand.
class Conversation {
 public:
  explicit Conversation(const Table& table, Caller caller = {.role = Role::admin, .user = "ada"},
                        Terms terms = {})
      : around_{.table = table,
                .post = [this](Task task) { loop.push_back(std::move(task)); },
                .run =
                    [this](Run run, Task task) {
                      if (refuse_to_run) throw std::runtime_error("full");
                      (run == Run::store ? store : pool).push_back(std::move(task));
                    },
                .clock = &clock} {
    peer.emplace(around_, box, std::make_shared<const Caller>(std::move(caller)), terms);
  }

  /// What is answered at once to one message.
  std::vector<std::string> say(std::string_view text) {
    peer->receive(text);
    return box.take();
  }
  std::string ask(std::string_view text) {
    const auto answers = say(text);
    return answers.size() == 1 ? answers[0] : "(" + std::to_string(answers.size()) + " answers)";
  }

  static void run(std::deque<Task>& tasks) {
    while (!tasks.empty()) {
      Task task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }

  ManualClock clock;
  std::deque<Task> loop, store, pool;
  bool refuse_to_run = false;
  Box box;
  Surroundings around_;
  std::optional<Peer> peer;
};

/// The methods of the examples of the JSON-RPC 2.0 specification, and some that wait or answer many times.
class Methods {
 public:
  Methods() {
    const auto sum = [](const Call& call, const Responder& answer) {
      std::int64_t total = 0;
      for (const auto n : call.integers("numbers")) total += n;
      answer.finish(total);
    };
    table.add({.name = "subtract",
               .params = {integer("minuend"), integer("subtrahend")},
               .result = integer(),
               .handler = [](const Call& call, const Responder& answer) {
                 answer.finish(call.integer("minuend") - call.integer("subtrahend"));
               }});
    for (const char* name : {"update", "notify_hello", "notify_sum"})
      table.add({.name = name,
                 .params = {any("a").optional(), any("b").optional(), any("c").optional(),
                            any("d").optional(), any("e").optional()},
                 .handler = [this](const Call& call, const Responder& answer) {
                   notified.emplace_back(call.method());
                   answer.finish(nullptr);
                 }});
    table.add(
        {.name = "sum",
         .params = {integer("a"), integer("b"), integer("c")},
         .handler = [](Call c, Responder r) { r.finish(c.integer("a") + c.integer("b") + c.integer("c")); }});
    table.add({.name = "total", .params = {array("numbers", integer()).max(5)}, .handler = sum});
    table.add({.name = "get_data", .handler = [](const Call&, const Responder& answer) {
                 answer.finish(boost::json::array{"hello", 5});
               }});
    table.add(
        {.name = "throw", .handler = [](Call, Responder) { throw std::runtime_error("secret detail"); }});
    table.add({.name = "forget", .handler = [](Call, Responder) {}});
    table.add({.name = "refuse", .handler = [](Call, const Responder& answer) {
                 answer.fail(error(Errc::conflict, "already playing"));
               }});
    table.add({.name = "secret", .role = Role::admin, .handler = [](Call, const Responder& answer) {
                 answer.finish(42);
               }});
    for (const char* name : {"wait", "wait.store", "wait.pool"})
      table.add({.name = name,
                 .run = name == std::string("wait")         ? Run::inline_
                        : name == std::string("wait.store") ? Run::store
                                                            : Run::pool,
                 .many = true,
                 .handler = [this](Call, Responder answer) { waiting.push_back(std::move(answer)); }});
  }

  Table table;
  std::vector<std::string> notified;
  std::vector<Responder> waiting;
};

inline int code_of(std::string_view answer) {
  const boost::json::value value = boost::json::parse(answer);
  const auto* error = value.as_object().if_contains("error");
  return error && error->is_object() ? static_cast<int>(error->at("code").as_int64()) : 0;
}

}  // namespace longwave::rpc::testing
