// rooms: hub base
// SPDX-License-Identifier: Apache-2.0
//
// What history and presence cost a fan-out: 1,000 subscribers on one loop, messages of 128 bytes, each put as
// a shared frame into every subscriber's socket (a real send of 128 bytes; the reader's end is drained by
// another thread). Off: a broker that remembers nothing, nobody told who is there. On: 512 publications
// remembered, and 20 people coming and going per 100 messages, told once per 100. CPU of the sending thread,
// interleaved, medians.
#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <deque>
#include <string>
#include <thread>
#include <vector>

using namespace longwave;

namespace {

constexpr int subscribers = 1000, rounds = 5, messages = 100;

class Loop final : public hub::Delivery {
 public:
  Loop() {
    for (int i = 0; i < subscribers; ++i) {
      int ends[2];
      if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
      writers.push_back(ends[0]);
      readers.push_back({ends[1], POLLIN, 0});
    }
    drain = std::thread([this] {
      std::vector<char> bytes(65536);
      while (!stop) {
        if (::poll(readers.data(), readers.size(), 10) <= 0) continue;
        for (const auto& reader : readers)
          if (reader.revents) (void)!::recv(reader.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
      }
    });
  }
  ~Loop() {
    stop = true;
    drain.join();
    for (const int fd : writers) ::close(fd);
    for (const auto& reader : readers) ::close(reader.fd);
  }
  void joined(std::size_t, hub::ClientId, const std::string&, hub::Ticket, Result<hub::Joined>) override {}
  void reset(std::size_t, const std::string&, const hub::Position&, const std::string&) override {}
  void close(std::size_t, hub::ClientId, std::uint16_t, const std::string&) override {}
  void publish(std::size_t, const std::shared_ptr<const hub::Publication>& publication) override {
    for (const int fd : writers)
      (void)!::send(fd, publication->data->data(), publication->data->size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ++delivered;
  }

  std::vector<int> writers;
  std::vector<pollfd> readers;
  std::thread drain;
  std::atomic<bool> stop{false};
  std::uint64_t delivered = 0;
};

double cpu_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Side {
  explicit Side(Loop& loop, bool everything) : on(everything), broker("e", clock), hub(broker, clock) {
    hub.add_groups(loop, 1);
    (void)hub.configure("a", hub::ChannelConfig{.presence = on, .recovery_size = on ? 512U : 0U});
    for (int i = 0; i < subscribers; ++i) {
      const auto id = clients.emplace_back(hub.next_client(0));
      const std::string user = std::to_string(id);
      hub.connect(id, on ? hub::Person{.key = user, .user = user, .name = "person " + user} : hub::Person{});
      hub.subscribe(id, "a", {});
    }
    hub.flush_presence();
  }
  double run() {
    const auto data = std::make_shared<const std::string>(128, 'x');
    const double begin = cpu_us();
    for (int i = 0; i < messages; ++i) {
      hub.publish("a", "m", data);
      if (!on || i % 100 != 99) continue;
      for (int n = 0; n < 10; ++n) {
        hub.disconnect(clients.front());
        clients.pop_front();
        const auto next = clients.emplace_back(hub.next_client(0));
        hub.connect(next, {.key = std::to_string(next), .user = {}, .name = "new"});
        hub.subscribe(next, "a", {});
      }
      hub.flush_presence();
    }
    return (cpu_us() - begin) / (double{messages} * subscribers);
  }
  bool on;
  SystemClock clock;
  hub::MemoryBroker broker;
  hub::Hub hub;
  std::deque<hub::ClientId> clients;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  Loop loop;
  Side off(loop, false), on(loop, true);
  off.run(), on.run();
  std::vector<double> offs, ons, ratios;
  for (int i = 0; i < rounds; ++i) {
    offs.push_back(off.run());
    ons.push_back(on.run());
    ratios.push_back(ons.back() / offs.back());
  }
  std::printf("us of CPU per delivery: history and presence off %.3f, on %.3f; on/off %.3f (medians of %d)\n",
              median(offs), median(ons), median(ratios), rounds);
}
