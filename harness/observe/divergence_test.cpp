// The negative control: bytes are lost, repeated, swapped, corrupted, and the verifier must say which, and where.
#include "observe/divergence.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "observe/verifier_for_tests.hpp"

namespace sockrig {
namespace {

constexpr std::uint64_t seeds = 120;

// A stream, what became of it, and where the first difference is (which chance can move behind the place of the deed).
struct Case {
  Stream stream;
  std::uint64_t length = 0;
  Bytes received;
  std::uint64_t differs = 0;
};

Case make_case(const Stream& s, std::uint64_t length, Bytes received) {
  const Bytes all = bytes_of(s, 0, length);
  const auto differs = std::mismatch(all.begin(), all.end(), received.begin(), received.end());
  return {s, length, std::move(received), static_cast<std::uint64_t>(differs.first - all.begin())};
}

Divergence verdict(const Case& c, const std::vector<Channel>& others = {}) {
  Verifier v(c.stream, c.length);
  v.feed(c.received);
  v.end();
  BOOST_REQUIRE(v.channel().differs_at.has_value());
  BOOST_TEST(*v.channel().differs_at == c.differs);
  std::vector<Channel> all{v.channel()};
  all.insert(all.end(), others.begin(), others.end());
  const Divergence d = classify(v.channel(), all);
  BOOST_TEST(d.offset == c.differs);
  return d;
}

// For many seeds and both kinds of payload.
template <typename Body>
void for_many(const Body& body) {
  for (const Payload kind : both_kinds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      BOOST_TEST_CONTEXT(name_of(kind) << ", seed " << seed) {
        Dice dice{wire::mix(seed * 2 + (kind == Payload::text ? 0 : 1))};
        body(make_stream(seed, "a", 0, kind), dice);
      }
    }
  }
}

constexpr std::uint64_t length = 40000;

Case lose(const Stream& s, std::uint64_t offset, std::uint64_t n) {
  return make_case(s, length, joined({bytes_of(s, 0, offset), bytes_of(s, offset + n, length - offset - n)}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(divergence)

BOOST_AUTO_TEST_CASE(what_is_right_does_not_diverge) {
  for_many([](const Stream& s, Dice& dice) {
    Verifier v(s, length);
    v.feed(bytes_of(s, 0, length), dice(1, 5000));
    v.end();
    BOOST_TEST(!v.channel().differs_at.has_value());
    BOOST_TEST(v.channel().received == length);
    BOOST_TEST((v.channel().ended == Ended::end));
  });
}

BOOST_AUTO_TEST_CASE(lost_bytes_are_counted) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t n = dice(1, 9000), offset = dice(0, length - n - 100);
    const Divergence d = verdict(lose(s, offset, n));
    BOOST_TEST((d.kind == DivergenceKind::lost), "lost " << n << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.length == n);
  });
}

BOOST_AUTO_TEST_CASE(bytes_lost_shortly_before_the_end_are_counted) {
  // Few bytes are left to see where the stream goes on.
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t left = dice(12, 63), n = dice(1, 9000);
    const Case c = lose(s, length - left - n, n);
    if (length - n - c.differs < 10) return;
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::lost), left << " bytes left: " << code_of(d));
    BOOST_TEST(d.length == n);
  });
}

BOOST_AUTO_TEST_CASE(too_few_bytes_behind_a_loss_are_not_explained) {
  // Four letters of text occur by accident all over the neighbourhood: nothing may be claimed of where they come from.
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t left = dice(1, 3), n = dice(200, 9000);
    const Case c = lose(s, length - left - n, n);
    if (c.differs >= length - n) return;  // by accident nothing differs
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::corrupted), code_of(d));
    BOOST_TEST(d.length == 0u);
  });
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Stream s = make_stream(seed, "a", 0, Payload::text);
    const Case c = lose(s, length - 5 - 3000, 3000);
    if (c.differs != length - 5 - 3000) continue;
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::corrupted || (d.kind == DivergenceKind::lost && d.length == 3000)),
               "seed " << seed << ": " << code_of(d) << ' ' << d.length);
  }
}

