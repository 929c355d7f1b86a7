// SPDX-License-Identifier: Apache-2.0
// A chat for web pages, in JSON-RPC 1.0, on every path of one address:  chat [HOST:PORT]   (localhost:8888)
// Open http://localhost:8888/ in two windows.
#include "page.hpp"

#include "../listen_address.hpp"

#include <longwave/rpc.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace rpc = longwave::rpc;

class Chat;

/// Who is here. All instances live on the server's one loop, so nothing is locked.
struct Room {
  std::vector<Chat*> members;
  void tell_all(const std::string& method, const rpc::Params& params) const;
};

class Chat : public rpc::Service {
 public:
  explicit Chat(Room& room) : room_(room) {}

  static void methods(rpc::Methods<Chat>& add) {
    add.method("clients", &Chat::clients);
    add.method("set_username", &Chat::set_username, "name");
    add.method("say", &Chat::say, "text");
  }

 private:
  void on_open() override { room_.members.push_back(this); }
  void on_close(const rpc::CloseReason&) override {
    std::erase(room_.members, this);
    room_.tell_all("joinpart", {});
  }

  std::vector<std::string> clients() const {
    std::vector<std::string> names;
    for (const Chat* member : room_.members) names.push_back(member->name_);
    return names;
  }
  void set_username(std::string name) {
    name_ = std::move(name);
    room_.tell_all("joinpart", {});
  }
  void say(const std::string& text) { room_.tell_all("message", {name_, text}); }

  Room& room_;
  std::string name_;  // empty: has not said it
};

void Room::tell_all(const std::string& method, const rpc::Params& params) const {
  for (Chat* member : members) member->notify(method, params);
}

int main(int count, char** words) {
  Room room;
  rpc::Server server({.listen = {listen_address(count, words, "localhost", "8888")}});
  auto& options = server.serve<Chat>("*", std::ref(room));
  options.dialect = rpc::Dialect::v1;
  options.origins.any = true;  // a demonstration: pages from anywhere may talk here
  options.page = chat_page;
  if (auto done = server.run(); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  return 0;
}
