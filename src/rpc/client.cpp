// SPDX-License-Identifier: Apache-2.0
#include "rpc/client.hpp"

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "io/loop.hpp"
#include "io/pool.hpp"
#include "rpc/link.hpp"

#include <atomic>
#include <future>
#include <utility>

namespace longwave::rpc {

struct Client::Impl {
  explicit Impl(ClientOptions given) : options(std::move(given)) {
    socket = std::make_unique<web::WebSocketClient>(loops[0], options.socket);
    loops.start();
  }
  ~Impl() {
    and_wait([this](std::promise<void>& done) {
      cut();
      socket.reset();
      done.set_value();
    });
    pool.stop();
    loops.stop();
  }

  /// Runs `act` on the loop and waits until it has kept its promise.
  void and_wait(UniqueFunction<void(std::promise<void>&)> act) {
    LW_ASSERT(!loops[0].here(), "what waits can't be called from a callback");
    std::promise<void> promise;
    loops[0].post([&promise, act = std::move(act)]() mutable { act(promise); });
    promise.get_future().wait();
  }

  /// On the loop: ends what there is, as with a broken connection.
  void cut() {
    socket->abort();
    if (link) link->end({1006, "cut"});
  }

  ClientOptions options;
  SystemClock clock;
  io::Pool pool{"rpc client", 1};
  io::LoopGroup loops{1};
  std::atomic<bool> open{false};

  // On the loop:
  std::unique_ptr<web::WebSocketClient> socket;
  std::shared_ptr<Table> table;
  std::unique_ptr<Surroundings> surroundings;
  std::unique_ptr<Link> link;
  std::vector<Task> when_closed;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Client::~Client() {
  close();
}

Result<void> Client::open(std::string_view text, std::unique_ptr<Table> table,
                          std::function<std::unique_ptr<Service>()> make) {
  auto url = web::WebSocketUrl::parse(text);
  if (!url) return url.error();
  web::Request request;
  request.method = "GET";
  request.target = url->target;
  web::parse_target(url->target, request);
  request.headers = impl_->options.socket.headers;
  request.headers.set("Host", url->authority());
  request.tls = url->secure;
  close();

  const auto answered = std::make_shared<std::promise<Result<void>>>();
  auto outcome = answered->get_future();
  Impl& self = *impl_;
  self.loops[0].post([&self, answered, url = std::move(*url), request = std::move(request),
                      table = std::move(table), make = std::move(make)]() mutable {
    self.table = std::move(table);
    self.surroundings = std::make_unique<Surroundings>(Surroundings{
        .table = *self.table,
        .post = self.loops[0].poster(),
        .run =
            [&self, rows = self.table](Run, Task task) {  // a method that runs keeps its row
              self.pool.submit(
                  {.work = [rows, task = std::move(task)](const std::stop_token&) mutable { task(); }});
            },
        .limits = self.options.limits,
        .clock = &self.clock});
    self.socket->open(std::move(url), [&self, answered, request = std::move(request), make = std::move(make)](
                                          Result<web::WebSocketSession*> session) mutable {
      if (!session) return answered->set_value(session.error());
      self.link =
          std::make_unique<Link>(**session, *self.surroundings, self.options.dialect, std::move(request));
      self.open = true;
      self.link->open(make, [&self](Link&) {
        self.open = false;
        self.link.reset();
        for (Task& task : std::exchange(self.when_closed, {})) task();
      });
      answered->set_value({});
    });
  });
  return outcome.get();
}

void Client::notify(std::string_view method, Params params) {
  impl_->loops[0].post([this, method = std::string(method), params = std::move(params)] {
    if (impl_->link) impl_->link->notify(method, params);
  });
}

void Client::request(std::string_view method, Params params, RequestOptions options) {
  impl_->loops[0].post([this, method = std::string(method), params = std::move(params),
                        options = std::move(options)]() mutable {
    if (impl_->link)
      impl_->link->call(method, params, std::move(options));
    else if (options.callback)
      options.callback(Fault{unavailable, "not connected", {}});
  });
}

void Client::cancel(Json id) {
  impl_->loops[0].post([this, id = std::move(id)] {
    if (impl_->link) impl_->link->cancel(id);
  });
}

Reply Client::call(std::string_view method, Params params, Duration timeout) {
  LW_ASSERT(!impl_->loops[0].here(), "call() waits, and can't be used in a callback");
  const auto promise = std::make_shared<std::promise<Reply>>();
  auto reply = promise->get_future();
  request(method, std::move(params), {.timeout = timeout, .callback = [promise](Reply answer) {
                                        promise->set_value(std::move(answer));
                                      }});
  return reply.get();
}

void Client::with_service(std::function<void(Service&)> use) {
  impl_->loops[0].post([this, use = std::move(use)] {
    if (impl_->link && impl_->link->is_open()) use(impl_->link->service());
  });
}

void Client::close(std::uint16_t code, std::string_view reason) {
  impl_->and_wait([this, code, reason = std::string(reason)](std::promise<void>& done) {
    if (!impl_->link) return done.set_value();
    impl_->when_closed.push_back([&done] { done.set_value(); });
    impl_->link->session().close(code, reason);
  });
}

bool Client::is_open() const {
  return impl_->open.load();
}

}  // namespace longwave::rpc
