// SPDX-License-Identifier: Apache-2.0
#include "fleet/webapp_calls.hpp"
#include "unit/fleet/world.hpp"
#include "unit/golden.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

// tests/golden/scheduler/exchanges.txt: what is said to the scheduler, and everything it says then. After a
// change that is meant: LONGWAVE_WRITE_GOLDEN=1 unit_fleet --gtest_filter='Exchanges.*', then read the
// difference.
namespace longwave::fleet {
namespace {

const WebappPlace place{"http://app", "s3cret"};

const Account* account_of(std::int64_t user) {
  static const Account ada{"ada", "k3y"};
  return user == 42 ? &ada : nullptr;
}

/// A scheduler whose every word is a line.
struct Conversation : World {
  explicit Conversation(SchedulerOptions options) : World(options) {}

  void send(std::string_view streamer, const ToStreamer& message,
            const std::optional<Stamp>& stamp) override {
    lines.push_back(fmt::format("  {} < {}", streamer, format(message, stamp)));
    said_types.insert(std::string(type_of(message)));
  }
  void report(const Report& report) override { call(request_of({report}, place, account_of)); }
  void find_user(std::uint64_t ticket, const Credentials& credentials) override {
    last_ticket = ticket;
    const auto request =
        credentials.auth_token ? token_request(*credentials.auth_token, place) : std::nullopt;
    if (request) call(*request);
  }
  void call(const http::Request& request) {
    lines.push_back(fmt::format("  {} {}{}{}", request.method, request.url, request.body.empty() ? "" : " ",
                                request.body));
  }

  /// One line of the file that says something.
  void hear(const std::string& line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space), rest = line.substr(space + 1);
    if (word == ">") {
      const auto message = parse_from_streamer(rest);
      if (message) heard_types.insert(std::string(type_of(*message)));
      scheduler.received(rest);
    } else if (word == "yaapp>") {
      scheduler.app_received(rest);
    } else if (word == "app>") {
      http::Answer answer;
      answer.status = std::stoi(rest);
      if (const auto body = rest.find(' '); body != std::string::npos) answer.body = rest.substr(body + 1);
      scheduler.user_found(last_ticket, user_of(answer));
    } else if (word == "user>") {  // by name and key, which our own database knows
      scheduler.user_found(last_ticket, {std::stoll(rest), true});
    } else if (word == "+") {  // seconds, and who answers pings meanwhile
      std::stringstream words(rest);
      int seconds = 0;
      words >> seconds;
      std::vector<std::string> alive;
      for (std::string name; words >> name;) alive.push_back(name);
      pass_alive(std::chrono::seconds{seconds}, alive);
    } else {
      ADD_FAILURE() << "what is this? " << line;
    }
    settle();
  }

  std::vector<std::string> lines;
  std::set<std::string> said_types, heard_types;
  std::uint64_t last_ticket = 0;
};

TEST(Exchanges, are_as_they_were) {
  const std::string name = "scheduler/exchanges.txt";
  const auto before = golden_text(name);
  std::stringstream file(before);
  std::string made;
  std::unique_ptr<Conversation> conversation;
  std::set<std::string> said, heard;
  const auto end = [&] {
    if (!conversation) return;
    said.merge(conversation->said_types);
    heard.merge(conversation->heard_types);
    conversation.reset();
  };
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  ")) continue;  // what was said last time
    made += line + "\n";
    if (line.empty() || line.starts_with("#")) continue;
    if (line.starts_with("== ")) {
      end();
      SchedulerOptions options;
      options.term = 7;
      if (line.ends_with("(takeover)")) options.on_second_streamer = OnSecondStreamer::takeover;
      if (line.ends_with("(clean)")) options.streamer_loss = StreamerLoss::clean;
      conversation = std::make_unique<Conversation>(options);
      continue;
    }
    ASSERT_TRUE(conversation) << "a line before the first title: " << line;
    conversation->hear(line);
    for (const auto& one : std::exchange(conversation->lines, {})) made += one + "\n";
  }
  end();
  if (std::getenv("LONGWAVE_WRITE_GOLDEN")) std::ofstream(golden_folder() / name, std::ios::binary) << made;
  EXPECT_EQ(golden_text(name), made);
  EXPECT_EQ(heard.size(), std::variant_size_v<FromStreamer>) << "a message to the scheduler isn't among them";
  EXPECT_EQ(said.size(), std::variant_size_v<ToStreamer>) << "a message to streamers isn't among them";
}

}  // namespace
}  // namespace longwave::fleet