BOOST_AUTO_TEST_CASE(bytes_lost_over_a_long_way_are_counted) {
  // Farther than could be searched.
  for (const Payload kind : both_kinds) {
    const Stream s = make_stream(5, "a", 0, kind);
    const std::uint64_t far = std::uint64_t{3} << 32;
    const Case c = make_case(s, 2000, joined({bytes_of(s, 0, 1000), bytes_of(s, far, 1000)}));
    Verifier v(s, far + 1000);
    v.feed(c.received);
    const Divergence d = classify(v.channel(), {v.channel()});
    BOOST_TEST((d.kind == DivergenceKind::lost));
    BOOST_TEST(d.length == far - 1000);
  }
}

BOOST_AUTO_TEST_CASE(repeated_bytes_are_counted) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t n = dice(1, 9000), offset = dice(n, length - 1);
    const Case c = make_case(s, length, joined({bytes_of(s, 0, offset), bytes_of(s, offset - n, length - offset + n)}));
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::repeated), "repeated " << n << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.length == n);
    BOOST_TEST(d.from == c.differs - n);
  });
}

BOOST_AUTO_TEST_CASE(swapped_pieces_are_told_from_lost_ones) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t first = dice(100, 1500), second = dice(100, 1500),
                        offset = dice(0, length - first - second - 100);
    const Case c =
        make_case(s, length,
                  joined({bytes_of(s, 0, offset), bytes_of(s, offset + first, second), bytes_of(s, offset, first),
                          bytes_of(s, offset + first + second, length - offset - first - second)}));
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::swapped),
               first << " and " << second << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.from == c.differs + first);
    BOOST_TEST(d.length == second - (c.differs - offset));
  });
}

BOOST_AUTO_TEST_CASE(corrupted_bytes_are_counted) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t n = dice(1, 2000), offset = dice(0, length - n - 100);
    Bytes received = bytes_of(s, 0, length);
    for (std::uint64_t i = offset; i < offset + n; ++i) received[i] ^= static_cast<unsigned char>(dice(1, 255));
    const Divergence d = verdict(make_case(s, length, std::move(received)));
    BOOST_TEST((d.kind == DivergenceKind::corrupted), n << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.offset == offset);
    BOOST_TEST(d.length == n);
    BOOST_TEST(!d.zeroes);
  });
}

BOOST_AUTO_TEST_CASE(a_single_flipped_bit_is_found) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t offset = dice(0, length - 1);
    Bytes received = bytes_of(s, 0, length);
    received[offset] ^= static_cast<unsigned char>(1 << dice(0, 7));
    const Divergence d = verdict(make_case(s, length, std::move(received)));
    BOOST_TEST((d.kind == DivergenceKind::corrupted), code_of(d));
    BOOST_TEST(d.offset == offset);
    BOOST_TEST(d.length == (offset + 4 < length ? 1u : 0u));  // at the very end nothing shows that the stream goes on
  });
}

BOOST_AUTO_TEST_CASE(memory_that_was_never_filled_is_named) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t offset = dice(0, length - 1);
    const Case c = make_case(s, length, joined({bytes_of(s, 0, offset), Bytes(length - offset, 0)}));
    if (c.differs == length) return;
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::corrupted), code_of(d));
    BOOST_TEST(d.zeroes);
  });
}

BOOST_AUTO_TEST_CASE(inserted_bytes_are_counted) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t n = dice(1, 2000), offset = dice(0, length - 100);
    Bytes alien(n);
    for (unsigned char& b : alien) b = static_cast<unsigned char>(dice(0x80, 0xff));
    const Case c = make_case(s, length, joined({bytes_of(s, 0, offset), alien, bytes_of(s, offset, length - offset)}));
    const Divergence d = verdict(c);
    BOOST_TEST((d.kind == DivergenceKind::inserted), n << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.length == n);
  });
}

