#include "record/payload.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "wire/wire.hpp"

namespace sockrig {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr Payload both_kinds[] = {Payload::text, Payload::binary};

Bytes bytes_of(const Stream& s, std::uint64_t offset, std::size_t size) {
  Bytes out(size);
  fill(s, offset, out);
  return out;
}

std::string lines(std::size_t size, unsigned char first, int ring) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(rotating_line_byte(i, first, ring));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(payload)

BOOST_AUTO_TEST_CASE(a_part_of_a_stream_holds_the_bytes_of_the_whole) {
  for (const Payload kind : both_kinds) {
    const Stream s = make_stream(7, "a", 0, kind);
    const Bytes whole = bytes_of(s, 0, 1000);
    for (std::size_t offset = 0; offset < 200; ++offset) {
      for (std::size_t size = 0; size < 200; ++size) {
        const Bytes part = bytes_of(s, offset, size);
        BOOST_REQUIRE_MESSAGE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset)),
                              "offset " << offset << ", size " << size);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_part_far_behind_holds_the_bytes_of_the_whole) {
  // Beyond what 32 bits count.
  for (const Payload kind : both_kinds) {
    const Stream s = make_stream(7, "a", 0, kind);
    const std::uint64_t base = (std::uint64_t{1} << 33) + 5;
    const Bytes whole = bytes_of(s, base, 300);
    for (std::size_t skip = 0; skip < 200; ++skip) {
      const Bytes part = bytes_of(s, base + skip, 100);
      BOOST_REQUIRE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(skip)));
    }
  }
}

BOOST_AUTO_TEST_CASE(text_is_lines_of_63_letters) {
  const Bytes text = bytes_of(make_stream(3, "a", 0, Payload::text), 0, 64 * 100);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 64 == 63)
      BOOST_REQUIRE(text[i] == '\n');
    else
      BOOST_REQUIRE((text[i] >= 'a' && text[i] < 'a' + 16));
  }
}

BOOST_AUTO_TEST_CASE(binary_holds_every_byte_value) {
  const Bytes binary = bytes_of(make_stream(3, "a", 0, Payload::binary), 0, 8192);
  for (int value = 0; value < 256; ++value) BOOST_TEST(std::ranges::count(binary, value) > 0, "no byte " << value);
}

