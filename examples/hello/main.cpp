// SPDX-License-Identifier: Apache-2.0
// The smallest service, and its client:  hello [HOST:PORT]   or   hello call URL NAME
#include "../listen_address.hpp"

#include <longwave/rpc.hpp>

#include <iostream>

namespace rpc = longwave::rpc;

class Hello : public rpc::Service {
 public:
  static void methods(rpc::Methods<Hello>& add) { add.method("hello", &Hello::hello, "name"); }

 private:
  rpc::Json hello(const rpc::Call& call, const std::string& name) {
    std::cout << "got hello from " << name << std::endl;
    if (call.id() == "null") return nullptr;  // a notification: nobody reads the answer
    return {"hi, " + name};                   // an array of one greeting, as in the original's document
  }
  void on_open() override {
    const auto& request = upgrade_request();
    std::cout << request.path << " from " << request.peer.ip << std::endl;
    notify("hello", {"me"});
  }
  void on_close(const rpc::CloseReason& reason) override {
    std::cout << "closed with " << reason.code << std::endl;
  }
};

/// Says hello and prints the answer. The server says hello too: a Hello at this end hears it.
int call(const std::string& url, const std::string& name) {
  rpc::Client client;
  if (auto done = client.connect<Hello>(url); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  const rpc::Reply reply = client.call("hello", {name});
  if (!reply) {
    std::cerr << reply.error().message << '\n';
    return 1;
  }
  std::cout << *reply << '\n';
  return 0;
}

int main(int count, char** words) {
  if (count == 4 && std::string(words[1]) == "call") return call(words[2], words[3]);
  rpc::Server server({.listen = {listen_address(count, words, "localhost", "8888")}});
  server.serve<Hello>("*");
  if (auto done = server.run(); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  return 0;
}