BOOST_AUTO_TEST_CASE(the_end_of_a_string_is_told_from_other_bytes_that_nobody_sent) {
  for_many([](const Stream& s, Dice& dice) {
    if (s.kind != Payload::text) return;  // binary data hold zeroes of their own
    const std::uint64_t offset = dice(0, length - 100);
    const auto put_in = [&](const Bytes& more) {
      return verdict(
          make_case(s, length, joined({bytes_of(s, 0, offset), more, bytes_of(s, offset, length - offset)})));
    };
    BOOST_TEST(code_of(put_in({0})) == "terminator-sent");
    BOOST_TEST(code_of(put_in({0xff})) == "inserted-bytes");
  });
}

BOOST_AUTO_TEST_CASE(bytes_of_another_connection_are_named) {
  for_many([](const Stream& s, Dice& dice) {
    Channel b;
    b.name = "b";
    b.outgoing = make_stream(99, "b", 0, s.kind);
    b.planned = 100000;
    Channel idle;  // planned nothing: it cannot be the one
    idle.name = "idle";
    idle.outgoing = b.outgoing;
    const std::uint64_t offset = dice(0, length - 3000), from = dice(0, 90000), n = dice(200, 2000);
    const Case c = make_case(
        s, length,
        joined({bytes_of(s, 0, offset), bytes_of(b.outgoing, from, n), bytes_of(s, offset, length - offset)}));
    const Divergence d = verdict(c, {idle, b});
    BOOST_TEST((d.kind == DivergenceKind::foreign), n << " at " << offset << ": " << code_of(d));
    BOOST_TEST(d.other == "b");
    BOOST_TEST(d.from == from + (c.differs - offset));
  });
}

BOOST_AUTO_TEST_CASE(data_taken_for_a_c_string_stops_at_the_nul) {
  for (std::uint64_t seed = 1; seed <= 5 * seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Dice dice{wire::mix(seed)};
      const Stream s = make_stream(seed, "a", 0, Payload::binary);
      const Bytes all = bytes_of(s, 0, length);
      const std::uint64_t buffer = dice(700, 5000);
      const auto nul = static_cast<std::uint64_t>(std::ranges::find(all, 0) - all.begin());
      const std::uint64_t lost = buffer - nul % buffer;
      const Case c = lose(s, nul, lost);
      const Divergence d = verdict(c);
      BOOST_TEST(code_of(d) == "stopped-at-nul", "lost " << lost << " at " << nul << ": " << code_of(d));
      BOOST_TEST(d.length == lost);
    }
  }
}

BOOST_AUTO_TEST_CASE(more_than_was_due_is_unexpected) {
  for_many([](const Stream& s, Dice& dice) {
    const std::uint64_t n = dice(1, 3000);
    Bytes alien(n);
    for (unsigned char& b : alien) b = static_cast<unsigned char>(dice(0x80, 0xff));
    Verifier v(s, length);
    v.feed(joined({bytes_of(s, 0, length), alien}));
    BOOST_REQUIRE(v.channel().differs_at.has_value());
    const Divergence d = classify(v.channel(), {v.channel()});
    BOOST_TEST(d.offset >= length);
    BOOST_TEST((d.kind == DivergenceKind::unexpected), code_of(d));
    BOOST_TEST(d.length == n - (d.offset - length));
  });
}

BOOST_AUTO_TEST_CASE(anything_is_unexpected_where_nothing_was_due) {
  Channel c;
  c.name = "a";
  c.differs_at = 0;
  c.received = 17;
  c.window = std::string(17, 'x');
  const Divergence d = classify(c, {c});
  BOOST_TEST((d.kind == DivergenceKind::unexpected));
  BOOST_TEST(to_string(d, c) == "17 bytes came to a at offset 0, where none were due: \"xxxxxxxxxxxxxxxxx\"");
  BOOST_TEST(code_of(d) == "unexpected-bytes");
}

