// SPDX-License-Identifier: Apache-2.0
// One call, many answers; cancel; and the server that calls its caller:
//   progress [HOST:PORT]         the server (localhost:8889)
//   progress call URL            a client that uses all of it
#include "../listen_address.hpp"

#include <longwave/rpc.hpp>

#include <future>
#include <iostream>
#include <memory>
#include <string>

namespace io = longwave::io;
namespace rpc = longwave::rpc;

/// A package that is being made: a hundred songs, one answer for each, and a last one.
struct Package {
  rpc::Responder answer;
  int total;
  std::string cover;  // makes the items as large as somebody wants them
  int done = 0;
};

/// Goes on until the caller has more unsent than it takes, and again when it has taken that.
void pack(const std::shared_ptr<Package>& package) {
  while (package->done < package->total) {
    if (package->answer.cancelled()) return;
    if (package->answer.paused()) return package->answer.when_ready([package] { pack(package); });
    const int song = ++package->done;
    package->answer.item({{"done", song},
                          {"total", package->total},
                          {"title", "song " + std::to_string(song)},
                          {"cover", package->cover}});
  }
  package->answer.finish({{"songs", package->total}});
}

class Work : public rpc::Service {
 public:
  static void methods(rpc::Methods<Work>& add) {
    add.method("package", &Work::package, rpc::integer("songs").range(1, 100000).otherwise("100"),
               rpc::integer("cover_bytes").range(0, 100000).otherwise("0"));
    add.method("download", &Work::download);
    add.method("ask", &Work::ask, "question");
  }

 private:
  void package(int songs, int cover_bytes, rpc::Responder answer) {
    pack(std::make_shared<Package>(
        Package{answer, songs, std::string(static_cast<std::size_t>(cover_bytes), 'x')}));
  }

  /// Never ends by itself: the newest state now and then, until the caller cancels.
  void download(rpc::Responder answer) {
    const auto timer = std::make_shared<io::Timer>(loop());
    answer.on_cancel([timer] { timer->cancel(); });
    timer->every(std::chrono::milliseconds{20}, [answer, bytes = 0]() mutable {
      answer.gauge({{"bytes", bytes += 1000}});
    });
  }

  /// Answers with what the caller itself answers.
  void ask(const std::string& question, rpc::Responder answer) {
    request("answer", {question},
            {.timeout = std::chrono::seconds{5}, .callback = [answer](const rpc::Reply& reply) {
               reply ? answer.finish(*reply) : answer.fail(reply.error());
             }});
  }
};

/// The client's end: what the server may call.
class Person : public rpc::Service {
 public:
  static void methods(rpc::Methods<Person>& add) {
    add.method(
        "answer", [](const std::string& question) { return "what is " + question + "?"; }, "question");
  }
};

int use(const std::string& url) {
  rpc::Client client;
  if (auto done = client.connect<Person>(url); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  std::cout << "asked: " << client.call("ask", {"love"}).value() << std::endl;

  int items = 0;
  std::promise<rpc::Reply> packed;
  client.request("package", {},
                 {.callback = [&](rpc::Reply reply) { packed.set_value(std::move(reply)); },
                  .on_more = [&](const rpc::Json&, bool) { ++items; }});
  const rpc::Reply package = packed.get_future().get();
  std::cout << "package: " << items << " items, then " << package.value() << std::endl;

  std::promise<rpc::Reply> stopped;
  client.request("download", {},
                 {.id = "download",
                  .callback = [&](rpc::Reply reply) { stopped.set_value(std::move(reply)); },
                  .on_more =
                      [&](const rpc::Json& state, bool) {
                        if (state.at("bytes").to_number<int>() > 3000) client.cancel("download");
                      }});
  std::cout << "download: " << stopped.get_future().get().error().message << std::endl;
  return 0;
}

int main(int count, char** words) {
  if (count == 3 && std::string(words[1]) == "call") return use(words[2]);
  rpc::Server server({.listen = {listen_address(count, words, "localhost", "8889")}});
  server.serve<Work>("/");
  if (auto done = server.run(); !done) {
    std::cerr << done.error().message << '\n';
    return 1;
  }
  return 0;
}