BOOST_AUTO_TEST_CASE(agree_counts_to_the_first_byte_that_differs) {
  for (const Payload kind : both_kinds) {
    const Stream s = make_stream(9, "a", 0, kind);
    const Bytes good = bytes_of(s, 1234, 10000);
    BOOST_TEST(agree(s, 1234, good) == good.size());
    BOOST_TEST(agree(s, 1234, {}) == 0u);
    // Around the edges of the pieces that it compares in.
    for (const std::size_t wrong : {0u, 1u, 63u, 4095u, 4096u, 4097u, 8191u, 8192u, 9999u}) {
      Bytes bad = good;
      bad[wrong] ^= 0x80;
      BOOST_TEST(agree(s, 1234, bad) == wrong);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_window_is_located_at_every_alignment) {
  for (const Payload kind : both_kinds) {
    const std::size_t least = kind == Payload::text ? 64 : 24;
    const std::uint64_t length = std::uint64_t{1} << 30;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Stream s = make_stream(seed, "a", 0, kind);
      for (std::uint64_t step = 0; step < 150; ++step) {
        for (const std::uint64_t base : {std::uint64_t{0}, std::uint64_t{65536}, wire::mix(seed) % (length - 1000)}) {
          const auto found = locate(s, length, bytes_of(s, base + step, least));
          BOOST_REQUIRE_MESSAGE((found == base + step), "seed " << seed << ", offset " << base + step);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_longer_window_is_located_by_its_beginning) {
  for (const Payload kind : both_kinds) {
    const Stream s = make_stream(2, "a", 0, kind);
    Bytes window = bytes_of(s, 777, 64);
    window.resize(4096, 0xff);
    BOOST_TEST((locate(s, 100000, window) == 777u));
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_of_the_stream_is_not_located) {
  for (const Payload kind : both_kinds) {
    const std::size_t least = kind == Payload::text ? 64 : 24;
    const Stream s = make_stream(1, "a", 0, kind);
    for (std::uint64_t n = 0; n < 200; ++n) {
      BOOST_TEST((!locate(s, 1 << 30, bytes_of(make_stream(1, "b", 0, kind), n * 17, least)).has_value()));
      BOOST_TEST((!locate(s, 1 << 30, bytes_of(make_stream(1, "a", 1, kind), n * 17, least)).has_value()));
      BOOST_TEST((!locate(s, 1 << 30, bytes_of(make_stream(2, "a", 0, kind), n * 17, least)).has_value()));
    }
    BOOST_TEST((!locate(s, 1 << 30, Bytes(4096, 0)).has_value()));
    BOOST_TEST((!locate(s, 1 << 30, Bytes(4096, 'a')).has_value()));
    BOOST_TEST((!locate(s, 1 << 30, bytes_of(s, 100, least - 1)).has_value()), "too short to be sure");
    BOOST_TEST((!locate(s, 1000, bytes_of(s, 1000, least)).has_value()), "beyond the length");
    BOOST_TEST((!locate(s, 1000, bytes_of(s, 5000, least)).has_value()), "far beyond the length");
    Bytes spoilt = bytes_of(s, 640, least);
    spoilt[least - 1] ^= 1;
    BOOST_TEST((!locate(s, 1 << 30, spoilt).has_value()), "the last byte is wrong");
  }
}

BOOST_AUTO_TEST_CASE(streams_of_others_are_others) {
  for (const Payload kind : both_kinds) {
    const Bytes a = bytes_of(make_stream(1, "a", 0, kind), 0, 64);
    BOOST_TEST((a == bytes_of(make_stream(1, "a", 0, kind), 0, 64)), "the same actor has the same bytes");
    for (const Stream& other :
         {make_stream(2, "a", 0, kind), make_stream(1, "b", 0, kind), make_stream(1, "a", 1, kind),
          make_stream(1, "aa", 0, kind), make_stream(1, "", 0, kind)})
      BOOST_TEST((a != bytes_of(other, 0, 64)));
  }
}

BOOST_AUTO_TEST_CASE(sixty_four_connections_have_sixty_four_streams) {
  std::vector<std::uint64_t> keys;
  for (std::uint32_t n = 0; n < 64; ++n) keys.push_back(make_stream(1, "clients", n, Payload::text).key);
  std::ranges::sort(keys);
  BOOST_TEST((std::ranges::adjacent_find(keys) == keys.end()));
}

BOOST_AUTO_TEST_CASE(rotating_lines_are_those_of_the_rfc) {
  // RFC 864: "a ring of the 95 printing characters", 72 a line, each line beginning one further.
  BOOST_TEST(lines(3 * 74, ' ', 95) ==
             " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"
             "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n"
             "\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghi\r\n");
  BOOST_TEST(lines(74, '!', 95) == "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n");
}

BOOST_AUTO_TEST_CASE(the_ring_closes_with_or_without_the_space) {
  // Line 30 from '!': its first character is '?', and the ring closes behind '~'.
  BOOST_TEST(lines(31 * 74, '!', 95).substr(30 * 74) ==
             "?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ !\"#$%&'\r\n");
  BOOST_TEST(lines(31 * 74, '!', 94).substr(30 * 74) ==
             "?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~!\"#$%&'(\r\n");
  // After as many lines as the ring has characters it begins again.
  for (const int ring : {94, 95}) {
    const std::string all = lines(static_cast<std::size_t>(ring + 1) * 74, '!', ring);
    BOOST_TEST(all.substr(0, 74) == all.substr(static_cast<std::size_t>(ring) * 74));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