BOOST_AUTO_TEST_CASE(bytes_that_should_not_have_come_are_shown_as_far_as_they_tell_something) {
  Channel c;
  c.name = "a";
  c.differs_at = 0;
  c.window = "Welcome!\r\n";
  c.received = 10;
  BOOST_TEST(to_string(classify(c, {c}), c) ==
             "10 bytes came to a at offset 0, where none were due: \"Welcome!\\r\\n\"");
  c.window = std::string(30, '\xff');
  c.received = 30;
  BOOST_TEST(to_string(classify(c, {c}), c).ends_with("\\xff\\xff…\""));
  c.window = std::string(1, '\0');
  c.received = 1;
  BOOST_TEST(to_string(classify(c, {c}), c) ==
             "1 byte came to a at offset 0, where none were due: a NUL, as at the end of a C string");
}

BOOST_AUTO_TEST_CASE(a_return_before_each_line_feed_is_told_from_other_inserted_bytes) {
  const Stream s = make_stream(7, "a", 0, Payload::text);
  Bytes translated;
  for (const unsigned char b : bytes_of(s, 0, 500)) {
    if (b == '\n') translated.push_back('\r');
    translated.push_back(b);
  }
  Verifier all(s, 1000);
  all.feed(translated);
  Divergence d = classify(all.channel(), {all.channel()});
  BOOST_TEST(to_string(d, all.channel()) ==
             "1 byte that nobody sent (\"\\r\") came at offset 63 of what a sent: a CR before each LF, as text-mode "
             "translation puts it there");
  Verifier once(s, 1000);
  once.feed(joined({bytes_of(s, 0, 63), {'\r'}, bytes_of(s, 63, 400)}));
  d = classify(once.channel(), {once.channel()});
  BOOST_TEST(to_string(d, once.channel()) == "1 byte that nobody sent (\"\\r\") came at offset 63 of what a sent");
  Verifier later(s, 1000);  // one LF came alone
  later.feed(joined({bytes_of(s, 0, 127), {'\r'}, bytes_of(s, 127, 40)}));
  BOOST_TEST(!classify(later.channel(), {later.channel()}).at_lines);
}

BOOST_AUTO_TEST_CASE(sentences_name_offset_length_and_connection) {
  Channel a;
  a.name = "a";
  a.source = "stdin";
  BOOST_TEST(to_string(Divergence{.kind = DivergenceKind::lost, .offset = 17, .length = 4079, .other = {}}, a) ==
             "lost 4079 bytes at offset 17 of what stdin sent");
  BOOST_TEST(to_string(Divergence{.kind = DivergenceKind::lost, .offset = 17, .length = 1, .other = {}}, a) ==
             "lost 1 byte at offset 17 of what stdin sent");
  BOOST_TEST(to_string(Divergence{.kind = DivergenceKind::repeated, .offset = 20, .length = 7, .from = 13, .other = {}},
                       a) == "repeated 7 bytes: at offset 20 of what stdin sent the bytes begin again at 13");
  BOOST_TEST(to_string(Divergence{.kind = DivergenceKind::foreign, .offset = 3, .from = 9, .other = "b"}, a) ==
             "bytes of b (its offset 9) came on a at offset 3");
}

BOOST_AUTO_TEST_CASE(rotating_lines_are_verified_from_any_first_character) {
  for (const int ring : {94, 95}) {
    for (const unsigned char first : {'!', 'A', '~'}) {
      for (std::uint64_t wrong = 0; wrong < 40000; wrong += 7919) {
        Verifier v({}, 40000);
        const_cast<Channel&>(v.channel()).lines = true;
        Bytes sent;
        for (std::uint64_t i = 0; i < 40000; ++i) sent.push_back(rotating_line_byte(i, first, ring));
        if (wrong != 0) sent[wrong] = '\t';
        v.feed(sent);
        if (wrong == 0) {
          BOOST_TEST(!v.channel().differs_at.has_value());
          continue;
        }
        BOOST_REQUIRE(v.channel().differs_at.has_value());
        BOOST_TEST(*v.channel().differs_at == wrong);
        BOOST_TEST(to_string(classify(v.channel(), {}), v.channel()) ==
                   "the rotating lines go wrong at offset " + std::to_string(wrong));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
