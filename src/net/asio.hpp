// SPDX-License-Identifier: Apache-2.0
// What this folder's files need of Asio; without Beast, which costs a file half a minute more.
#pragma once
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>

namespace steward::net {
namespace asio = boost::asio;
using tcp = boost::asio::ip::tcp;
using ErrorCodeOfIo = boost::system::error_code;
}  // namespace steward::net
