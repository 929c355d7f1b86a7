// SPDX-License-Identifier: Apache-2.0
// Serves, calls itself in both directions, prints what it heard. Uses nothing but the umbrella header.
#include <longwave/rpc.hpp>

#include <iostream>
#include <string>

#if defined(BOOST_ASIO_VERSION) || defined(BOOST_BEAST_VERSION)
#error "the network library shows through the public headers"
#endif

namespace rpc = longwave::rpc;

struct Echo : rpc::Service {
  static void methods(rpc::Methods<Echo>& add) {
    add.method(
        "echo", [](const rpc::Json& value) { return value; }, "value");
    add.method(
        "turn",
        [](Echo& me, const std::string& word, rpc::Responder answer) {
          me.request("backwards", {word},
                     {.callback = [answer](const rpc::Reply& reply) { answer.finish(*reply); }});
        },
        "word");
  }
};
struct Backwards : rpc::Service {
  static void methods(rpc::Methods<Backwards>& add) {
    add.method(
        "backwards", [](const std::string& word) { return std::string(word.rbegin(), word.rend()); }, "word");
  }
};

int main() {
  rpc::Server server({.listen = {"127.0.0.1:0"}});
  server.serve<Echo>("/");
  const auto listening = server.start();
  if (!listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  rpc::Client client;
  if (auto done = client.connect<Backwards>("ws://" + listening->at(0).text()); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  std::cout << *client.call("echo", {1}) << *client.call("turn", {"radar love"}) << std::endl;
  return 0;
}
